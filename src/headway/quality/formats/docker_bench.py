"""Docker Bench for Security's JSON log (`docker-bench-security.sh`, versions 1.3 and newer)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import Severity

NAME = "docker-bench"
KIND: Kind = "findings"
SYNTAX = "json"

# Its words say whether a recommendation is kept, not how bad it is: WARN is not kept, NOTE is to
# be looked at by a person. INFO and PASS are no findings.
_RESULTS: dict[str, Severity] = {"WARN": "medium", "NOTE": "info"}


class Check(Struct, frozen=True):
    id: str
    desc: str = ""
    result: str = ""
    details: str = ""
    items: list[str] = []
    remediation: str = ""


class Section(Struct, frozen=True):
    id: str
    desc: str = ""
    results: list[Check] = []


class Document(Struct, frozen=True):
    tests: list[Section]
    version: str = ""
    checks: int = 0
    score: int = 0


def detect(head: Head) -> bool:
    return head.has("dockerbenchsecurity") or head.has("tests[].results", "tests[].desc", "start")


def parse(source: Source) -> Report:
    document = decode(source, Document)
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=source.head.values.get("dockerbenchsecurity", ""),
        findings=tuple(_findings(document)),
        measures={"checks": document.checks, "score": document.score},
    )


def _findings(document: Document) -> Iterator[Finding]:
    for section in document.tests:
        for check in section.results:
            if check.result in _RESULTS:
                details = f": {check.details.strip()}" if check.details.strip() else ""
                yield Finding(
                    rule=check.id,
                    message=scrub(check.desc + details)[:1000],
                    severity=_RESULTS[check.result],
                    word=check.result,
                    category="container",
                    tool=NAME,
                    context=section.id,
                )
