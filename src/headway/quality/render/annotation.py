"""Workflow commands that put what failed onto the lines it is about.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; of each level GitHub shows ten
annotations a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headway.quality.evidence import Evidence
from headway.quality.new_code import ChangedCoverage
from headway.quality.render import words
from headway.quality.report import Finding, TestCase
from headway.verdict import Result, Verdict

MOST = 10  # of each level
TEXT = 500  # characters of a message


def commands(
    verdict: Verdict, evidence: Evidence, changed: ChangedCoverage | None = None
) -> list[str]:
    """Errors for gates that fail, warnings for those that only report; the worst first."""
    left = {"error": MOST, "warning": MOST}
    found = []
    for level, line in _all(verdict, evidence, changed):
        if left[level]:
            left[level] -= 1
            found.append(line)
    return found


def _all(
    verdict: Verdict, evidence: Evidence, changed: ChangedCoverage | None
) -> Iterator[tuple[str, str]]:
    findings = {finding.fingerprint: finding for finding in evidence.findings}
    troubled = [result for result in words.ordered(verdict.results) if result.outcome != "passed"]
    # Each gate says itself first, else a gate with ten findings would hide all the others.
    for result in troubled:
        yield _level(result), command(_level(result), result.message, title=result.gate)
    seen: set[str] = set()
    for result in troubled:
        for line in _places(result, evidence, findings, changed, seen):
            yield _level(result), line


def _level(result: Result) -> str:
    return "error" if result.blocking else "warning"


def _places(
    result: Result,
    evidence: Evidence,
    findings: Mapping[str, Finding],
    changed: ChangedCoverage | None,
    seen: set[str],
) -> Iterator[str]:
    level = _level(result)
    for name in result.findings:
        finding = findings.get(name)
        if finding is not None and finding.file and name not in seen:
            seen.add(name)
            yield _finding(level, finding)
    if result.gate == "tests.failed":
        yield from (_test(level, case) for case in evidence.tests if case.outcome == "failed")
    if result.gate == "coverage.changed" and changed is not None:
        for path, lines in changed.missing.items():
            message = f"no test runs the changed lines {words.ranges(lines, 80)}"
            yield command(level, message, title=result.gate, file=path, line=lines[0])


def _finding(level: str, finding: Finding) -> str:
    title = f"{finding.rule} ({finding.severity}, {words.tools(finding)})"
    return command(
        level,
        words.told(finding),
        title=title,
        file=finding.file,
        line=finding.line,
        end_line=finding.end_line,
        column=finding.column,
    )


def _test(level: str, case: TestCase) -> str:
    return command(
        level, words.cause(case.message) or "failed", title=case.id, file=case.file, line=case.line
    )


def command(
    level: str,
    message: str,
    *,
    title: str = "",
    file: str = "",
    line: int = 0,
    end_line: int = 0,
    column: int = 0,
) -> str:
    """`::error file=a.py,line=1::message`."""
    places = {"line": line, "endLine": end_line if end_line > line else 0, "col": column}
    given = {"file": file, **{k: str(v) if v and file else "" for k, v in places.items()}}
    properties = ",".join(
        f"{name}={_property(value)}" for name, value in {**given, "title": title}.items() if value
    )
    return f"::{level} {properties}::{_data(message[:TEXT])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
