"""Counts that only grow, made of sources that may start again from zero."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from sys import float_info

from headway.delivery.metrics.base import Counts

NONE = Counts(requests=0, errors=0)
ENDLESS = float_info.max  # stands for the last bound, +inf, which JSON has no word for


def finite(counts: Counts) -> Counts:
    """The same with a last bound that can be written as JSON."""
    if not counts.edges or counts.edges[-1] != inf:
        return counts
    return Counts(
        requests=counts.requests,
        errors=counts.errors,
        edges=(*counts.edges[:-1], ENDLESS),
        buckets=counts.buckets,
    )


def since(now: Counts, before: Counts) -> Counts:
    """What came between two readings.

    A source that was restarted counts from zero: all that it has is new. Odd readings (more
    errors than requests, buckets that shrink) are cut to what is possible. With other bounds
    than before there is nothing to subtract buckets from: then there are none.
    """
    if now.requests < before.requests or now.errors < before.errors or _shrunk(now, before):
        before = NONE
    requests = now.requests - before.requests
    errors = min(max(0, now.errors - before.errors), requests)
    if not before.buckets and not before.requests:
        old: tuple[int, ...] = (0,) * len(now.buckets)
    elif before.edges == now.edges:
        old = before.buckets
    else:
        return Counts(requests=requests, errors=errors)
    buckets = _ordered(a - b for a, b in zip(now.buckets, old, strict=True))
    return Counts(requests=requests, errors=errors, edges=now.edges, buckets=buckets)


def plus(a: Counts, b: Counts) -> Counts:
    """Both together; bounds are kept where they agree, or only one has any requests."""
    requests, errors = a.requests + b.requests, a.errors + b.errors
    if a.edges == b.edges:
        buckets = tuple(x + y for x, y in zip(a.buckets, b.buckets, strict=True))
        return Counts(requests=requests, errors=errors, edges=a.edges, buckets=buckets)
    rich = a if not b.requests else b if not a.requests else NONE
    return Counts(requests=requests, errors=errors, edges=rich.edges, buckets=rich.buckets)


def timed(counts: Counts) -> int:
    """Requests in the histogram: a source may add them a moment after it counted them."""
    return counts.buckets[-1] if counts.buckets else 0


def slower(counts: Counts, edges: Iterable[float]) -> list[int]:
    """How many requests took longer than each of these bounds."""
    at = dict(zip(counts.edges, counts.buckets, strict=True))
    whole = timed(counts)
    return [whole - at.get(edge, whole) for edge in edges]


def _shrunk(now: Counts, before: Counts) -> bool:
    return now.edges == before.edges and timed(now) < timed(before)


def _ordered(buckets: Iterable[int]) -> tuple[int, ...]:
    """Cumulative: never less than the bucket before."""
    out, least = [], 0
    for bucket in buckets:
        least = max(least, bucket)
        out.append(least)
    return tuple(out)
