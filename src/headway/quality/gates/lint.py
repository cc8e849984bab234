"""Findings of linters, and files that a formatter would change."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.counting import counted
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`lint.errors`, `lint.warnings`, `lint.total`, `lint.format`."""
    section = case.gates.lint
    found = case.of("lint")
    errors = [one for one in found if one.severity in ("critical", "high")]
    warnings = [one for one in found if one.severity == "medium"]
    badly_formatted = case.of("format")
    yield from counted(
        case, "lint.errors", section.errors, section, "lint", errors, ("lint error", "")
    )
    yield from counted(
        case, "lint.warnings", section.warnings, section, "lint", warnings, ("lint warning", "")
    )
    yield from counted(
        case, "lint.total", section.total, section, "lint", found, ("lint finding", "")
    )
    yield from counted(
        case,
        "lint.format",
        section.format,
        section,
        "format",
        badly_formatted,
        ("place that a formatter would change", "places that a formatter would change"),
        hint="run the formatter",
    )
