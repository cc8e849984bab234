from __future__ import annotations

import pytest
from msgspec.structs import replace

from headway.quality import advisory
from headway.quality.merge.findings import measures, merged, package_name
from headway.quality.paths import Paths
from headway.quality.report import Finding, Report

LINT = Finding(
    rule="F401",
    message="`os` imported but unused",
    severity="medium",
    category="lint",
    tool="ruff",
    file="src/a.py",
    line=1,
    context="import os",
)
VULNERABLE = Finding(
    rule="CVE-2026-1000",
    message="Crash on hostile input",
    severity="high",
    category="dependency",
    tool="trivy",
    package="Jinja2",
    version="3.1.2",
)


def reports(*findings: Finding) -> list[Report]:
    return [
        Report(tool=one.tool, kind="findings", findings=(one,), digest=str(n))
        for n, one in enumerate(findings)
    ]


def together(*findings: Finding) -> tuple[Finding, ...]:
    forwards = merged(reports(*findings), Paths("/repo"))
    assert merged(reports(*findings)[::-1], Paths("/repo")) == forwards
    return forwards


def test_two_linters_with_one_complaint() -> None:
    (one,) = together(LINT, replace(LINT, tool="flake8", severity="low", file="/repo/src/a.py"))
    assert (one.tool, one.tools, one.severity) == ("ruff", ("flake8", "ruff"), "medium")


def test_different_places_stay_apart() -> None:
    assert len(together(LINT, replace(LINT, file="src/b.py"))) == 2
    assert len(together(LINT, replace(LINT, context="import os, sys"))) == 2


def test_two_alike_in_one_report_are_two() -> None:
    report = Report(tool="ruff", kind="findings", findings=(LINT, replace(LINT, line=9)))
    assert [one.line for one in merged([report], Paths())] == [1, 9]
    assert len(merged([report, report], Paths())) == 2


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ({"tool": "grype"}, 1),
        ({"package": "jinja2"}, 1),
        ({"rule": "GHSA-aaaa", "aliases": ("CVE-2026-1000",)}, 1),
        ({"rule": "PYSEC-1", "aliases": ("CVE-2026-1000", "GHSA-aaaa")}, 1),
        ({"version": ""}, 1),
        ({"version": "<3.1.3"}, 1),
        ({"version": "v3.1.2"}, 1),
        ({"file": "requirements.txt", "severity": "critical"}, 1),
        ({"rule": "GHSA-aaaa"}, 2),
        ({"rule": "CVE-2026-2000"}, 2),
        ({"rule": "CVE-2026-2000", "aliases": ("CVE-2026-1000",)}, 2),
        ({"version": "2.0.0"}, 2),
        ({"package": "markupsafe"}, 2),
    ],
)
def test_one_advisory_from_two_scanners(other: dict[str, object], count: int) -> None:
    assert len(together(VULNERABLE, replace(VULNERABLE, **other))) == count


def test_ids_are_joined_over_a_third_scanner() -> None:
    (one,) = together(
        VULNERABLE,
        replace(VULNERABLE, tool="grype", rule="GHSA-aaaa", severity="critical", cvss=9.8),
        replace(
            VULNERABLE,
            tool="pip-audit",
            rule="PYSEC-1",
            aliases=("GHSA-aaaa", "CVE-2026-1000"),
            fixed_version="3.1.3",
        ),
    )
    assert one.rule == "CVE-2026-1000"
    assert one.aliases == ("GHSA-aaaa", "PYSEC-1")
    assert (one.severity, one.cvss, one.fixed_version) == ("critical", 9.8, "3.1.3")
    assert one.tools == ("grype", "pip-audit", "trivy")


def test_two_cves_never_become_one_through_an_advisory_that_has_both() -> None:
    found = together(
        VULNERABLE,
        replace(VULNERABLE, rule="CVE-2026-2000"),
        replace(VULNERABLE, rule="GHSA-aaaa", aliases=("CVE-2026-1000", "CVE-2026-2000")),
    )
    assert sorted(one.rule for one in found) == ["CVE-2026-1000", "CVE-2026-2000"]


def test_an_upgrade_that_does_not_help_is_not_new() -> None:
    (before,) = together(VULNERABLE)
    (after,) = together(replace(VULNERABLE, version="3.1.3"))
    assert before.fingerprint == after.fingerprint


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("Flask_Login", "flask-login"),
        ("zope.interface", "zope-interface"),
        ("org.apache.logging.log4j:log4j-core", "log4j-core"),
        ("@babel/core", "@babel/core"),
    ],
)
def test_spellings_of_packages(name: str, spelling: str) -> None:
    assert package_name(name) == spelling


def test_worst_first_and_counted() -> None:
    found = together(LINT, VULNERABLE, replace(LINT, rule="E501", severity="info"))
    assert [one.severity for one in found] == ["high", "medium", "info"]
    counted = measures(found)
    assert counted["findings.total"] == 3
    assert counted["findings.high"] == counted["findings.dependency.high"] == 1
    assert counted["findings.critical"] == 0


def test_the_scanner_that_has_words_for_it_tells() -> None:
    silent = advisory.finding(tool="grype", ids=["CVE-2026-1"], package="yaml", version="5.1")
    told = advisory.finding(
        tool="trivy", ids=["CVE-2026-1"], package="yaml", version="5.1", message="loads anything"
    )
    assert silent.message == "known vulnerability"
    (one,) = together(silent, told)
    assert (one.tool, one.message) == ("grype", "loads anything")
