"""Pyright's JSON (`pyright --outputjson`); basedpyright writes the same."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import of_word

NAME = "pyright"
KIND: Kind = "findings"
SYNTAX = "json"


class Position(Struct, frozen=True):
    line: int = -1
    character: int = -1


class Range(Struct, frozen=True):
    start: Position = Position()
    end: Position = Position()


class Diagnostic(Struct, frozen=True):
    """Lines and characters count from 0; a file that can't be read has no range."""

    file: str
    severity: str
    message: str
    rule: str | None = None
    range: Range = Range()


class Summary(Struct, frozen=True):
    filesAnalyzed: int = 0
    errorCount: int = 0
    warningCount: int = 0
    informationCount: int = 0


class Document(Struct, frozen=True):
    generalDiagnostics: list[Diagnostic]
    version: str = ""
    summary: Summary = Summary()


def detect(head: Head) -> bool:
    return head.has("generalDiagnostics")


def parse(source: Source) -> Report:
    """Incomplete when no file was analysed: Pyright passes then."""
    document = decode(source, Document)
    totals = document.summary
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=document.version,
        findings=tuple(_finding(one) for one in document.generalDiagnostics),
        measures={
            "files": totals.filesAnalyzed,
            "findings.error": totals.errorCount,
            "findings.warning": totals.warningCount,
            "findings.information": totals.informationCount,
        },
        complete=totals.filesAnalyzed > 0,
        reason="" if totals.filesAnalyzed > 0 else "no file was analysed",
    )


def _finding(one: Diagnostic) -> Finding:
    return Finding(
        rule=one.rule or "syntax-error",
        message=scrub(" ".join(one.message.split())),
        severity=of_word(one.severity),
        word=one.severity,
        category="type",
        tool=NAME,
        file=path_of(one.file),
        line=position(one.range.start.line + 1),
        column=position(one.range.start.character + 1),
        end_line=position(one.range.end.line + 1),
    )
