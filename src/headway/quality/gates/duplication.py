"""The share of copied lines."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.gate import EPSILON, answer, at_most, capped, limit
from headway.quality.report import Duplication
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`duplication.max`."""
    section = case.gates.duplication
    most = limit(case, "duplication.max", section.max, section)
    if most is None:
        return
    value = case.evidence.measures.get("duplication.percent")
    copies: list[Duplication] = []
    if value is not None and value > most.value + EPSILON:
        copies = sorted(case.evidence.duplication, key=lambda one: (-one.lines, one.places))[:10]
    found = answer(
        case,
        most,
        "duplication",
        value,
        measure="duplication.percent",
        unit="%",
        hint="give what is copied a place and a name of its own",
        details=[_line(one) for one in copies],
    )
    over, within = capped("duplication", value, most.value, "%")
    yield from at_most(found, over=over, within=within)


def _line(one: Duplication) -> str:
    places = ", ".join(f"{span.file}:{span.line}" for span in one.places[:3])
    return f"{one.lines} lines in {places}"
