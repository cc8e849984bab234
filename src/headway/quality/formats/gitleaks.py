"""gitleaks' JSON (`gitleaks dir|git -f json`), version 8; version 7's names differ only in case."""

from __future__ import annotations

from msgspec import Struct, field

from headway.quality import secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode_any
from headway.quality.reading.text import path_of, position
from headway.quality.report import Finding

NAME = "gitleaks"
KIND: Kind = "findings"
SYNTAX = "json"


class Leak(Struct, frozen=True):
    RuleID: str
    File: str
    Description: str = ""
    StartLine: int = 0
    EndLine: int = 0
    StartColumn: int = 0
    Secret: str = ""
    Tags: list[str] | None = None


class OldLeak(Struct, frozen=True):
    """Version 7 and older."""

    rule: str
    file: str
    description: str = field(name="message", default="")
    line_number: int = field(name="lineNumber", default=0)
    offender: str = ""


def detect(head: Head) -> bool:
    if head.has("[].RuleID", "[].File") or head.has("RuleID", "File", "Entropy"):
        return True
    return head.has("[].offender", "[].rule")


def parse(source: Source) -> Report:
    """The secrets themselves are hashed here and forgotten."""
    if source.head.has("[].offender"):
        old = decode_any(source, OldLeak)
        leaks = [
            Leak(
                RuleID=one.rule,
                File=one.file,
                StartLine=one.line_number,
                EndLine=one.line_number,
                Secret=one.offender,
            )
            for one in old
        ]
    else:
        leaks = decode_any(source, Leak)
    findings = {_key(leak): _finding(leak) for leak in leaks}
    return Report(
        tool=NAME, kind=KIND, findings=tuple(findings.values()), measures={"findings": len(leaks)}
    )


def _key(leak: Leak) -> tuple[object, ...]:
    """The same place is reported again for each encoding (base64, hex) that was undone."""
    return (leak.RuleID, leak.File, leak.StartLine, leak.StartColumn)


def _finding(leak: Leak) -> Finding:
    return secret.finding(
        tool=NAME,
        rule=leak.RuleID,
        message=secret.scrub(leak.Description or leak.RuleID, leak.Secret),
        file=path_of(leak.File),
        line=position(leak.StartLine),
        end_line=position(leak.EndLine),
        column=position(leak.StartColumn),
        sha256=secret.hashed(leak.Secret),
    )
