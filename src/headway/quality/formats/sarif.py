"""SARIF 2.1.0 (OASIS): CodeQL, Semgrep, Trivy, Snyk, gitleaks, ESLint, ruff, Bandit, zizmor…

Section numbers are those of the standard. Severity follows GitHub code scanning: a rule's
`security-severity` (a CVSS score) comes before the result's level. Suppressed results, results
that passed and those that are gone since a baseline don't count.
"""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.sarif import Component, Invocation, Log, Result, Run
from headway.quality.reading.text import summary
from headway.quality.report import Finding
from headway.quality.sarif_result import Rules, canonical, finding, looks_at_packages

NAME = "sarif"
KIND: Kind = "findings"
SYNTAX = "json"


def detect(head: Head) -> bool:
    if not head.has("runs"):
        return False
    named = "sarif" in head.values.get("$schema", "").lower()
    version = head.values.get("version", "").startswith("2.")
    return named or version or head.has("runs[].tool.driver")


def parse(source: Source) -> Report:
    """One report of all runs; each finding names its own tool. Incomplete when a run says that
    it did not succeed or could not process a file, or when it has no results at all."""
    log = decode(source, Log)
    if log.version and not log.version.startswith("2.1"):
        raise source.error(
            f"SARIF {log.version} is not read",
            path="$.version",
            hint="let the tool write SARIF 2.1.0",
        )
    findings: list[Finding] = []
    suppressed = 0
    failures: list[str] = []
    for run in log.runs:
        failures += _failures(run)
        rules = Rules(run)
        for result in run.results or ():
            if _suppressed(result):
                suppressed += 1
            elif _counts(result):
                findings.append(finding(run, rules, result))
    drivers = [run.tool.driver for run in log.runs]
    versions = [driver.semanticVersion or driver.version or "" for driver in drivers]
    return Report(
        tool=", ".join(dict.fromkeys(canonical(driver.name) for driver in drivers)) or NAME,
        kind=_kind(drivers, findings),
        tool_version=versions[0] if len(set(versions)) == 1 else "",
        findings=tuple(_once(findings)),
        measures={"findings": len(findings), "findings.suppressed": suppressed},
        complete=not failures,
        reason=summary(failures),
    )


def _kind(drivers: list[Component], findings: list[Finding]) -> Kind:
    about_packages = any(looks_at_packages(driver.name) for driver in drivers)
    found = any(finding.category == "dependency" for finding in findings)
    return "dependencies" if about_packages or found else KIND


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """gitleaks reports a secret again for each encoding (base64, hex) that it undid."""
    secrets: set[tuple[object, ...]] = set()
    for one in findings:
        key = (one.tool, one.rule, one.file, one.line, one.column)
        if one.category != "secret" or key not in secrets:
            secrets.add(key)
            yield one


def _suppressed(result: Result) -> bool:
    """§3.27.23, §3.35.4: suppressed unless a suppression is still under review or was rejected."""
    marks = result.suppressions or ()
    return bool(marks) and all(mark.status in (None, "accepted") for mark in marks)


def _counts(result: Result) -> bool:
    """§3.27.9, §3.27.24."""
    return result.kind in (None, "fail", "open", "review", "informational") and (
        result.baselineState != "absent"
    )


def _failures(run: Run) -> Iterator[str]:
    name = canonical(run.tool.driver.name)
    if run.results is None:
        yield f"{name} wrote no results"  # §3.14.23: null or missing: the scan was not made
    for invocation in run.invocations or ():
        told = list(_told(invocation))
        yield from told
        if not invocation.executionSuccessful and not told:
            yield f"{name} says that it did not succeed"


def _told(invocation: Invocation) -> Iterator[str]:
    notifications = (
        *(invocation.toolExecutionNotifications or ()),
        *(invocation.toolConfigurationNotifications or ()),
    )
    for notification in notifications:
        if notification.level == "error":
            yield notification.message.text or "an error without words"
