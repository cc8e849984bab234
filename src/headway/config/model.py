"""The sections of headway.yaml.

To add one: declare its Struct where the feature lives (frozen, kw_only, forbid_unknown_fields,
every field `Annotated` with a description), and add a field for it to `Sections`. The reader,
the schema and docs/configuration.md (`make docs`) follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from headway.config import NAME
from headway.config.runner_sections import Actions, Cache, Runner
from headway.config.tree import Tree
from headway.delivery import environment
from headway.delivery.environment import Environment
from headway.errors import InvalidFile, Place
from headway.quality import suite
from headway.quality.scan import Scan
from headway.quality.settings import Gates, Quarantine, Waiver
from headway.quality.suite import Suite

Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=63)]


class Sections(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that headway.yaml may say."""

    service: Annotated[
        str,
        Meta(
            description="The service's name, in releases and reports; unset: the folder's name",
            pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$",
            max_length=63,
            examples=["shop"],
        ),
    ] = ""
    gates: Annotated[
        Gates, Meta(description="What a commit's evidence must be like to merge, release, deploy")
    ] = Gates()
    waivers: Annotated[
        tuple[Waiver, ...], Meta(description="Findings and gates that don't count until a day")
    ] = ()
    quarantine: Annotated[
        tuple[Quarantine, ...], Meta(description="Flaky tests that fail no gate until a day")
    ] = ()
    scan: Annotated[Scan, Meta(description="Which tools `headway scan` runs, and how")] = Scan()
    suites: Annotated[
        dict[Word, dict[Word, Suite]],
        Meta(description="What `headway test` runs: suites, and in each its components"),
    ] = {}
    environments: Annotated[
        dict[Word, Environment], Meta(description="Where releases go, and by which rules")
    ] = {}
    actions: Annotated[
        Actions, Meta(description="Which actions workflows may use, and where they come from")
    ] = Actions()
    runners: Annotated[
        dict[str, Runner],
        Meta(description="What `runs-on` labels stand for: an image, or `host`, this machine"),
    ] = {}
    cache: Annotated[Cache, Meta(description="What `actions/cache` may keep")] = Cache()

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Of sections together: (path, message, hint)."""
        for path, message, hint in environment.problems(self.environments):
            yield f"environments.{path}", message, hint
        for path, message, hint in suite.problems(self.suites):
            yield f"suites.{path}", message, hint


class Config(Sections, frozen=True, kw_only=True):
    """What a repository's headway.yaml says, and where it says it."""

    tree: Tree = Tree(NAME)

    @property
    def path(self) -> str:
        """The file's name, also when there is none yet."""
        return self.tree.path

    @property
    def exists(self) -> bool:
        return bool(self.tree.text)

    @property
    def sources(self) -> dict[str, str]:
        """For `errors.render` and InvalidFile."""
        return {self.tree.path: self.tree.text}

    def place(self, path: str) -> Place:
        """Where the file says something: `environments.production.strategy`, `waivers[0].until`.

        Of what it doesn't say, the nearest thing around it.
        """
        return self.tree.place_of(self.tree.find(path)[0])

    def invalid(self, path: str, message: str, hint: str = "") -> InvalidFile:
        """An error about a place in the file, for whoever finds a mistake later."""
        node, where = self.tree.find(path)
        return InvalidFile([self.tree.problem(node, where, message, hint)], self.sources)
