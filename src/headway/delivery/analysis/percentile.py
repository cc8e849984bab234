"""Shares, rates and percentiles as far as counts and latency buckets can tell them."""

from __future__ import annotations

from math import inf, sqrt

from msgspec import Struct

from headway.delivery.analysis.totals import ENDLESS, timed
from headway.delivery.metrics.base import Counts

SURE = 3.0902  # standard deviations: one-sided 99.9 %
USUAL = 1.96  # two-sided 95 %


class Estimate(Struct, frozen=True):
    """A percentile in ms. `value` is interpolated inside its bucket; the true one is between
    `low` and `high` (95 %): chance and the width of buckets are in it. `high` may be +inf."""

    value: float
    low: float
    high: float


def percentile(counts: Counts, share: float, deviations: float = USUAL) -> Estimate | None:
    """The latency that `share` (0.95) of requests were faster than; None without any."""
    whole = timed(counts)
    if not whole:
        return None
    off = deviations * sqrt(share * (1.0 - share) / whole)
    low, _ = _bucket(counts, max(0.0, share - off) * whole)
    _, high = _bucket(counts, min(1.0, share + off) * whole)
    return Estimate(interpolated(counts, share) or 0.0, low, high)


def interpolated(counts: Counts, share: float) -> float | None:
    """The percentile as Prometheus' histogram_quantile gives it: spread evenly in a bucket, and
    the last finite bound for what is beyond it."""
    whole = timed(counts)
    if not whole:
        return None
    rank = share * whole
    below, lower = 0, 0.0
    for edge, count in zip(counts.edges, counts.buckets, strict=True):
        if count >= rank and count > below:
            if edge >= ENDLESS:
                return lower
            return lower + (edge - lower) * (rank - below) / (count - below)
        below, lower = count, edge
    return lower


def at_least(counts: Counts, share: float) -> float | None:
    """What the percentile is surely not below, but for chance of 1 in 1,000."""
    whole = timed(counts)
    if not whole:
        return None
    return interpolated(counts, max(0.0, share - SURE * sqrt(share * (1.0 - share) / whole)))


def bounds(bad: int, requests: int, deviations: float = USUAL) -> tuple[float, float]:
    """The interval of a share (Wilson's), honest for small counts, too; 0 to 1 of nothing."""
    if not requests:
        return 0.0, 1.0
    share, square = bad / requests, deviations * deviations
    whole = 1.0 + square / requests
    middle = (share + square / (2.0 * requests)) / whole
    half = deviations * sqrt(share * (1.0 - share) / requests + square / (4.0 * requests**2))
    low, high = middle - half / whole, middle + half / whole
    return max(0.0, min(low, share)), min(1.0, max(high, share))  # rounding, at the ends


def _bucket(counts: Counts, rank: float) -> tuple[float, float]:
    """The bounds of the bucket that a rank is in."""
    lower = 0.0
    for edge, count in zip(counts.edges, counts.buckets, strict=True):
        if count >= rank and count:
            return lower, inf if edge >= ENDLESS else edge
        lower = edge
    return lower, inf
