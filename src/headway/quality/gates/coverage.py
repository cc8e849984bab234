"""Coverage of all files, and of the lines that the change touches."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from headway.quality.case import Case
from headway.quality.gate import EPSILON, Limit, answer, at_least, compared, limit, stated
from headway.quality.new_code import ChangedCoverage
from headway.quality.new_code import coverage as of_changes
from headway.quality.settings import SMALL_DIFF
from headway.quality.words import many, ranges
from headway.verdict import Result

MEASURES = {
    "lines": "coverage.percent",
    "branches": "coverage.branch_percent",
    "combined": "coverage.combined_percent",
}
NAMES = {
    "lines": "coverage",
    "branches": "coverage of branches",
    "combined": "coverage of lines and branches",
}


def judge(case: Case) -> Iterator[Result]:
    """`coverage.min`, `coverage.target`, `coverage.changed`."""
    section = case.gates.coverage
    least = limit(case, "coverage.min", section.min, section)
    if least is not None:
        yield from _whole(case, least)
    target = limit(case, "coverage.target", section.target, section)
    if target is not None:
        aim = replace(target, blocking=False, required=False)
        for result in _whole(case, aim):
            yield replace(result, message=result.message.replace("minimum", "target"))
    changed = limit(case, "coverage.changed", section.changed, section)
    if changed is not None:
        yield from _changed(case, changed)


def _whole(case: Case, least: Limit) -> Iterator[Result]:
    kind = case.gates.coverage.measure or "lines"
    value = case.evidence.measures.get(MEASURES[kind])
    worst = sorted(
        (file for file in case.evidence.coverage if file.hit < file.total),
        key=lambda file: (file.hit - file.total, file.path),
    )[:10] if value is not None and value + EPSILON < least.value else []  # fmt: skip
    found = answer(
        case,
        least,
        "coverage",
        value,
        measure=MEASURES[kind],
        unit="%",
        hint="the files with most lines that no test runs are a good place to begin",
        details=[f"{f.path}: {f.hit} of {f.total} lines ran" for f in worst],
    )
    under, within = compared(NAMES[kind], value, least.value, "%")
    yield from at_least(found, under=under, within=within)


def _changed(case: Case, least: Limit) -> Iterator[Result]:
    if case.diff is None:
        if least.required:
            yield stated(
                least.gate,
                "inconclusive",
                "what has changed isn't known, so changed lines can't be judged",
                blocking=least.blocking,
                hint="give the commit to compare with, as `--base main`",
            )
        return
    counted = of_changes(case.diff, case.evidence.coverage)
    sources = case.sources("coverage")
    written = case.gates.coverage.small_diff
    small = SMALL_DIFF if written is None else written
    if sources.reports and not sources.incomplete and counted.total < max(small, 1):
        yield stated(
            least.gate,
            "passed",
            _too_small(counted, small),
            blocking=least.blocking,
            reports=sources.names,
        )
        return
    known = bool(case.evidence.coverage)
    found = answer(
        case,
        least,
        "coverage",
        counted.percent if known else None,
        measure="coverage of changed lines",
        unit="%",
        hint="write tests that run these lines",
        details=_missing(counted),
    )
    name = f"coverage of the {many(counted.total, 'changed line')}"
    under, within = compared(name, found.value, least.value, "%")
    yield from at_least(found, under=under, within=within)


def _too_small(counted: ChangedCoverage, small: int) -> str:
    if not counted.total:
        return "no changed line can be covered, so there is nothing to judge"
    ran = f"{counted.hit} of {many(counted.total, 'changed line')} that can be covered ran"
    return f"{ran}; fewer than {small} aren't judged"


def _missing(counted: ChangedCoverage) -> list[str]:
    """`src/cart.py: 3, 7-9`, the file with most of them first."""
    files = sorted(counted.missing.items(), key=lambda item: (-len(item[1]), item[0]))
    return [f"{path}: {ranges(numbers, 80)}" for path, numbers in files[:10]]
