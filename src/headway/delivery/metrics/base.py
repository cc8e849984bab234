"""The seam of metrics: what each group has answered so far.

Contract. `read` gives totals since whatever moment the source counts from; they may start
again from zero (the source was restarted), which the reader sees as a smaller number. No
answer for a group is no entry, never zeros. Raises HeadwayError when the source can't be
asked: that is no evidence, never good news.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Counts(Struct, frozen=True, kw_only=True):
    """Totals of one group. `edges` are upper latency bounds in ms, the last +inf; `buckets`
    the requests at most that slow, so the last equals `requests`: one without an answer is
    slower than every bound."""

    requests: int
    errors: int  # 5xx and no answer at all
    edges: tuple[float, ...] = ()
    buckets: tuple[int, ...] = ()


class Metrics(Protocol):
    def read(self, groups: Sequence[str]) -> dict[str, Counts]: ...


class Values(Protocol):
    """Single numbers, for queries of a user's own."""

    def value(self, query: str, group: str) -> float | None:
        """None when there is no such number now. Raises HeadwayError when it can't be asked."""
        ...
