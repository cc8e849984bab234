"""Measures that may not get worse than the baseline's."""

from __future__ import annotations

from collections.abc import Iterator

from headway.errors import did_you_mean
from headway.quality.baseline import better, worse_by
from headway.quality.case import Case, Sources, together
from headway.quality.case import sources as sources_of
from headway.quality.evidence import Evidence
from headway.quality.gate import EPSILON, blocking, stated
from headway.quality.scoring import QUALITY, SECURITY
from headway.quality.settings import Ratchet, Subject
from headway.quality.subject import BY_CATEGORY
from headway.quality.words import distance, quantity
from headway.verdict import Outcome, Result

_BY_START: dict[str, tuple[Subject, ...]] = {
    "tests.": ("tests",),
    "coverage.": ("coverage",),
    "complexity.": ("complexity",),
    "duplication.": ("duplication",),
    "load.": ("performance",),
    "score.security": SECURITY,
    "score.quality": QUALITY,
}


def judge(case: Case) -> Iterator[Result]:
    """`ratchets.MEASURE` for each that settings name."""
    for name, ratchet in sorted(case.gates.ratchets.items()):
        gate = f"ratchets.{name}"
        blocks = blocking(case, gate, ratchet.blocking)
        if case.baseline is None:
            yield stated(
                gate,
                "inconclusive",
                f"there is no baseline to compare {name} with",
                blocking=blocks,
                hint="gate the main branch once, or give its evidence as `--baseline`",
            )
        else:
            yield _judge(case, case.baseline, name, ratchet, blocks)


def _judge(case: Case, baseline: Evidence, name: str, ratchet: Ratchet, blocks: bool) -> Result:
    subjects = _subjects(name)
    looked = together(case, subjects)
    now = _value(case.measures, name)
    was = _value(case.baseline_measures, name)
    gate = f"ratchets.{name}"
    earlier = sources_of(baseline, case.gates)
    missing = [one for one in subjects if one in earlier and not case.sources(one).reports]
    if was is None or now is None or missing:
        return _unknown(gate, name, now, was, looked, blocks, case.measures, missing)
    way = ratchet.better or better(name)
    worse = worse_by(name, now, was, way)
    failed = worse > ratchet.tolerance + EPSILON
    outcome: Outcome = "failed" if failed else "passed"
    sentence = _sentence(name, now, was, worse, ratchet.tolerance)
    # A measure that what is still to be found can only make worse has failed already.
    certain = failed and (way == "lower" or name.startswith("score."))
    if looked.incomplete and not certain:
        outcome = "inconclusive"
        sentence = f"{_first(looked)} is incomplete; so far, {sentence}"
    higher = way == "higher"
    bound = was - ratchet.tolerance if higher else was + ratchet.tolerance
    return Result(
        gate=gate,
        outcome=outcome,
        message=sentence,
        blocking=blocks,
        measure=name,
        value=now,
        comparison="at least" if higher else "at most",
        limit=round(bound, 9),
        margin=round(ratchet.tolerance - worse, 9),
        unit=_unit(name),
        hint="a ratchet lets a measure only get better" if outcome == "failed" else "",
        reports=looked.names,
    )


def _first(looked: Sources) -> str:
    return looked.incomplete[0].source or looked.incomplete[0].tool


def _subjects(measure: str) -> tuple[Subject, ...]:
    for start, subjects in _BY_START.items():
        if measure.startswith(start):
            return subjects
    if measure.startswith("findings."):
        category = measure.split(".")[1]
        known: dict[str, Subject] = {str(name): one for name, one in BY_CATEGORY.items()}
        return (known[category],) if category in known else tuple(dict.fromkeys(known.values()))
    return ()


def _value(found: dict[str, float], name: str) -> float | None:
    """Kinds of findings that aren't there are counted as none."""
    return found.get(name, 0.0 if name.startswith("findings.") else None)


def _unknown(
    gate: str,
    name: str,
    now: float | None,
    was: float | None,
    looked: Sources,
    blocks: bool,
    known: dict[str, float],
    missing: list[Subject],
) -> Result:
    if was is None and now is None:
        message = f'there is no measure "{name}" in the evidence'
        return stated(gate, "failed", message, blocking=blocks, hint=did_you_mean(name, known))
    if was is None:
        message = f"the baseline has no {name} to compare with"
        hint = "gate the main branch with that report once"
        return stated(gate, "inconclusive", message, blocking=blocks, hint=hint)
    if looked.incomplete:
        message = f"{_first(looked)} is incomplete, and has no {name}"
        return stated(gate, "inconclusive", message, blocking=blocks, reports=looked.names)
    what = " and ".join(missing)
    message = f"no evidence: the baseline has reports of {what or name}, and now there is none"
    return stated(gate, "failed", message, blocking=blocks, hint="make the same reports again")


def _sentence(name: str, now: float, was: float, worse: float, tolerance: float) -> str:
    unit = _unit(name)
    if now == was:
        return f"{name} is {quantity(now, unit)}, as in the baseline"
    by = distance(abs(worse), unit)
    way = "worse" if worse > 0 else "better"
    text = f"{name} is {quantity(now, unit, was)}, {by} {way} than the baseline's"
    text += f" {quantity(was, unit, now)}"
    if 0 < worse <= tolerance:
        text += f", which {distance(tolerance, unit)} of tolerance allows"
    return text


def _unit(name: str) -> str:
    if name.endswith("percent") or name == "load.error_rate":
        return "%"
    if name in ("load.p50", "load.p95", "load.p99"):
        return "ms"
    return "/s" if name == "load.throughput" else ""
