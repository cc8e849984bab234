"""Hadolint's JSON (`hadolint -f json`)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import Severity, of_word

NAME = "hadolint"
KIND: Kind = "findings"
SYNTAX = "json"

# Its SARIF calls both a note; the same finding is as bad in either report.
_WORDS: dict[str, Severity] = {"info": "low", "style": "low"}
UNREADABLE = "DL1000"  # the Dockerfile could not be parsed; no other rule was asked


class Issue(Struct, frozen=True):
    code: str
    file: str
    level: str
    message: str
    line: int = 0
    column: int = 0


def detect(head: Head) -> bool:
    return head.has("[].code", "[].file", "[].level", "[].line")


def parse(source: Source) -> Report:
    """Incomplete when a Dockerfile could not be parsed."""
    issues = decode(source, list[Issue])
    unread = [f"{i.file}:{i.line}: {i.message}" for i in issues if i.code == UNREADABLE]
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(
            Finding(
                rule=issue.code,
                message=scrub(issue.message),
                severity=of_word(issue.level, _WORDS),
                word=issue.level,
                category="container",
                tool=NAME,
                file=path_of(issue.file),
                line=position(issue.line),
                column=position(issue.column),
                url=_documentation(issue.code),
            )
            for issue in issues
        ),
        complete=not unread,
        reason=summary(unread),
    )


def _documentation(code: str) -> str:
    """Hadolint's own rules are DL…, those about the shell in RUN are ShellCheck's SC…"""
    if code.startswith("SC"):
        return f"https://www.shellcheck.net/wiki/{code}"
    return f"https://github.com/hadolint/hadolint/wiki/{code}"
