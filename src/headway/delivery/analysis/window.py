"""What came in the last minute, hour…: totals of a source that may restart, with marks."""

from __future__ import annotations

from msgspec import Struct

from headway.delivery.analysis import totals
from headway.delivery.metrics.base import Counts

MARKS = 60  # how finely a window's far end is known


class Window(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`length` seconds. `marks` are (moment, totals by then), the oldest first."""

    length: float
    now: float = 0.0
    last: Counts | None = None  # the reading before
    total: Counts = totals.NONE
    marks: tuple[tuple[float, Counts], ...] = ()

    def observe(self, t: float, reading: Counts | None) -> Window:
        """With the totals of a source at `t`; None: it could not be read."""
        if reading is None:
            return self
        reading = totals.finite(reading)
        if self.last is None:
            return Window(length=self.length, now=t, last=reading, marks=((t, totals.NONE),))
        t = max(t, self.now)
        total = totals.plus(self.total, totals.since(reading, self.last))
        marks = self.marks
        if t - marks[-1][0] >= self.length / MARKS:
            marks = (*marks, (t, total))
        while len(marks) > 1 and marks[1][0] <= t - self.length:
            marks = marks[1:]
        return Window(length=self.length, now=t, last=reading, total=total, marks=marks)

    @property
    def recent(self) -> Counts:
        """What came in the window."""
        return totals.since(self.total, self.marks[0][1]) if self.marks else totals.NONE

    @property
    def seconds(self) -> float:
        """How long the window really is: shorter at first."""
        return self.now - self.marks[0][0] if self.marks else 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.recent.requests / self.seconds if self.seconds > 0 else 0.0


def without_latency(counts: Counts | None) -> Counts | None:
    """For long windows that ask for errors only."""
    if counts is None:
        return None
    return Counts(requests=counts.requests, errors=counts.errors)
