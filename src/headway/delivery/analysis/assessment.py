"""The answer of the analysis at one moment, with all that it rests on."""

from __future__ import annotations

from math import sqrt

from msgspec import Struct

from headway.delivery import assessment as answer


class Side(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version: totals since the comparison began, and the last minute or so.

    Latencies are in ms, None while there is none; `rate` is requests a second."""

    requests: int = 0
    errors: int = 0
    rate: float = 0.0
    error_rate: float = 0.0  # of the last minute
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing compared: `errors`, or the requests slower than an edge in ms.

    `bad_*` and `of_*` are of the last `seconds`, if what is wrong shows best there; otherwise
    (0) since the comparison began, as the evidence always is."""

    name: str
    evidence: float
    bad_canary: int
    of_canary: int
    bad_stable: int
    of_stable: int
    ratio: float
    rise: float
    seconds: float = 0.0

    @property
    def canary(self) -> float:
        return self.bad_canary / self.of_canary if self.of_canary else 0.0

    @property
    def stable(self) -> float:
        return self.bad_stable / self.of_stable if self.of_stable else 0.0

    @property
    def tolerated(self) -> float:
        return min(1.0, self.ratio * self.stable + self.rise)

    @property
    def excess(self) -> float:
        """By how many standard deviations the canary is beyond what is tolerated."""
        limit = self.tolerated
        return (self.canary - limit) * sqrt(self.of_canary / max(limit * (1.0 - limit), 1e-4))


class Assessment(answer.Assessment, frozen=True, kw_only=True, omit_defaults=True):
    """`columns` are sorted, the strongest evidence first, and add up to `evidence`.

    `bound` is the share of good releases that this test rolls back at most, `limit` its
    inverse: the evidence to roll back. `wait` estimates the seconds until there is enough to
    go by, with `inconclusive`; None: it can't be told."""

    t: float = 0.0
    share: int = 0  # basis points of traffic that the canary had
    evidence: float = 0.0
    limit: float = 100.0
    hold: float = 4.0
    bound: float = 0.01
    proof: float | None = None  # evidence that it is worse by less than a margin; None: not asked
    columns: tuple[Column, ...] = ()
    stable: Side = Side()
    canary: Side = Side()
    wait: float | None = None
    mark: str = ""  # what happened at this moment: a step, a decision
