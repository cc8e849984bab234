"""Findings of type checkers."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.counting import counted
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`types.errors`, `types.total`."""
    section = case.gates.types
    found = case.of("type")
    errors = [one for one in found if one.severity in ("critical", "high")]
    yield from counted(
        case, "types.errors", section.errors, section, "types", errors, ("type error", "")
    )
    yield from counted(
        case,
        "types.total",
        section.total,
        section,
        "types",
        found,
        ("finding of type checkers", "findings of type checkers"),
    )
