"""OWASP Dependency-Check's JSON (report schema 1.1, versions 5 and newer)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality import advisory
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, summary
from headway.quality.report import Finding

NAME = "dependency-check"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Score(Struct, frozen=True):
    """CVSS 2 writes `score`, 3 and 4 `baseScore`."""

    score: float | None = None
    baseScore: float | None = None


class Reference(Struct, frozen=True):
    url: str | None = None


class Software(Struct, frozen=True):
    versionEndExcluding: str | None = None
    vulnerabilityIdMatched: str | bool | None = None


class Match(Struct, frozen=True):
    software: Software = Software()


class Vulnerability(Struct, frozen=True):
    name: str
    severity: str = ""
    description: str | None = None
    cvssv2: Score | None = None
    cvssv3: Score | None = None
    cvssv4: Score | None = None
    references: list[Reference] = []
    vulnerableSoftware: list[Match] = []


class Package(Struct, frozen=True):
    id: str


class Dependency(Struct, frozen=True):
    fileName: str
    filePath: str = ""
    packages: list[Package] = []
    vulnerabilities: list[Vulnerability] = []
    suppressedVulnerabilities: list[Vulnerability] = []


class Thrown(Struct, frozen=True):
    message: str = ""


class Exceptional(Struct, frozen=True):
    exception: Thrown = Thrown()


class ScanInfo(Struct, frozen=True):
    engineVersion: str = ""
    analysisExceptions: list[Exceptional] = []


class Document(Struct, frozen=True):
    dependencies: list[Dependency]
    scanInfo: ScanInfo = ScanInfo()


def detect(head: Head) -> bool:
    return head.has("reportSchema", "scanInfo") and head.has("scanInfo.engineVersion")


def parse(source: Source) -> Report:
    """Incomplete when an analyser threw (say the vulnerability data could not be fetched)."""
    document = decode(source, Document, strict=False)
    info = document.scanInfo
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=info.engineVersion,
        findings=tuple(
            _finding(dependency, one)
            for dependency in document.dependencies
            for one in dependency.vulnerabilities
        ),
        measures={
            "packages": len(document.dependencies),
            "findings.suppressed": sum(
                len(d.suppressedVulnerabilities) for d in document.dependencies
            ),
        },
        complete=not info.analysisExceptions,
        reason=summary(e.exception.message for e in info.analysisExceptions),
    )


def _finding(dependency: Dependency, one: Vulnerability) -> Finding:
    name, version = _package(dependency)
    four, three, two = (s or Score() for s in (one.cvssv4, one.cvssv3, one.cvssv2))
    references = [r.url for r in one.references if r.url]
    matched = [m.software for m in one.vulnerableSoftware if m.software.vulnerabilityIdMatched]
    return advisory.finding(
        tool=NAME,
        ids=[one.name],
        package=name,
        version=version,
        fixed=[s.versionEndExcluding or "" for s in matched],
        message=one.description or "",
        word=one.severity,
        cvss=advisory.score(four.baseScore, three.baseScore, two.score),
        url=references[0] if references else "",
        file=path_of(dependency.filePath),
    )


def _package(dependency: Dependency) -> tuple[str, str]:
    """(name, version) from a package URL, else the file's name. Maven's packages are named
    `group:artifact`, as other scanners do."""
    for package in dependency.packages:
        if package.id.startswith("pkg:"):
            ecosystem, _, path = package.id[4:].partition("?")[0].partition("/")
            name, _, version = path.rpartition("@")
            separator = ":" if ecosystem == "maven" else "/"
            return name.replace("%40", "@").replace("/", separator), version
    return dependency.fileName, ""
