"""Checkov's JSON (`checkov -o json`), 2 and 3: one framework's object, a list of several, or
only totals where there was nothing to check."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality import advisory, secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode_any
from headway.quality.reading.text import path_of, position, summary
from headway.quality.report import Category, Finding
from headway.quality.severity import of_word

NAME = "checkov"
KIND: Kind = "findings"
SYNTAX = "json"

_CATEGORIES: dict[str, Category] = {
    "dockerfile": "container",
    "sca_package": "dependency",
    "sca_image": "dependency",
}


class Details(Struct, frozen=True):
    """Of a package's vulnerability (`sca_package`)."""

    id: str = ""
    package_name: str = ""
    package_version: str = ""
    fixed_versions: list[str] | str | None = None
    cvss: float | None = None
    link: str | None = None
    description: str | None = None


class Check(Struct, frozen=True):
    check_id: str
    check_name: str | None = None
    severity: str | None = None
    file_path: str = ""
    repo_file_path: str = ""
    file_line_range: list[int] = []
    resource: str | None = None
    guideline: str | None = None
    vulnerability_details: Details | None = None


class Results(Struct, frozen=True):
    failed_checks: list[Check] = []
    parsing_errors: list[str] = []


class Summary(Struct, frozen=True):
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    parsing_errors: int = 0
    checkov_version: str = ""


class Framework(Struct, frozen=True):
    check_type: str = ""
    results: Results = Results()
    summary: Summary | None = None
    checkov_version: str = ""  # at the top where there is nothing else


def detect(head: Head) -> bool:
    return any(head.has(p + "check_type", p + "results") for p in ("", "[].")) or head.has(
        "checkov_version", "resource_count"
    )


def parse(source: Source) -> Report:
    """Incomplete when files could not be parsed, or none was recognised."""
    frameworks = decode_any(source, Framework)
    totals = [framework.summary or Summary() for framework in frameworks]
    unread = [file for framework in frameworks for file in framework.results.parsing_errors]
    count = sum(total.parsing_errors for total in totals)
    versions = [t.checkov_version for t in totals] + [f.checkov_version for f in frameworks]
    nothing = all(f.summary is None and not f.check_type for f in frameworks)
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=next((v for v in versions if v), ""),
        findings=tuple(found for framework in frameworks for found in _findings(framework)),
        measures={
            "checks": sum(total.passed + total.failed for total in totals),
            "findings": sum(total.failed for total in totals),
            "findings.suppressed": sum(total.skipped for total in totals),
        },
        complete=not (nothing or unread or count),
        reason="nothing was checked: no resource was recognised"
        if nothing
        else summary(f"{file} can't be parsed" for file in unread)
        or (f"{count} files can't be parsed" if count else ""),
    )


def _findings(framework: Framework) -> Iterator[Finding]:
    category = _CATEGORIES.get(framework.check_type, "iac")
    for check in framework.results.failed_checks:
        file = path_of(check.repo_file_path or check.file_path).lstrip("/")
        line = check.file_line_range[0] if check.file_line_range else 0
        end_line = check.file_line_range[-1] if check.file_line_range else 0
        if framework.check_type == "secrets":
            yield secret.finding(
                tool=NAME,
                rule=check.check_id,
                message=secret.scrub(check.check_name or check.check_id),
                word=check.severity or "",
                file=file,
                line=position(line),
                end_line=position(end_line),
                # `resource` is the secret's SHA-1.
                sha256=secret.hashed(check.resource or ""),
            )
        elif check.vulnerability_details is not None:
            yield _vulnerability(check, check.vulnerability_details, file)
        else:
            yield Finding(
                rule=check.check_id,
                message=secret.scrub(check.check_name or check.check_id),
                # Without its paid service Checkov rates nothing.
                severity=of_word(check.severity or ""),
                word=check.severity or "",
                category=category,
                tool=NAME,
                file=file,
                line=position(line),
                end_line=position(end_line),
                context=secret.scrub(check.resource or ""),
                url=check.guideline or "",
            )


def _vulnerability(check: Check, details: Details, file: str) -> Finding:
    fixed = details.fixed_versions or ()
    return advisory.finding(
        tool=NAME,
        ids=[details.id or check.check_id],
        package=details.package_name,
        version=details.package_version,
        fixed=[fixed] if isinstance(fixed, str) else fixed,
        message=details.description or check.check_name or "",
        word=check.severity or "",
        cvss=advisory.score(details.cvss),
        url=details.link or "",
        file=file,
    )
