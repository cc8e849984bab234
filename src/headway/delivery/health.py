"""When an instance may be given traffic: the `health` key of an environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from headway.units import Duration

Problem = tuple[str, str, str]  # path below the section, message, hint


class Health(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without http or command: the port takes connections."""

    http: Annotated[
        str, Meta(description="A path such as `/healthz`; healthy is an answer from 200 to 399.")
    ] = ""
    command: Annotated[
        str, Meta(description="A command with `PORT` set; healthy is exit code 0.")
    ] = ""
    interval: Annotated[Duration, Meta(description="Between two checks.")] = Duration(2.0)
    timeout: Annotated[Duration, Meta(description="A check that takes longer has failed.")] = (
        Duration(1.0)
    )
    start_period: Annotated[
        Duration, Meta(description="After the start, failed checks don't count for so long.")
    ] = Duration(0.0)
    healthy: Annotated[
        int, Meta(ge=1, description="Passed checks, one after the other, to be healthy.")
    ] = 1
    unhealthy: Annotated[
        int, Meta(ge=1, description="Failed checks, one after the other, to be unhealthy.")
    ] = 3

    def problems(self) -> Iterator[Problem]:
        if self.http and self.command:
            yield "command", "http and command are both given", "one check decides: keep one"
        if self.http and not self.http.startswith("/"):
            yield "http", f'"{self.http}" is not a path', f"write /{self.http}"
        for name in ("interval", "timeout"):
            if getattr(self, name) <= 0:
                yield name, f"{name} is 0s", "1s is usual"
