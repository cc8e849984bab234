"""Ruff's JSON and JSON Lines (`--output-format json|json-lines`), 0.0.2 and newer."""

from __future__ import annotations

from msgspec import Struct

from headway.quality import lint
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode_any
from headway.quality.reading.text import path_of, position
from headway.quality.report import Finding
from headway.quality.secret import scrub

NAME = "ruff"
KIND: Kind = "findings"
SYNTAX = "json"

SYNTAX_ERROR = "invalid-syntax"


class Position(Struct, frozen=True):
    row: int = 0
    column: int = 0


class Diagnostic(Struct, frozen=True):
    """`code` is null, or missing, for a syntax error."""

    filename: str
    message: str
    code: str | None = None
    location: Position | None = None
    end_location: Position | None = None
    url: str | None = None
    severity: str | None = None


def detect(head: Head) -> bool:
    return any(head.has(p + "filename", p + "location.row", p + "code") for p in ("", "[]."))


def parse(source: Source) -> Report:
    diagnostics = decode_any(source, Diagnostic)
    return Report(tool=NAME, kind=KIND, findings=tuple(_finding(d) for d in diagnostics))


def _finding(one: Diagnostic) -> Finding:
    code = one.code or SYNTAX_ERROR
    start, end = one.location or Position(), one.end_location or Position()
    return Finding(
        rule=code,
        message=scrub(one.message),
        severity=lint.severity(code),
        word=one.severity or "",
        category=lint.category(code),
        tool=NAME,
        file=path_of(one.filename),
        line=position(start.row),
        column=position(start.column),
        end_line=position(end.row),
        url=one.url or "",
    )
