"""What a rollout does outside: hooks around it and tests of the new version before traffic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from headway.units import Duration

Problem = tuple[str, str, str]  # path below the section, message, hint


class Hook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Run once a rollout; `HEADWAY_KEY` is the same when it has to be run again after a crash."""

    name: Annotated[str, Meta(min_length=1, description="What it is called, once in its list.")]
    command: Annotated[str, Meta(description="A command for the shell, run in the repository.")] = (
        ""
    )
    workflow: Annotated[
        str, Meta(description="A workflow of the repository, run as `headway run` does.")
    ] = ""
    timeout: Annotated[Duration, Meta(description="A hook that takes longer has failed.")] = (
        Duration(600.0)
    )

    def problems(self) -> Iterator[Problem]:
        yield from _one_of(self, ("command", "workflow"))


class Hooks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In the order given, one after the other."""

    before: Annotated[
        tuple[Hook, ...],
        Meta(description="Before anything starts: migrations. A failure ends the rollout."),
    ] = ()
    after: Annotated[
        tuple[Hook, ...],
        Meta(description="When the old version is retired. A failure is told, nothing is undone."),
    ] = ()
    on_rollback: Annotated[
        tuple[Hook, ...], Meta(description="When the old version has all traffic again.")
    ] = ()

    def problems(self) -> Iterator[Problem]:
        for moment in ("before", "after", "on_rollback"):
            yield from _each(moment, getattr(self, moment))


class Smoke(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test of the new version on the preview address: exactly one of http, command, workflow.

    Commands and workflows find the address in `HEADWAY_PREVIEW_URL`.
    """

    name: Annotated[str, Meta(min_length=1, description="What it is called, once in the list.")]
    http: Annotated[str, Meta(description="A path that is asked for: `/login`.")] = ""
    status: Annotated[
        int, Meta(ge=100, le=599, description="With http: the status that is expected.")
    ] = 200
    contains: Annotated[
        str, Meta(description="With http: text that must be in the answer's body.")
    ] = ""
    header: Annotated[
        str, Meta(description="With http: a header that the answer must have: `name: value`.")
    ] = ""
    command: Annotated[str, Meta(description="A command; exit code 0 is good.")] = ""
    workflow: Annotated[str, Meta(description="A workflow of the repository.")] = ""
    timeout: Annotated[Duration, Meta(description="A test that takes longer has failed.")] = (
        Duration(60.0)
    )
    attempts: Annotated[int, Meta(ge=1, description="How often it is tried before it failed.")] = 1

    def problems(self) -> Iterator[Problem]:
        yield from _one_of(self, ("http", "command", "workflow"))
        if self.http and not self.http.startswith("/"):
            yield "http", f'"{self.http}" is not a path', f"write /{self.http}"
        if not self.http and (self.contains or self.header or self.status != 200):
            yield "", "status, contains and header are of use with http only", ""


def _one_of(value: Hook | Smoke, names: tuple[str, ...]) -> Iterator[Problem]:
    given = [name for name in names if getattr(value, name)]
    if len(given) != 1:
        what = " and ".join(given) + " are given" if given else "there is nothing to run"
        yield "", f"{value.name}: {what}", "give one of " + ", ".join(names)
    if value.timeout <= 0:
        yield "timeout", "it would fail at once", ""


def _each(where: str, values: Sequence[Hook | Smoke]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        at = f"{where}[{index}]"
        if value.name in seen:
            yield f"{at}.name", f'there are two of the name "{value.name}"', "give each its own"
        seen.add(value.name)
        for path, message, hint in value.problems():
            yield f"{at}.{path}" if path else at, message, hint


def smoke_problems(tests: tuple[Smoke, ...]) -> Iterator[Problem]:
    return _each("smoke", tests)
