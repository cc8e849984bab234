"""Snyk's JSON: `snyk test`, `snyk container test`, `snyk iac test` (one project or a list).

`snyk code test` writes SARIF.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality import advisory, secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode_any
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Finding
from headway.quality.severity import of_word

NAME = "snyk"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Vulnerability(Struct, frozen=True):
    """`identifiers` maps CVE, GHSA and CWE to ids; a licence problem has `type` "license"."""

    id: str
    packageName: str | None = None
    name: str | None = None
    version: str = ""
    title: str = ""
    severity: str = ""
    cvssScore: float | None = None
    fixedIn: list[str] | None = None
    nearestFixedInVersion: str | None = None
    identifiers: dict[str, list[str]] | None = None
    type: str | None = None


class IacIssue(Struct, frozen=True):
    id: str
    title: str = ""
    severity: str = ""
    lineNumber: int | None = None
    msg: str | None = None
    documentation: str | None = None
    isIgnored: bool = False


class Ignored(Struct, frozen=True):
    vuln: list[dict[str, object]] | None = None
    ignore: list[dict[str, object]] | None = None


class Project(Struct, frozen=True):
    ok: bool | None = None
    vulnerabilities: list[Vulnerability] | None = None
    infrastructureAsCodeIssues: list[IacIssue] | None = None
    applications: list[Project] | None = None
    targetFile: str | None = None
    displayTargetFile: str | None = None
    dependencyCount: int = 0
    uniqueCount: int | None = None
    filtered: Ignored | None = None
    error: str | None = None


def detect(head: Head) -> bool:
    for prefix in ("", "[]."):
        if head.has(f"{prefix}ok") and any(
            head.has(prefix + key)
            for key in ("vulnerabilities", "infrastructureAsCodeIssues", "dependencyCount", "error")
        ):
            return True
        if head.has(f"{prefix}infrastructureAsCodeIssues"):
            return True
        if any(v.startswith("SNYK-") for k, v in head.values.items() if k.endswith("ities[].id")):
            return True
    return False


def parse(source: Source) -> Report:
    """Incomplete when Snyk could not test a project. The same vulnerability by several ways
    into the tree is one finding."""
    projects = list(_projects(decode_any(source, Project)))
    errors = [project.error for project in projects if project.error]
    found = (finding for project in projects for finding in _findings(project))
    unique = {(f.rule, f.package, f.version, f.file, f.line, f.context): f for f in found}
    tested = [p for p in projects if not p.error]
    only_iac = bool(tested) and all(p.infrastructureAsCodeIssues is not None for p in tested)
    counts = [p.uniqueCount for p in projects if p.uniqueCount is not None]
    return Report(
        tool=NAME,
        kind="findings" if only_iac else KIND,
        findings=tuple(unique.values()),
        measures={
            **({"findings": sum(counts)} if counts else {}),
            "findings.suppressed": sum(_ignored(project) for project in projects),
            "packages": sum(project.dependencyCount for project in projects),
        },
        complete=not errors,
        reason=summary(errors),
    )


def _projects(roots: list[Project]) -> Iterator[Project]:
    """With a container image's applications, which have results of their own."""
    for project in roots:
        yield project
        yield from _projects(project.applications or [])


def _ignored(project: Project) -> int:
    return len((project.filtered and (project.filtered.ignore or project.filtered.vuln)) or ())


def _findings(project: Project) -> Iterator[Finding]:
    file = path_of(project.displayTargetFile or project.targetFile or "")
    for one in project.vulnerabilities or ():
        ids = one.identifiers or {}
        nearest = [one.nearestFixedInVersion] if one.nearestFixedInVersion else []
        yield advisory.finding(
            tool=NAME,
            ids=[*ids.get("CVE", ()), *ids.get("GHSA", ()), one.id],
            package=one.packageName or one.name or "",
            version=one.version,
            fixed=one.fixedIn or nearest,
            message=one.title,
            word=one.severity,
            cvss=advisory.score(one.cvssScore),
            url=f"https://security.snyk.io/vuln/{one.id}",
            file=file,
            category="license" if one.type == "license" else "dependency",
        )
    for issue in project.infrastructureAsCodeIssues or ():
        if not issue.isIgnored:
            yield Finding(
                rule=issue.id,
                message=secret.scrub(issue.title),
                severity=of_word(issue.severity),
                word=issue.severity,
                category="iac",
                tool=NAME,
                file=file,
                line=position(issue.lineNumber),
                context=issue.msg or "",
                url=issue.documentation or "",
            )
