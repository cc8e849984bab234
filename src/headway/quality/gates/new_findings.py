"""Findings that the baseline hasn't."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality import baseline
from headway.quality.case import Case, together
from headway.quality.evidence import Evidence
from headway.quality.gate import TOP, Answer, Limit, at_most, limit, line, stated
from headway.quality.severity import RANK
from headway.quality.subject import BY_CATEGORY
from headway.quality.words import be, many, number
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`new_findings.max`."""
    section = case.gates.new_findings
    most = limit(case, "new_findings.max", section.max, section)
    if most is None:
        return
    if case.baseline is not None:
        yield from _judge(case, case.baseline, most)
    elif most.required:
        yield stated(
            most.gate,
            "inconclusive",
            "there is no baseline, so it can't be told which findings are new",
            blocking=most.blocking,
            hint="gate the main branch once, or give its evidence as `--baseline`",
        )


def _judge(case: Case, before: Evidence, most: Limit) -> Iterator[Result]:
    section = case.gates.new_findings
    least = RANK[section.severity or "low"]
    fresh = [
        finding
        for finding in baseline.new(case.open, before, case.diff)
        if RANK[finding.severity] >= least
        and (not section.categories or finding.category in section.categories)
    ]
    categories = section.categories or tuple(BY_CATEGORY)
    found = Answer(
        limit=most,
        subject="lint",
        sources=together(case, dict.fromkeys(BY_CATEGORY[one] for one in categories)),
        value=len(fresh),
        measure="new findings",
        hint="mend what the change brought in; what was there before isn't counted",
        findings=tuple(finding.fingerprint for finding in fresh[:TOP]),
        details=tuple(line(finding) for finding in fresh[:TOP]),
    )
    said = f"there {be(len(fresh))} {many(len(fresh), 'new finding')}"
    allowed = f", {number(most.value)} may be" if most.value else ""
    yield from at_most(found, over=said + allowed, within=f"{said} since the baseline")
