"""The time of one rollout: it goes on evenly, whatever is done to the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from headway.journal import process


class Clock:
    """`now()` is seconds since 1970 as they were when the rollout began, plus what has passed.

    It continues over a restart of the engine: within one boot by the machine's uptime, else by
    the wall clock, but never backwards.
    """

    def __init__(self, now: float, uptime: Callable[[], float] | None = None) -> None:
        self._uptime = uptime or _uptime
        self._offset = now - self._uptime()

    @classmethod
    def going_on(
        cls,
        now: float,
        boot: str,
        uptime: float,
        *,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] | None = None,
    ) -> Clock:
        """The clock that said `now` when the machine, in its boot `boot`, was up for `uptime`."""
        measure = clock or _uptime
        passed = measure() - uptime
        same = boot == boot_id() and passed >= 0
        return cls(now + passed if same else max(now, wall()), measure)

    def now(self) -> float:
        return self._offset + self._uptime()

    def uptime(self) -> float:
        return self._uptime()


def boot_id() -> str:
    """Names this boot of this machine; "" where the system doesn't tell."""
    return process.identity().partition("@")[2].partition("/")[0]


def _uptime() -> float:
    boottime = getattr(time, "CLOCK_BOOTTIME", None)  # Linux: sleep counts
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)
