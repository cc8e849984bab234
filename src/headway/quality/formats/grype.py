"""Grype's JSON (`grype -o json`)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality import advisory
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of
from headway.quality.report import Finding

NAME = "grype"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Metrics(Struct, frozen=True):
    baseScore: float | None = None


class Cvss(Struct, frozen=True):
    version: str = ""
    metrics: Metrics = Metrics()


class Fix(Struct, frozen=True):
    versions: list[str] | None = None
    state: str = ""


class Vulnerability(Struct, frozen=True):
    id: str
    severity: str | None = None
    description: str | None = None
    dataSource: str | None = None
    cvss: list[Cvss] | None = None
    fix: Fix = Fix()


class Location(Struct, frozen=True):
    path: str = ""


class Artifact(Struct, frozen=True):
    name: str
    version: str = ""
    locations: list[Location] | None = None


class Match(Struct, frozen=True):
    vulnerability: Vulnerability
    artifact: Artifact
    relatedVulnerabilities: list[Vulnerability] | None = None


class Descriptor(Struct, frozen=True):
    version: str = ""


class Document(Struct, frozen=True):
    matches: list[Match]
    ignoredMatches: list[Match] | None = None
    descriptor: Descriptor = Descriptor()


def detect(head: Head) -> bool:
    # `matches` comes first and may fill all that is seen of the file.
    if head.has("matches[].vulnerability", "matches[].artifact"):
        return True
    return head.has("matches") and head.values.get("descriptor.name") == NAME


def parse(source: Source) -> Report:
    document = decode(source, Document)
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=document.descriptor.version,
        findings=tuple(_finding(match) for match in document.matches),
        measures={"findings.suppressed": len(document.ignoredMatches or ())},
    )


def _finding(match: Match) -> Finding:
    one, artifact = match.vulnerability, match.artifact
    related = match.relatedVulnerabilities or []
    places = artifact.locations or []
    scores = sorted(
        (cvss for v in (one, *related) for cvss in v.cvss or ()),
        key=lambda cvss: cvss.version,
        reverse=True,
    )
    return advisory.finding(
        tool=NAME,
        ids=[one.id, *(v.id for v in related)],
        package=artifact.name,
        version=artifact.version,
        fixed=one.fix.versions or (),
        message=one.description or next((v.description for v in related if v.description), ""),
        word=one.severity or "",
        cvss=advisory.score(*(cvss.metrics.baseScore for cvss in scores)),
        url=one.dataSource or "",
        file=path_of(places[0].path) if places else "",
    )
