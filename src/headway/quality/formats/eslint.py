"""ESLint's JSON (`eslint -f json`), versions 4 and newer, with or without metadata."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Category, Finding
from headway.quality.secret import hashed, scrub
from headway.quality.severity import Severity

NAME = "eslint"
KIND: Kind = "findings"
SYNTAX = "json"

_SEVERITIES: dict[int, tuple[str, Severity]] = {2: ("error", "high"), 1: ("warning", "medium")}


class Message(Struct, frozen=True):
    """`ruleId` is null for a syntax error and for ESLint's own complaints."""

    message: str
    severity: int
    ruleId: str | None = None
    line: int | None = None
    column: int | None = None
    endLine: int | None = None
    fatal: bool = False


class File(Struct, frozen=True):
    filePath: str
    messages: list[Message]
    suppressedMessages: list[Message] = []
    errorCount: int = 0
    warningCount: int = 0
    source: str | None = None


class Document(Struct, frozen=True):
    """`-f json-with-metadata`."""

    results: list[File]


def detect(head: Head) -> bool:
    return any(head.has(p + "filePath", p + "messages") for p in ("[].", "results[]."))


def parse(source: Source) -> Report:
    """Incomplete when a file could not be parsed: no rule looked at it."""
    found = decode(source, Document | list[File])  # type: ignore[arg-type]
    files = found.results if isinstance(found, Document) else found
    fatal = [f"{f.filePath}: {m.message}" for f in files for m in f.messages if m.fatal]
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(finding for file in files for finding in _findings(file)),
        measures={
            "findings.error": sum(file.errorCount for file in files),
            "findings.warning": sum(file.warningCount for file in files),
            "findings.suppressed": sum(len(file.suppressedMessages) for file in files),
        },
        complete=not fatal,
        reason=summary(fatal),
    )


def _findings(file: File) -> Iterator[Finding]:
    source = file.source.splitlines() if file.source and file.messages else []
    for one in file.messages:
        word, severity = _SEVERITIES.get(one.severity, ("off", "info"))
        line = position(one.line)
        yield Finding(
            rule=one.ruleId or ("syntax-error" if one.fatal else "eslint"),
            message=scrub(one.message),
            severity=severity,
            word=word,
            category=_category(one.ruleId or ""),
            tool=NAME,
            file=path_of(file.filePath),
            line=line,
            column=position(one.column),
            end_line=position(one.endLine),
            context=hashed(source[line - 1].strip()) if 0 < line <= len(source) else "",
        )


def _category(rule: str) -> Category:
    if rule.startswith(("security/", "no-unsanitized/", "no-secrets/", "xss/")):
        return "security"
    return "format" if rule.startswith("prettier/") else "lint"
