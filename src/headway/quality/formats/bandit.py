"""Bandit's JSON (`bandit -r src -f json`), versions 1.7 and newer."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Finding
from headway.quality.secret import bandit_message, hashed
from headway.quality.severity import of_word

NAME = "bandit"
KIND: Kind = "findings"
SYNTAX = "json"


class Issue(Struct, frozen=True):
    test_id: str
    issue_text: str
    issue_severity: str
    filename: str
    line_number: int
    line_range: list[int] = []
    col_offset: int = -1
    code: str = ""
    more_info: str | None = None


class Unread(Struct, frozen=True):
    filename: str
    reason: str


class Document(Struct, frozen=True):
    results: list[Issue]
    errors: list[Unread] = []
    metrics: dict[str, dict[str, float]] = {}


def detect(head: Head) -> bool:
    if head.has("results[].test_id") or head.has("results[].issue_text"):
        return True
    return head.has("results", "metrics", "metrics._totals") and "SEVERITY.HIGH" in head.text


def parse(source: Source) -> Report:
    """Incomplete when files could not be read; `findings.suppressed` counts `# nosec`."""
    document = decode(source, Document)
    totals = document.metrics.get("_totals", {})
    measures = {
        f"findings.{word}": totals[f"SEVERITY.{word.upper()}"]
        for word in ("high", "medium", "low", "undefined")
        if f"SEVERITY.{word.upper()}" in totals
    }
    measures["findings.suppressed"] = totals.get("nosec", 0) + totals.get("skipped_tests", 0)
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(_finding(issue) for issue in document.results),
        measures=measures,
        complete=not document.errors,
        reason=summary(f"{e.filename}: {e.reason}" for e in document.errors),
    )


def _finding(issue: Issue) -> Finding:
    return Finding(
        rule=issue.test_id,
        message=bandit_message(issue.test_id, issue.issue_text),
        severity=of_word(issue.issue_severity),
        word=issue.issue_severity,
        category="security",
        tool=NAME,
        file=path_of(issue.filename),
        line=position(issue.line_number),
        column=position(issue.col_offset + 1),
        end_line=position(max(issue.line_range, default=0)),
        context=hashed(issue.code),
        url=issue.more_info or "",
    )
