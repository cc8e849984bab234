"""Results of load tests: limits, those of single requests, and against the baseline."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality import load
from headway.quality.case import Case
from headway.quality.gate import (
    Answer,
    Limit,
    answer,
    at_most,
    blocking,
    capped,
    compared,
    falling,
    limit,
    stated,
)
from headway.quality.report import LoadResult
from headway.quality.settings import Limits, Performance
from headway.quality.words import listed, many, number
from headway.verdict import Result

NAMES = {
    "p50": "the median latency",
    "p95": "the latency of 95 % of requests",
    "p99": "the latency of 99 % of requests",
    "error_rate": "the error rate",
    "throughput": "the throughput",
}
# From headway.yaml's units (seconds, shares, a second) to those of measures.
FACTORS = {"p50": 1000.0, "p95": 1000.0, "p99": 1000.0, "error_rate": 100.0, "throughput": 1.0}
COMPARED = ("p50", "p95", "p99", "throughput")


def judge(case: Case) -> Iterator[Result]:
    """`performance.p95` and the like, `.requests.NAME.p95`, `.regression.p95`, `.thresholds`."""
    section = case.gates.performance
    yield from _limits(case, section, "", "performance")
    for name, limits in sorted(section.requests.items()):
        yield from _limits(case, limits, name, f"performance.requests.{name}")
    yield from _thresholds(case)
    if section.regression is not None:
        yield from _regression(case, float(section.regression))


def _limits(case: Case, limits: Performance | Limits, name: str, gate: str) -> Iterator[Result]:
    results = load.results(case.evidence.load, name)
    for measure, unit in load.UNITS.items():
        written = getattr(limits, measure)
        if written is None:
            continue
        found = answer(
            case,
            _limit(case, f"{gate}.{measure}", float(written) * FACTORS[measure]),
            "performance",
            load.worst(results, measure),
            measure=f"load.{measure}" + (f" of {name}" if name else ""),
            unit=unit,
            hint=_hint(measure),
        )
        yield from _judge(found, measure, NAMES[measure] + (f" of {name}" if name else ""))


def _limit(case: Case, gate: str, value: float) -> Limit:
    section = case.gates.performance
    return Limit(
        gate=gate,
        value=round(value, 9),
        blocking=blocking(case, gate, section.blocking),
        written=True,
        required=section.required is not False,
    )


def _judge(found: Answer, measure: str, name: str) -> Iterator[Result]:
    if measure == "throughput":
        under, within = compared(name, found.value, found.limit.value, found.unit)
        yield from falling(found, under=under, within=within)
    else:
        over, within = capped(name, found.value, found.limit.value, found.unit)
        yield from at_most(found, over=over, within=within)


def _hint(measure: str) -> str:
    if measure == "error_rate":
        return "see what the failing requests answer"
    return "see which requests are slow: `headway report` shows each"


def _thresholds(case: Case) -> Iterator[Result]:
    section = case.gates.performance
    most = limit(case, "performance.thresholds", section.thresholds, section)
    results = [one for run in case.evidence.load for one in run.results]
    if most is None or (section.thresholds is None and not any(r.thresholds for r in results)):
        return
    crossed = sorted({name for r in results for name, held in r.thresholds.items() if not held})
    total = len({name for r in results for name in r.thresholds})
    found = answer(
        case,
        most,
        "performance",
        len(crossed) if total else None,
        measure="thresholds",
        hint="the load test's script sets them",
        details=crossed,
    )
    over = f"{many(len(crossed), 'threshold')} of the load test crossed: {listed(crossed)}"
    within = f"{total - len(crossed)} of {many(total, 'threshold')} of the load test held"
    yield from at_most(found, over=over, within=within)


def _regression(case: Case, tolerated: float) -> Iterator[Result]:
    now = load.results(case.evidence.load)
    before = load.results(case.baseline.load) if case.baseline else ()
    gate = "performance.regression"
    blocks = blocking(case, gate, case.gates.performance.blocking)
    if not now:
        if case.gates.performance.required is not False:
            most = _limit(case, gate, 100 * tolerated)
            yield from at_most(
                answer(case, most, "performance", None, unit="%"), over="", within=""
            )
        return
    if not before:
        reason = "has no load test" if case.baseline else "is missing"
        message = f"the baseline {reason}, so there is nothing to compare the load test with"
        hint = "run the load test on the main branch, and gate it there once"
        yield stated(gate, "inconclusive", message, blocking=blocks, hint=hint)
        return
    for measure in COMPARED:
        yield from _compared(case, measure, tolerated, now, before)


def _compared(
    case: Case,
    measure: str,
    tolerated: float,
    now: tuple[LoadResult, ...],
    before: tuple[LoadResult, ...],
) -> Iterator[Result]:
    ours, theirs = load.worst(now, measure), load.worst(before, measure)
    if ours is None or theirs is None:
        return
    gate = f"performance.regression.{measure}"
    higher = measure == "throughput"
    bound = theirs * (1 - tolerated if higher else 1 + tolerated)
    unit = load.UNITS[measure]
    found = answer(
        case,
        _limit(case, gate, bound),
        "performance",
        ours,
        measure=f"load.{measure}",
        unit=unit,
        hint="compare what the two commits do for the slowest requests",
    )
    said = _sentence(NAMES[measure], ours, theirs, tolerated, unit)
    if higher:
        yield from falling(found, under=said, within=said)
    else:
        yield from at_most(found, over=said, within=said)


def _sentence(name: str, ours: float, theirs: float, tolerated: float, unit: str) -> str:
    """`the median latency is 120 ms, 20 % more than the baseline's 100 ms (10 % is tolerated)`."""
    place = "" if unit == "/s" else " "
    now, there = f"{number(ours, theirs)}{place}{unit}", f"{number(theirs, ours)}{place}{unit}"
    if ours == theirs:
        return f"{name} is {now}, as in the baseline"
    way = "more" if ours > theirs else "less"
    by = f"{number(100 * abs(ours - theirs) / theirs, 0)} % {way} than" if theirs else "not"
    return (
        f"{name} is {now}, {by} the baseline's {there} ({number(100 * tolerated)} % is tolerated)"
    )
