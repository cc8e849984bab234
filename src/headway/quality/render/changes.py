"""What changed since the base: figures, findings, tests, files. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from headway.quality import baseline
from headway.quality.evidence import Evidence
from headway.quality.new_code import ChangedCoverage, Diff, coverage
from headway.quality.render import words
from headway.quality.report import Finding, TestCase

# The measures that are worth a line, with their unit; others are for `--json`.
SHOWN: dict[str, tuple[str, str]] = {
    "coverage.percent": ("coverage", "%"),
    "coverage.branch_percent": ("branch coverage", "%"),
    "tests.total": ("tests", ""),
    "tests.failed": ("failed tests", ""),
    "tests.flaky": ("flaky tests", ""),
    "findings.total": ("findings", ""),
    "complexity.cyclomatic": ("highest cyclomatic complexity", ""),
    "complexity.cognitive": ("highest cognitive complexity", ""),
    "duplication.percent": ("duplication", "%"),
}
_BAD = ("failed", "error")
_LEAST = 0.05  # points of coverage of a file that are worth a line


class Figure(Struct, frozen=True, kw_only=True):
    """One measure, in words; `worse` is None when it is neither or nobody knows."""

    name: str
    before: str
    now: str
    difference: str
    worse: bool | None


class FileChange(Struct, frozen=True, kw_only=True):
    """Coverage of one file, in percent."""

    path: str
    before: float
    now: float


class Changes(Struct, frozen=True, kw_only=True):
    """`uncompared` are tools that only one side has a report of: nothing is new or gone there."""

    figures: tuple[Figure, ...] = ()
    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    failing: tuple[TestCase, ...] = ()
    mended: tuple[TestCase, ...] = ()
    flaky: tuple[TestCase, ...] = ()
    files: tuple[FileChange, ...] = ()
    uncompared: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__ if name != "uncompared")


def since(now: Evidence, before: Evidence, diff: Diff | None = None) -> Changes:
    tools, uncompared = _compared(now, before)
    new = baseline.new(now.findings, before, diff)
    earlier = {case.id: case for case in before.tests}
    return Changes(
        figures=tuple(_figures(_measures(now, tools), _measures(before, tools))),
        new=tuple(f for f in new if _of(f, tools)),
        gone=tuple(f for f in baseline.gone(now, before) if _of(f, tools)),
        failing=tuple(
            case
            for case in now.tests
            if case.outcome in _BAD and _outcome(earlier, case) not in _BAD
        ),
        mended=tuple(
            case
            for case in now.tests
            if case.outcome == "passed" and _outcome(earlier, case) in _BAD
        ),
        flaky=tuple(
            case
            for case in now.tests
            if case.outcome == "flaky" and _outcome(earlier, case) != "flaky"
        ),
        files=tuple(_files(now, before)),
        uncompared=uncompared,
    )


def _measures(evidence: Evidence, tools: frozenset[str]) -> dict[str, float]:
    """With the findings of tools that were there both times: another scanner's aren't the
    change's."""
    found = {name: v for name, v in evidence.measures.items() if name != "findings.total"}
    if tools:
        found["findings.total"] = sum(1 for one in evidence.findings if _of(one, tools))
    return found


def _of(finding: Finding, tools: frozenset[str]) -> bool:
    return not tools.isdisjoint(finding.tools or (finding.tool,))


def _compared(now: Evidence, before: Evidence) -> tuple[frozenset[str], tuple[str, ...]]:
    """Tools that both have a report of, and those of one side only."""
    kinds = ("findings", "dependencies")
    ours, theirs = (
        {report.tool for report in one.reports if report.kind in kinds and report.complete}
        for one in (now, before)
    )
    return frozenset(ours & theirs), tuple(sorted(ours ^ theirs))


def _outcome(earlier: Mapping[str, TestCase], case: TestCase) -> str:
    found = earlier.get(case.id)
    return found.outcome if found else ""


def _figures(now: Mapping[str, float], before: Mapping[str, float]) -> Iterable[Figure]:
    changed = {one.measure: one for one in baseline.changes(now, before)}
    for measure, (name, unit) in SHOWN.items():
        one = changed.get(measure)
        if one is None:
            continue
        old, new = one.before, one.now
        gap = "" if old is None or new is None else words.signed(new - old, unit)
        if gap != "±0":
            yield Figure(
                name=name,
                before="–" if old is None else words.number(old, unit, new),
                now="–" if new is None else words.number(new, unit, old),
                difference=gap,
                worse=one.worse,
            )


def _files(now: Evidence, before: Evidence) -> list[FileChange]:
    """Those whose coverage changed, the largest loss first."""
    earlier = {file.path: file for file in before.coverage}
    found = []
    for file in now.coverage:
        old = earlier.get(file.path)
        if old is None or (old.covered == file.covered and old.coverable == file.coverable):
            continue
        if file.total and old.total:
            share, was = 100 * file.hit / file.total, 100 * old.hit / old.total
            if abs(share - was) >= _LEAST:
                found.append(FileChange(path=file.path, before=was, now=share))
    return sorted(found, key=lambda one: (one.now - one.before, one.path))


def changed_lines(evidence: Evidence, diff: Diff | None) -> ChangedCoverage | None:
    """Coverage of the lines that the change touches; None when none of them can be covered."""
    if diff is None or not evidence.coverage:
        return None
    found = coverage(diff, evidence.coverage)
    return found if found.total else None
