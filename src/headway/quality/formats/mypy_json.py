"""mypy's JSON Lines (`--output json`, 1.11 and newer)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.formats.mypy import NAME as TOOL
from headway.quality.reading.json import decode_any
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import of_word

NAME = "mypy-json"
KIND: Kind = "findings"
SYNTAX = "json"


class Message(Struct, frozen=True):
    """Columns count from 0."""

    file: str
    line: int
    message: str
    severity: str
    column: int = -1
    end_line: int | None = None
    code: str | None = None


def detect(head: Head) -> bool:
    return any(head.has(p + "file", p + "severity", p + "hint", p + "code") for p in ("", "[]."))


def parse(source: Source) -> Report:
    """Incomplete when there is a syntax error: mypy checks nothing else then."""
    errors = [one for one in decode_any(source, Message) if one.severity != "note"]
    stopped = [f"{one.file}:{one.line}: {one.message}" for one in errors if one.code == "syntax"]
    return Report(
        tool=TOOL,
        kind=KIND,
        findings=tuple(
            Finding(
                rule=one.code or "misc",
                message=scrub(one.message),
                severity=of_word(one.severity),
                word=one.severity,
                category="type",
                tool=TOOL,
                file=path_of(one.file),
                line=position(one.line),
                column=position(one.column + 1),
                end_line=position(one.end_line),
            )
            for one in errors
        ),
        complete=not stopped,
        reason=summary(stopped),
    )
