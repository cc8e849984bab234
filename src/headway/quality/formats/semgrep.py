"""Semgrep's JSON (`semgrep scan --json`); OpenGrep writes the same."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from headway.quality import secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Category, Finding
from headway.quality.severity import Severity, of_word

NAME = "semgrep"
KIND: Kind = "findings"
SYNTAX = "json"

# Rules' old scale ends at ERROR; newer rules may say CRITICAL, HIGH, MEDIUM, LOW.
_WORDS: dict[str, Severity] = {"inventory": "info", "experiment": "info", "info": "low"}
_NEEDS_LOGIN = "requires login"


class Position(Struct, frozen=True):
    line: int = 0
    col: int = 0


class Extra(Struct, frozen=True):
    message: str = ""
    severity: str = ""
    fingerprint: str = ""
    lines: str = ""
    is_ignored: bool = False
    metadata: dict[str, Any] = {}
    metavars: dict[str, Any] = {}


class Result(Struct, frozen=True):
    check_id: str
    path: str
    start: Position = Position()
    end: Position = Position()
    extra: Extra = Extra()


class Failure(Struct, frozen=True):
    level: str = "error"
    message: str | None = None
    path: str | None = None
    long_msg: str | None = None


class Document(Struct, frozen=True):
    results: list[Result]
    errors: list[Failure] = []
    version: str = ""


def detect(head: Head) -> bool:
    if head.has("results[].check_id", "results[].path"):
        return True
    # `paths` and `errors` alone when nothing was found.
    return head.has("results", "errors", "paths") and not head.has("metrics")


def parse(source: Source) -> Report:
    """Incomplete when Semgrep reports errors or warnings: a rule or a file that failed."""
    document = decode(source, Document)
    counted = [result for result in document.results if not result.extra.is_ignored]
    failures = [f for f in document.errors if f.level in ("error", "warn", "warning")]
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=document.version,
        findings=tuple(_finding(result) for result in counted),
        measures={"findings.suppressed": len(document.results) - len(counted)},
        complete=not failures,
        reason=secret.scrub(summary(_failure(failure) for failure in failures)),
    )


def _failure(failure: Failure) -> str:
    text = failure.message or failure.long_msg or "failed"
    return f"{failure.path}: {text}" if failure.path else text


def _finding(result: Result) -> Finding:
    extra = result.extra
    category = _category(result)
    # A rule's message may quote what it matched.
    matched = _matched(extra.metavars) if category == "secret" else []
    source = extra.lines if extra.lines != _NEEDS_LOGIN else ""
    return Finding(
        rule=result.check_id,
        message=secret.scrub(extra.message, *matched),
        severity=secret.FOUND if category == "secret" else of_word(extra.severity, _WORDS),
        word=extra.severity,
        category=category,
        tool=NAME,
        file=path_of(result.path),
        line=position(result.start.line),
        column=position(result.start.col),
        end_line=position(result.end.line),
        context=secret.hashed(source) or extra.fingerprint.replace(_NEEDS_LOGIN, ""),
        url=str(extra.metadata.get("source") or ""),
    )


def _category(result: Result) -> Category:
    metadata = result.extra.metadata
    technology = metadata.get("technology")
    if isinstance(technology, list) and "secrets" in technology:
        return "secret"
    if ".secrets." in f".{result.check_id}.":
        return "secret"
    return "lint" if metadata.get("category") not in (None, "security") else "security"


def _matched(metavars: dict[str, Any]) -> list[str]:
    contents = (v.get("abstract_content") for v in metavars.values() if isinstance(v, dict))
    return [content for content in contents if isinstance(content, str)]
