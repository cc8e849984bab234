"""Findings of all tools, each once: by fingerprint, and vulnerabilities by advisory and package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from headway.quality.advisory import UNDESCRIBED
from headway.quality.fingerprint import LineOf, fingerprinted, hashed, place
from headway.quality.paths import Paths
from headway.quality.report import Finding, Report
from headway.quality.severity import RANK, SCALE

_RANGE = re.compile(r"[<>=*|~^, ]")


def merged(
    reports: Iterable[Report], paths: Paths, line_of: LineOf | None = None
) -> tuple[Finding, ...]:
    """Sorted by severity, worst first, and place."""
    groups: dict[str, list[Finding]] = {}
    vulnerable: list[Finding] = []
    for report in reports:
        own = [_at_home(finding, paths) for finding in report.findings]
        vulnerable += [finding for finding in own if finding.package]
        others = (finding for finding in own if not finding.package)
        for finding in fingerprinted(others, line_of):
            groups.setdefault(finding.fingerprint, []).append(finding)
    found = [_one(group) for group in groups.values()]
    found += _vulnerabilities(vulnerable)
    return tuple(sorted(found, key=lambda f: (-RANK[f.severity], place(f), f.fingerprint)))


def _at_home(finding: Finding, paths: Paths) -> Finding:
    home = paths.resolve(finding.file)
    return finding if home == finding.file else replace(finding, file=home)


def _one(group: list[Finding]) -> Finding:
    """What several tools, or several runs of one, say about the same thing, together."""
    if len(group) == 1:
        return group[0]
    group = sorted(group, key=lambda f: (-RANK[f.severity], f.tool.lower(), f.word, place(f)))
    first = group[0]
    ids = {one for finding in group for one in (finding.rule, *finding.aliases)}
    tools = {finding.tool for finding in group}
    return replace(
        first,
        message=_first(f.message for f in group if f.message != UNDESCRIBED) or first.message,
        cvss=max((f.cvss for f in group if f.cvss is not None), default=None),
        aliases=tuple(sorted(ids - {first.rule})) if first.package else first.aliases,
        fixed_version=_first(finding.fixed_version for finding in group),
        url=_first(finding.url for finding in group),
        context=_first(finding.context for finding in group),
        tools=tuple(sorted(tools)) if len(tools) > 1 else (),
    )


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")


def _vulnerabilities(findings: list[Finding]) -> Iterator[Finding]:
    """Each advisory once for each package and version."""
    names = _canonical(findings)
    by_package: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for finding in findings:
        key = (names[finding.rule], package_name(finding.package))
        by_package.setdefault(key, {}).setdefault(_version(finding), []).append(finding)
    for (rule, package), versions in sorted(by_package.items()):
        unknown = versions.pop("", [])
        if len(versions) == 1:
            # A scanner that doesn't say the version (or only a range) means this one.
            next(iter(versions.values())).extend(unknown)
        elif unknown:
            versions[""] = unknown
        for number, version in enumerate(sorted(versions)):
            group = [_named(finding, rule) for finding in versions[version]]
            fingerprint = hashed("package", rule, package, str(number))
            yield replace(_one(group), fingerprint=fingerprint, occurrence=number)


def _named(finding: Finding, rule: str) -> Finding:
    if finding.rule == rule:
        return finding
    ids = {finding.rule, *finding.aliases} - {rule}
    return replace(finding, rule=rule, aliases=tuple(sorted(ids)))


def _canonical(findings: list[Finding]) -> dict[str, str]:
    """Every id to the one that stands for it: a CVE for itself, others for the first known
    alias, CVE before GHSA before the rest. Two CVEs never become one through a shared alias.
    """
    groups = {(finding.rule, *finding.aliases) for finding in findings}
    best = {one: one for group in groups for one in group}
    changed = True
    while changed:
        changed = False
        for group in groups:
            least = min((best[one] for one in group), key=_shared)
            for one in group:
                if not one.startswith("CVE-") and _shared(least) < _shared(best[one]):
                    best[one] = least
                    changed = True
    return best


def _shared(identity: str) -> tuple[int, str]:
    order = ("CVE-", "GHSA-")
    return (next((n for n, p in enumerate(order) if identity.startswith(p)), 2), identity)


def package_name(name: str) -> str:
    """One spelling for what scanners spell differently: case, `_`, and Maven's group."""
    return re.sub(r"[-_.]+", "-", name.rpartition(":")[2].lower())


def _version(finding: Finding) -> str:
    """The version, "" for none or a range."""
    version = finding.version.strip()
    if _RANGE.search(version):
        return ""
    return version[1:] if re.match(r"v\d", version) else version


def measures(findings: Iterable[Finding]) -> dict[str, float]:
    """Counts: `findings.total`, `findings.high`, `findings.secret`, `findings.secret.high`."""
    found: dict[str, float] = {"findings.total": 0.0}
    found.update({f"findings.{severity}": 0.0 for severity in SCALE})
    for finding in findings:
        for name in (
            "findings.total",
            f"findings.{finding.severity}",
            f"findings.{finding.category}",
            f"findings.{finding.category}.{finding.severity}",
        ):
            found[name] = found.get(name, 0.0) + 1
    return found
