"""The seam of platforms: what keeps a release's instances running.

Contract. `apply` is called by one engine at a time, with an epoch that only grows; a platform
that has seen a larger epoch raises Fenced and changes nothing. `apply` returns soon: it starts
what must be started and drains what must go, and may be told the same again at any moment,
also after a crash in the middle. Instances outlive the engine and every Headway process.
`observe` has no effects. Neither knows of traffic: that is the router's.
"""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from headway.delivery.desired import Group
from headway.errors import HeadwayError

State = Literal["starting", "healthy", "unhealthy", "draining", "failed"]


class Fenced(HeadwayError):
    """Somebody with a newer lease acts here; whoever gets this must stop acting."""


class InstanceStatus(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One instance as it is now. `failed` means that it won't be started again by itself."""

    group: str
    index: int  # from 0 in its group
    state: State
    host: str = "127.0.0.1"
    port: int = 0
    pid: int = 0
    restarts: int = 0
    since: float = 0.0  # seconds since 1970: when it was started
    reason: str = ""  # why not healthy, for people


class Platform(Protocol):
    """Raises HeadwayError for what can't be done, naming the mend."""

    def apply(self, groups: tuple[Group, ...], epoch: int) -> None: ...

    def observe(self) -> tuple[InstanceStatus, ...]: ...

    def logs(self, group: str, index: int, lines: int) -> bytes:
        """The last lines that an instance wrote, running or not."""
        ...
