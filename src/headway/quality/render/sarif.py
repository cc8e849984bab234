"""Findings as SARIF 2.1.0, within what GitHub code scanning takes.

Sources: OASIS "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub Docs,
"SARIF support for code scanning" (supported properties, and the limits below).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from headway import __version__
from headway.quality.evidence import Evidence, Source
from headway.quality.render import words
from headway.quality.report import Finding
from headway.quality.severity import RANK, SCALE, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RUNS = 20  # in a file; more are refused
RESULTS = 5_000  # of a run: of up to 25,000 that are taken only these are shown
TEXT = 1_000  # characters of a message
OTHERS = "headway"  # the run of tools that there is no run left for

LEVELS: dict[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
# What GitHub ranks security alerts by, where no CVSS score is known: the middle of each band
# (over 9.0 critical, 7.0 high, 4.0 medium).
SCORES: dict[Severity, float] = {
    "critical": 9.5,
    "high": 8.0,
    "medium": 5.5,
    "low": 2.0,
    "info": 0.1,
}
_SECURITY = frozenset(("security", "dependency", "secret", "container", "iac", "dynamic"))


def log(evidence: Evidence, waived: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A run for each tool, also for those that found nothing: that closes their old alerts.

    `waived` has the reason for each fingerprint that a waiver covers: it is suppressed.
    """
    by_tool = _by_tool(evidence)
    runs = [_run(tool, evidence, found, waived or {}) for tool, found in by_tool.items()]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


def _by_tool(evidence: Evidence) -> dict[str, list[Finding]]:
    """Findings of each tool, the tools with most of them first; never more tools than runs."""
    kinds = ("findings", "dependencies")
    found: dict[str, list[Finding]] = {r.tool: [] for r in evidence.reports if r.kind in kinds}
    for finding in evidence.findings:
        found.setdefault(finding.tool, []).append(finding)
    if len(found) > RUNS:
        ranked = sorted(found, key=lambda tool: (-len(found[tool]), tool))
        rest = [finding for tool in ranked[RUNS - 1 :] for finding in found.pop(tool)]
        found[OTHERS] = sorted([*found.get(OTHERS, ()), *rest], key=lambda f: -RANK[f.severity])
    return found or {OTHERS: []}


def _run(
    tool: str, evidence: Evidence, found: list[Finding], waived: Mapping[str, str]
) -> dict[str, Any]:
    kept = found[:RESULTS]
    rules = _rules(kept)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    version = next((r.tool_version for r in evidence.reports if r.tool == tool), "")
    driver: dict[str, Any] = {"name": tool, "rules": rules}
    if tool == OTHERS or version:
        driver["version"] = version or __version__
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"headway/{tool}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule], waived) for finding in kept],
        "invocations": [_invocation([r for r in evidence.reports if r.tool == tool])],
    }
    if len(found) > len(kept):
        run["properties"] = {"headway/leftOut": len(found) - len(kept)}
    return run


def _invocation(reports: Iterable[Source]) -> dict[str, Any]:
    """Whether the tool could do its work."""
    troubled = [report for report in reports if not report.complete]
    notes = [{"level": "error", "message": {"text": r.reason or "incomplete"}} for r in troubled]
    found: dict[str, Any] = {"executionSuccessful": not troubled}
    return {**found, "toolExecutionNotifications": notes} if notes else found


def _rules(findings: list[Finding]) -> list[dict[str, Any]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return [_rule(rule, group) for rule, group in sorted(groups.items())]


def _rule(rule: str, group: list[Finding]) -> dict[str, Any]:
    worst = min(group, key=lambda f: SCALE.index(f.severity))
    categories = sorted({finding.category for finding in group})
    properties: dict[str, Any] = {"tags": categories}
    if not _SECURITY.isdisjoint(categories):
        scores = [SCORES[f.severity] if f.cvss is None else f.cvss for f in group]
        properties["tags"] = sorted({*categories, "security"})
        properties["security-severity"] = f"{max(scores):.1f}"
    found: dict[str, Any] = {
        "id": rule,
        "name": rule,
        "shortDescription": {"text": words.told(worst)[:TEXT] or rule},
        "defaultConfiguration": {"level": LEVELS[worst.severity]},
        "properties": properties,
    }
    if worst.url.startswith(("https://", "http://")):
        found["helpUri"] = quote(worst.url, safe="%/:=&?~#+!$,;'@()*[]")
    return found


def _result(finding: Finding, index: int, waived: Mapping[str, str]) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": max(1, finding.line)}
    if finding.line and finding.column:
        region["startColumn"] = finding.column
    if finding.end_line > finding.line > 0:
        region["endLine"] = finding.end_line
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.file),
                    "region": region,
                }
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            "headway/v1": finding.fingerprint,
        },
        "properties": {"severity": finding.severity, "category": finding.category},
    }
    if finding.tools:
        found["properties"]["tools"] = list(finding.tools)
    if finding.fingerprint in waived:
        reason = waived[finding.fingerprint]
        found["suppressions"] = [{"kind": "external", "justification": reason}]
    return found


def _message(finding: Finding) -> str:
    text = words.told(finding)
    about = words.place(finding) if finding.package else ""
    return f"{about}: {text}"[:TEXT] if about else text[:TEXT] or finding.rule


def _artifact(path: str) -> dict[str, str]:
    """The place; GitHub wants one of every result, so what has none is about the whole tree."""
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    if path[1:3] == ":/":
        return {"uri": f"file:///{quote(path)}"}
    return {"uri": quote(path or "."), "uriBaseId": "%SRCROOT%"}
