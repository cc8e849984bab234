"""Measures of load tests: of several runs the worst counts, each measure by itself."""

from __future__ import annotations

from collections.abc import Iterable

from headway.quality.evidence import LoadRun
from headway.quality.report import LoadResult

UNITS = {
    "p50": "ms",
    "p95": "ms",
    "p99": "ms",
    "error_rate": "%",
    "throughput": "/s",
}


def results(runs: Iterable[LoadRun], name: str = "") -> tuple[LoadResult, ...]:
    """Each run's result for a request's name; "" is for all requests."""
    return tuple(one for run in runs for one in run.results if one.name == name)


def value(result: LoadResult, measure: str) -> float | None:
    """In milliseconds, percent or requests a second; None when the tool doesn't say."""
    if measure == "error_rate":
        return 100.0 * result.error_rate if result.requests else None
    if measure == "throughput":
        return result.throughput if result.requests else None
    wanted = float(measure[1:])
    return next((v for p, v in result.percentiles.items() if _percentile(p) == wanted), None)


def worst(found: Iterable[LoadResult], measure: str) -> float | None:
    """The worst of these results; None when one of them doesn't say."""
    values = [value(one, measure) for one in found]
    known = [one for one in values if one is not None]
    if not known or len(known) < len(values):
        return None
    return min(known) if measure == "throughput" else max(known)


def measures(runs: Iterable[LoadRun]) -> dict[str, float]:
    """`load.p95` and the like, of all requests."""
    total = results(runs)
    found = {f"load.{name}": worst(total, name) for name in UNITS}
    return {name: one for name, one in found.items() if one is not None}


def _percentile(name: str) -> float | None:
    try:
        return float(name)
    except ValueError:
        return None
