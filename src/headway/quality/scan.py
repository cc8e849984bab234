"""The section `scan` of headway.yaml: which tools look at the repository, and how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from headway.errors import did_you_mean
from headway.units import Duration

Mistake = tuple[str, str, str]  # path, message, hint
TIME_LIMIT = 600.0  # seconds


class Tool(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is said of one tool."""

    run: Annotated[
        bool | None,
        Meta(description="true: always, without it the scan is inconclusive; false: never"),
    ] = None
    args: Annotated[tuple[str, ...], Meta(description="More arguments, before the paths")] = ()
    time_limit: Annotated[
        Duration | None, Meta(description="When it is stopped (as `scan.time_limit`)")
    ] = None
    rules: Annotated[
        tuple[str, ...],
        Meta(description="Semgrep only: files or folders of rules, names of the registry"),
    ] = ()


class Scan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The section `scan`."""

    tools: Annotated[dict[str, Tool], Meta(description="Single tools, by name")] = {}
    exclude: Annotated[
        tuple[str, ...],
        Meta(description="Files and folders that no tool looks at, as docs/** or src/gen"),
    ] = ()
    time_limit: Annotated[Duration, Meta(gt=0, description="When a tool is stopped (10m)")] = (
        Duration(TIME_LIMIT)
    )
    parallel: Annotated[
        int, Meta(ge=0, description="Tools at once (0: one for each processor)")
    ] = 0

    def tool(self, name: str) -> Tool:
        return self.tools.get(name, Tool())

    def limit(self, name: str) -> float:
        """Seconds that a tool may take."""
        own = self.tool(name).time_limit
        return float(self.time_limit if own is None else own)

    def problems(self) -> Iterator[Mistake]:
        from headway.quality.scanners import SCANNERS

        for name, tool in self.tools.items():
            if name not in SCANNERS:
                yield f"tools.{name}", f'there is no tool "{name}"', did_you_mean(name, SCANNERS)
            if tool.rules and name != "semgrep":
                hint = "`args` takes more arguments"
                yield f"tools.{name}.rules", f"{name} takes no rules", hint
            if tool.time_limit is not None and tool.time_limit <= 0:
                yield f"tools.{name}.time_limit", "time_limit is 0s", "10m is the default"
