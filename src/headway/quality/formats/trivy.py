"""Trivy's JSON: schema 2 (0.20 and newer) and the bare list of results before it.

Vulnerabilities, misconfigurations, secrets and licences come in one report. Trivy doesn't say
which of its scanners ran. The report counts as one about dependencies when it has
vulnerabilities, or lists packages and nothing from another scanner; packages listed beside
misconfigurations are not yet a sign that they were held against the database.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from headway.quality import advisory, secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position
from headway.quality.report import Finding
from headway.quality.severity import of_word

NAME = "trivy"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Scores(Struct, frozen=True):
    V40Score: float | None = None
    V3Score: float | None = None
    V2Score: float | None = None


class Vulnerability(Struct, frozen=True):
    VulnerabilityID: str
    PkgName: str
    InstalledVersion: str = ""
    FixedVersion: str = ""
    Severity: str = ""
    SeveritySource: str = ""
    Title: str = ""
    Description: str = ""
    PrimaryURL: str = ""
    PkgPath: str = ""
    VendorIDs: list[str] | None = None
    CVSS: dict[str, Scores] | None = None


class Cause(Struct, frozen=True):
    Resource: str = ""
    StartLine: int = 0
    EndLine: int = 0


class Misconfiguration(Struct, frozen=True):
    ID: str
    Title: str = ""
    Message: str = ""
    Severity: str = ""
    Status: str = ""
    PrimaryURL: str = ""
    CauseMetadata: Cause = Cause()


class Secret(Struct, frozen=True):
    RuleID: str
    Severity: str = ""
    Title: str = ""
    StartLine: int = 0
    EndLine: int = 0


class License(Struct, frozen=True):
    Name: str
    Severity: str = ""
    Category: str = ""
    PkgName: str = ""
    FilePath: str = ""
    Link: str = ""


class Summary(Struct, frozen=True):
    Failures: int = 0


class Result(Struct, frozen=True):
    Target: str
    Class: str = ""
    Vulnerabilities: list[Vulnerability] | None = None
    Misconfigurations: list[Misconfiguration] | None = None
    Secrets: list[Secret] | None = None
    Licenses: list[License] | None = None
    MisconfSummary: Summary | None = None
    suppressed: list[dict[str, object]] | None = field(
        name="ExperimentalModifiedFindings", default=None
    )


class Version(Struct, frozen=True):
    Version: str = ""


class Document(Struct, frozen=True):
    Results: list[Result] | None = None
    Trivy: Version = Version()


def detect(head: Head) -> bool:
    if head.has("SchemaVersion", "ArtifactName"):
        return True
    return head.has("[].Target") and (head.has("[].Vulnerabilities") or head.has("[].Type"))


def parse(source: Source) -> Report:
    document = decode(source, Document | list[Result])  # type: ignore[arg-type]
    results = document if isinstance(document, list) else document.Results or []
    return Report(
        tool=NAME,
        kind=_kind(results),
        tool_version="" if isinstance(document, list) else document.Trivy.Version,
        findings=tuple(found for result in results for found in _findings(result)),
        measures={
            "findings.misconfigurations": sum(
                r.MisconfSummary.Failures for r in results if r.MisconfSummary
            ),
            "findings.suppressed": sum(len(r.suppressed or ()) for r in results),
        },
    )


def _kind(results: list[Result]) -> Kind:
    if any(result.Vulnerabilities for result in results):
        return KIND
    packages = [result.Class in ("os-pkgs", "lang-pkgs", "") for result in results]
    return KIND if packages and all(packages) else "findings"


def _findings(result: Result) -> Iterator[Finding]:
    for vulnerability in result.Vulnerabilities or ():
        yield _vulnerability(result, vulnerability)
    for check in result.Misconfigurations or ():
        if check.Status in ("", "FAIL"):
            yield _misconfiguration(result, check)
    for found in result.Secrets or ():
        # The match is masked in the report, so that there is nothing to hash.
        yield secret.finding(
            tool=NAME,
            rule=found.RuleID,
            message=found.Title,
            word=found.Severity,
            file=path_of(result.Target),
            line=position(found.StartLine),
            end_line=position(found.EndLine),
            sha256="",
        )
    for license in result.Licenses or ():
        yield _license(result, license)


def _vulnerability(result: Result, one: Vulnerability) -> Finding:
    scores = one.CVSS or {}
    # The vendor's own score first where Trivy took the severity from it, then NVD's.
    order = [scores[k] for k in (one.SeveritySource, "nvd", "ghsa") if k in scores]
    order += scores.values()
    versions = (s.V40Score or s.V3Score for s in order)
    return advisory.finding(
        tool=NAME,
        ids=[one.VulnerabilityID, *(one.VendorIDs or ())],
        package=one.PkgName,
        version=one.InstalledVersion,
        fixed=[v.strip() for v in one.FixedVersion.split(",")],
        message=one.Title or one.Description,
        word=one.Severity,
        cvss=advisory.score(*versions, *(s.V2Score for s in order)),
        url=one.PrimaryURL,
        file=path_of(one.PkgPath or result.Target),
    )


def _misconfiguration(result: Result, check: Misconfiguration) -> Finding:
    return Finding(
        rule=check.ID,
        message=secret.scrub(check.Message or check.Title),
        severity=of_word(check.Severity),
        word=check.Severity,
        category="iac",
        tool=NAME,
        file=path_of(result.Target),
        line=position(check.CauseMetadata.StartLine),
        end_line=position(check.CauseMetadata.EndLine),
        context=check.CauseMetadata.Resource,
        url=check.PrimaryURL,
    )


def _license(result: Result, found: License) -> Finding:
    return Finding(
        rule=found.Name,
        message=f"licence {found.Name} is {found.Category or 'unknown'}",
        severity=of_word(found.Severity),
        word=found.Severity,
        category="license",
        tool=NAME,
        file=path_of(found.FilePath or result.Target),
        package=found.PkgName,
        url=found.Link,
    )
