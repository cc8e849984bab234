"""What a repository has that headway.yaml can say something about."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from msgspec import Struct

from headway.config.starter import container, node, python

DEPTH = 3  # folders below the root that components are looked for in
MOST = 50  # components
# Folders whose manifests are no parts of the product.
SKIPPED = frozenset(
    "node_modules venv env dist build target out vendor third_party site-packages docs doc"
    " examples example samples tests test testdata fixtures benchmarks templates".split()
)


class Component(Struct, frozen=True, kw_only=True):
    """A folder with a manifest: a package, a service, a frontend."""

    name: str
    path: str  # from the root; "" is the root itself
    language: str  # Python, JavaScript, TypeScript
    tests: tuple[str, ...] = ()  # pytest, jest, …
    checks: tuple[str, ...] = ()  # linters and type checkers
    coverage: bool = False  # whether its tests can measure it
    coverage_min: float | None = None  # percent, as its own settings demand
    start: str = ""  # what starts it as a service


class Project(Struct, frozen=True, kw_only=True):
    name: str
    components: tuple[Component, ...] = ()
    dockerfiles: tuple[container.Dockerfile, ...] = ()
    workflows: tuple[str, ...] = ()  # names of files in .github/workflows

    @property
    def coverage(self) -> bool:
        return any(component.coverage for component in self.components)

    @property
    def coverage_min(self) -> float | None:
        """The least that any component demands of itself."""
        demanded = [c.coverage_min for c in self.components if c.coverage_min is not None]
        return min(demanded, default=None)

    @property
    def tested(self) -> bool:
        return any(component.tests for component in self.components)


def find(root: str) -> Project:
    """Looks at manifests and names of files; runs nothing, and forgives what it can't read."""
    components: list[Component] = []
    dockerfiles: list[container.Dockerfile] = []
    for folder, names in _folders(root):
        if len(components) < MOST:
            components += _components(root, folder, names)
        if "Dockerfile" in names:
            dockerfiles.append(container.read(root, os.path.join(folder, "Dockerfile")))
    at_root = [component.name for component in components if not component.path]
    return Project(
        name=_word((at_root or [""])[0]) or _word(os.path.basename(os.path.abspath(root))),
        components=tuple(components),
        dockerfiles=tuple(dockerfiles),
        workflows=_workflows(root),
    )


def _folders(root: str) -> Iterator[tuple[str, set[str]]]:
    """(path from the root, names of files in it), the root first, then by name."""
    for folder, folders, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        inside = "" if inside == os.curdir else inside
        depth = inside.count(os.sep) + 1 if inside else 0
        folders[:] = sorted(
            name
            for name in folders
            if depth < DEPTH and name not in SKIPPED and not name.startswith((".", "_"))
        )
        yield inside, set(files)


def _components(root: str, folder: str, names: set[str]) -> Iterator[Component]:
    base = os.path.basename(folder or os.path.abspath(root))
    for module in (python, node):
        found = module.read(os.path.join(root, folder), names)
        if found is not None:
            yield Component(
                name=found.name or base,
                path=folder.replace(os.sep, "/"),
                language=found.language,
                tests=found.tests,
                checks=found.checks,
                coverage=found.coverage,
                coverage_min=found.coverage_min,
                start=found.start,
            )


def _workflows(root: str) -> tuple[str, ...]:
    try:
        names = os.listdir(os.path.join(root, ".github", "workflows"))
    except OSError:
        return ()
    return tuple(sorted(name for name in names if name.endswith((".yml", ".yaml"))))


def _word(name: str) -> str:
    """A name as `service` takes it: `@shop/api` is `api`."""
    word = re.sub(r"[^A-Za-z0-9._-]+", "-", name.rpartition("/")[2]).strip("-._")
    return word[:63]
