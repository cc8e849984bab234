"""`npm audit --json`: npm 6 (`advisories`) and npm 7 and newer (`auditReportVersion` 2)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality import advisory
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Finding

NAME = "npm-audit"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Score(Struct, frozen=True):
    score: float | None = None


class Via(Struct, frozen=True):
    """An advisory that makes a package vulnerable; where it is a string, another package."""

    title: str = ""
    url: str = ""
    severity: str = ""
    source: int | str = ""
    dependency: str = ""
    range: str = ""
    cvss: Score | None = None


class Fix(Struct, frozen=True):
    name: str = ""
    version: str = ""


class Vulnerable(Struct, frozen=True):
    name: str
    via: list[Via | str]
    range: str = ""
    fixAvailable: bool | Fix = False


class Occurrence(Struct, frozen=True):
    version: str | None = None


class Advisory(Struct, frozen=True):
    module_name: str
    title: str = ""
    severity: str = ""
    url: str = ""
    cves: list[str] | None = None
    github_advisory_id: str | None = None
    id: int | str = ""
    patched_versions: str | None = None
    findings: list[Occurrence] = []
    cvss: Score | None = None


class Metadata(Struct, frozen=True):
    vulnerabilities: dict[str, int] = {}


class Failure(Struct, frozen=True):
    code: str | None = None
    summary: str | None = None
    detail: str | None = None


class Document(Struct, frozen=True):
    vulnerabilities: dict[str, Vulnerable] = {}
    advisories: dict[str, Advisory] = {}
    metadata: Metadata = Metadata()
    error: Failure | None = None
    message: str | None = None


def detect(head: Head) -> bool:
    if head.has("auditReportVersion") or head.has("advisories", "metadata"):
        return True
    failed = head.has("error.summary") or head.has("error.code")
    return failed and ("audit" in head.text or head.has("uri", "statusCode"))


def parse(source: Source) -> Report:
    """Incomplete when npm could not ask its registry."""
    document = decode(source, Document)
    failure = document.error
    reason = ""
    if failure is not None:
        reason = failure.summary or document.message or failure.detail or failure.code or "failed"
    return Report(
        tool=NAME,
        kind=KIND,
        findings=(*_current(document), *_npm6(document)),
        measures={f"findings.{w}": n for w, n in document.metadata.vulnerabilities.items()},
        complete=failure is None,
        reason=" ".join(reason.split()),
    )


def _current(document: Document) -> Iterator[Finding]:
    """npm names no installed version: `range` is what of the advisory's range is in the tree."""
    for package in document.vulnerabilities.values():
        fix = package.fixAvailable
        for via in package.via:
            if isinstance(via, str):
                continue  # The package it names has an entry of its own.
            fixed = fix.version if isinstance(fix, Fix) and fix.name == package.name else ""
            yield advisory.finding(
                tool=NAME,
                ids=advisory.ids_in(via.url) or [f"npm-{via.source}"],
                package=package.name,
                version=package.range,
                fixed=[fixed],
                message=via.title,
                word=via.severity,
                cvss=advisory.score(via.cvss.score if via.cvss else None),
                url=via.url,
            )


def _npm6(document: Document) -> Iterator[Finding]:
    for one in document.advisories.values():
        ids = [*(one.cves or ()), one.github_advisory_id or "", *advisory.ids_in(one.url)]
        versions = dict.fromkeys(found.version or "" for found in one.findings) or {"": None}
        patched = (one.patched_versions or "").removeprefix(">=")
        for version in versions:
            yield advisory.finding(
                tool=NAME,
                ids=ids if any(ids) else [f"npm-{one.id}"],
                package=one.module_name,
                version=version,
                fixed=[] if patched.startswith("<0.0.0") else [patched],
                message=one.title,
                word=one.severity,
                cvss=advisory.score(one.cvss.score if one.cvss else None),
                url=one.url,
            )
