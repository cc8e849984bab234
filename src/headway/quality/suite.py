"""The section `suites` of headway.yaml: what tests a project has, by suite and component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from headway.units import Duration

Mistake = tuple[str, str, str]  # path, message, hint
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=63)]

TIME_LIMIT = 1800.0  # seconds
START_LIMIT = 120.0
DEFAULT = "unit"  # the suite of `headway test` where none says `default: true`


class Service(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A container that runs while the suite does."""

    image: Annotated[str, Meta(min_length=1, description="The image, as postgres:16")]
    command: Annotated[tuple[str, ...], Meta(description="Instead of the image's own")] = ()
    env: Annotated[dict[str, str], Meta(description="Its variables")] = {}
    ports: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=65535)], ...],
        Meta(
            description="Ports inside; each gets a free one here: $NAME_PORT, $NAME_PORT_5432, "
            "after the service's name"
        ),
    ] = ()
    health: Annotated[
        str, Meta(description="A command inside that succeeds once it is ready (the image's own)")
    ] = ""
    time_limit: Annotated[Duration, Meta(gt=0, description="When it must be ready (2m)")] = (
        Duration(START_LIMIT)
    )


class Suite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One suite of one component."""

    command: Annotated[
        str | tuple[str, ...],
        Meta(description="What runs it: a line for the shell, or a program and its arguments"),
    ]
    directory: Annotated[str, Meta(description="Where it runs (the repository's root)")] = ""
    env: Annotated[
        dict[str, str],
        Meta(description="Variables; ${NAME} stands for a variable that is there, as ${DB_PORT}"),
    ] = {}
    services: Annotated[dict[Word, Service], Meta(description="Containers that it needs")] = {}
    reports: Annotated[
        tuple[str, ...],
        Meta(
            description="Files that it writes, below `directory` (globs); without a new one it "
            "has failed. What it writes into $HEADWAY_REPORTS counts too"
        ),
    ] = ()
    time_limit: Annotated[Duration, Meta(gt=0, description="When it is stopped (30m)")] = Duration(
        TIME_LIMIT
    )
    serial: Annotated[bool, Meta(description="true: nothing else runs beside it")] = False
    needs: Annotated[
        tuple[str, ...],
        Meta(description="Suites that must have passed: unit, or unit/backend"),
    ] = ()
    default: Annotated[
        bool, Meta(description="true: `headway test` runs it (without any: those called unit)")
    ] = False


Suites = dict[Word, dict[Word, Suite]]


def problems(suites: Mapping[str, Mapping[str, Suite]]) -> Iterator[Mistake]:
    """Of all together, paths below `suites`."""
    if "all" in suites:
        yield "all", "all names every suite", "call it something else"
    for name, components in suites.items():
        if not components:
            yield name, f"{name} has no component", "write one: backend: {command: pytest}"
        for component, suite in components.items():
            yield from _problems(f"{name}.{component}", f"{name}/{component}", suite, suites)


def _problems(
    path: str, key: str, suite: Suite, suites: Mapping[str, Mapping[str, Suite]]
) -> Iterator[Mistake]:
    if not suite.command or (isinstance(suite.command, str) and not suite.command.strip()):
        yield f"{path}.command", "the command is empty", "say what runs the suite"
    if suite.directory.startswith("/") or ".." in suite.directory.split("/"):
        yield f"{path}.directory", "it is outside the repository", "name a folder below the root"
    for number, wanted in enumerate(suite.needs):
        at = f"{path}.needs[{number}]"
        known = sorted({*suites, *(f"{s}/{c}" for s, of in suites.items() for c in of)})
        if wanted not in known:
            yield at, f'there is no suite "{wanted}"', f"there are: {', '.join(known)}"
        elif key in reached(suites, suite.needs):
            yield at, f"{key} waits for itself", "nothing could be run"


def named(suites: Mapping[str, Mapping[str, Suite]], wanted: str) -> list[str]:
    """`unit` is every component's, `unit/backend` that one; as keys."""
    name, slash, component = wanted.partition("/")
    if slash:
        return [wanted] if component in suites.get(name, {}) else []
    return [f"{name}/{one}" for one in suites.get(name, {})]


def reached(suites: Mapping[str, Mapping[str, Suite]], needs: tuple[str, ...]) -> set[str]:
    """The keys of all that is needed, and what that needs."""
    seen: set[str] = set()
    waiting = [key for wanted in needs for key in named(suites, wanted)]
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            name, _, component = key.partition("/")
            inner = suites[name][component].needs
            waiting += [one for wanted in inner for one in named(suites, wanted)]
    return seen
