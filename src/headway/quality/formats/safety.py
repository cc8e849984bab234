"""Safety's JSON: `safety check --output json` (2 and 3) and `safety scan --output json` (3)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality import advisory
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Finding

NAME = "safety"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Score(Struct, frozen=True):
    base_score: float | None = None
    base_severity: str | None = None


class Rating(Struct, frozen=True):
    cvssv2: Score | None = None
    cvssv3: Score | None = None


class Vulnerability(Struct, frozen=True):
    """Of `safety check`; `ignored` is an empty object where it is not."""

    vulnerability_id: str
    package_name: str
    analyzed_version: str | None = None
    advisory: str | None = None
    fixed_versions: list[str] | None = None
    CVE: str | None = None
    severity: Rating | None = None
    more_info_url: str | None = None


class CheckMeta(Struct, frozen=True):
    safety_version: str = ""
    vulnerabilities_found: int = 0
    vulnerabilities_ignored: int = 0
    packages_found: int = 0


class Check(Struct, frozen=True):
    report_meta: CheckMeta
    vulnerabilities: list[Vulnerability]
    ignored_vulnerabilities: list[Vulnerability] = []


class Ignored(Struct, frozen=True):
    code: str | None = None


class Known(Struct, frozen=True):
    """Of `safety scan`; the free database gives ids without ratings."""

    id: str
    ignored: Ignored | None = None
    vulnerable_spec: str | list[str] | None = None
    CVE: str | None = None
    severity: Rating | None = None


class Remediation(Struct, frozen=True):
    recommended: str | None = None
    other_recommended: list[str] = []


class SpecVulnerabilities(Struct, frozen=True):
    known_vulnerabilities: list[Known] = []
    remediation: Remediation | None = None


class Specification(Struct, frozen=True):
    raw: str = ""
    vulnerabilities: SpecVulnerabilities = SpecVulnerabilities()


class Dependency(Struct, frozen=True):
    name: str
    specifications: list[Specification] = []


class Results(Struct, frozen=True):
    dependencies: list[Dependency] = []


class File(Struct, frozen=True):
    location: str = ""
    results: Results = Results()


class Project(Struct, frozen=True):
    files: list[File] = []


class ScanResults(Struct, frozen=True):
    """A file is in a project's list, or directly here where no project was found."""

    projects: list[Project] = []
    files: list[File] = []


class Telemetry(Struct, frozen=True):
    safety_version: str = ""


class ScanMeta(Struct, frozen=True):
    telemetry: Telemetry | None = None


class Scan(Struct, frozen=True):
    scan_results: ScanResults
    meta: ScanMeta = ScanMeta()


def detect(head: Head) -> bool:
    return head.has("report_meta.safety_version") or head.has("scan_results", "meta.scan_type")


def parse(source: Source) -> Report:
    if source.head.has("scan_results"):
        return _scan(decode(source, Scan))
    check = decode(source, Check)
    meta = check.report_meta
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=meta.safety_version,
        findings=tuple(_of_check(one) for one in check.vulnerabilities),
        measures={
            "findings": meta.vulnerabilities_found,
            "findings.suppressed": meta.vulnerabilities_ignored,
            "packages": meta.packages_found,
        },
    )


def _of_check(one: Vulnerability) -> Finding:
    return advisory.finding(
        tool=NAME,
        ids=[one.CVE or "", f"SAFETY-{one.vulnerability_id}"],
        package=one.package_name,
        version=one.analyzed_version or "",
        fixed=one.fixed_versions or (),
        message=one.advisory or "",
        cvss=_score(one.severity),
        url=one.more_info_url or "",
    )


def _scan(scan: Scan) -> Report:
    telemetry = scan.meta.telemetry
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=telemetry.safety_version if telemetry else "",
        findings=tuple(_of_scan(scan)),
    )


def _of_scan(scan: Scan) -> Iterator[Finding]:
    results = scan.scan_results
    files = [file for project in results.projects for file in project.files]
    for file in (*files, *results.files):
        for package in file.results.dependencies:
            for spec in package.specifications:
                remedy = spec.vulnerabilities.remediation or Remediation()
                for known in spec.vulnerabilities.known_vulnerabilities:
                    if known.ignored is not None and known.ignored.code:
                        continue
                    yield advisory.finding(
                        tool=NAME,
                        ids=[known.CVE or "", f"SAFETY-{known.id}"],
                        package=package.name,
                        version=spec.raw.partition("==")[2].strip(),
                        fixed=[remedy.recommended or "", *remedy.other_recommended],
                        cvss=_score(known.severity),
                        url=f"https://data.safetycli.com/v/{known.id}/97c",
                        file=file.location,
                    )


def _score(rating: Rating | None) -> float | None:
    if rating is None:
        return None
    three, two = rating.cvssv3 or Score(), rating.cvssv2 or Score()
    return advisory.score(three.base_score, two.base_score)
