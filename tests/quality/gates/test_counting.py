"""The gates that count findings: lint, types, secrets, security, vulnerabilities."""

from __future__ import annotations

import pytest

from headway.quality.settings import (
    Gates,
    Lint,
    Secrets,
    Security,
    Types,
    Vulnerabilities,
)

from . import sample
from .sample import audit, bandit, finding, gitleaks, mypy, only, results, ruff, said, vulnerability

ERROR = finding("F821")
WARNING = finding("F401", "medium")
STYLE = finding("E501", "low")
TYPE = finding("arg-type", category="type", tool="mypy")
NOTE = finding("note", "info", category="type", tool="mypy")
UNSAFE = finding("B602", category="security", tool="bandit")
SECRET = finding("aws-key", category="secret", tool="gitleaks", context="5f1c")
UNFORMATTED = finding("black", "low", category="format", tool="black")


@pytest.mark.parametrize(
    ("gate", "gates", "reports", "expected"),
    [
        ("lint.errors", None, [ruff(WARNING, STYLE)], ("passed", "there is no lint error")),
        ("lint.errors", None, [ruff(ERROR)], ("failed", "there is 1 lint error: F821")),
        (
            "lint.errors", Gates(lint=Lint(errors=1)),
            [ruff(ERROR, finding("F821", line=9), finding("E999"))],
            ("failed", "there are 3 lint errors, 1 may be: F821 (2) and E999"),
        ),
        (
            "lint.warnings", Gates(lint=Lint(warnings=0)), [ruff(ERROR, WARNING)],
            ("failed", "there is 1 lint warning: F401"),
        ),
        (
            "lint.total", Gates(lint=Lint(total=2)), [ruff(ERROR, WARNING, STYLE)],
            ("failed", "there are 3 lint findings, 2 may be: E501, F401 and F821"),
        ),
        (
            "lint.format", Gates(lint=Lint(format=0)),
            [sample.report("black", "findings", findings=(UNFORMATTED,))],
            ("failed", "there is 1 place that a formatter would change: black"),
        ),
        (
            "lint.format", Gates(lint=Lint(format=0)), [ruff()],
            ("failed", "no evidence: there is no report of a formatter"),
        ),
        ("types.errors", None, [mypy(TYPE, NOTE)], ("failed", "there is 1 type error: arg-type")),
        (
            "types.total", Gates(types=Types(total=1)), [mypy(TYPE, NOTE)],
            ("failed", "there are 2 findings of type checkers, 1 may be: arg-type and note"),
        ),
        (
            "types.errors", Gates(types=Types(errors=0)), [ruff()],
            ("failed", "no evidence: there is no report of a type checker"),
        ),
        (
            "secrets.max", None, [gitleaks(SECRET)],
            ("failed", "there is 1 secret in the repository: aws-key"),
        ),
        ("secrets.max", None, [gitleaks()], ("passed", "there is no secret in the repository")),
        (
            "secrets.max", Gates(secrets=Secrets(max=0)), [bandit()],
            ("failed", "no evidence: there is no report of a secret scanner"),
        ),
        (
            "security.high", None, [bandit(UNSAFE)],
            ("failed", "there is 1 high security finding: B602"),
        ),
        ("security.critical", None, [bandit(UNSAFE)],
         ("passed", "there is no critical security finding")),
        (
            "security.medium", Gates(security=Security(medium=0)),
            [bandit(finding("B101", "medium", category="security"))],
            ("failed", "there is 1 medium security finding: B101"),
        ),
        (
            "vulnerabilities.high", None, [audit(vulnerability("CVE-2026-1", "high"))],
            ("failed", "there is 1 high vulnerability: CVE-2026-1"),
        ),
        (
            "vulnerabilities.critical", Gates(vulnerabilities=Vulnerabilities(critical=0)),
            [ruff()], ("failed", "no evidence: there is no report of known vulnerabilities"),
        ),
    ],
)  # fmt: skip
def test_counts(
    gate: str, gates: Gates | None, reports: list[sample.Report], expected: tuple[str, str]
) -> None:
    assert said(only(gate, gates, *reports)) == expected


def test_findings_are_named_the_worst_first() -> None:
    report = bandit(
        finding("B1", "high", category="security", file="b.py", line=2),
        finding("B2", "high", category="security", file="a.py", line=9),
    )
    result = only("security.high", None, report)
    assert result.details == ("a.py:9 B2 B2 was found", "b.py:2 B1 B1 was found")
    known = {one.fingerprint: one.rule for one in sample.evidence(report).findings}
    assert [known[one] for one in result.findings] == ["B2", "B1"]


def test_no_more_than_ten_are_named() -> None:
    many = [finding("F821", line=n) for n in range(1, 100)]
    result = only("lint.errors", None, ruff(*many))
    assert result.value == 99
    assert len(result.details) == len(result.findings) == 10


def test_the_mend_of_a_vulnerability_is_its_fixed_version() -> None:
    report = audit(vulnerability("CVE-2026-1", "high", fixed_version="2.1"))
    result = only("vulnerabilities.high", None, report)
    assert result.hint == "upgrade requests 2.0 to 2.1"
    assert result.details == ("requests 2.0 CVE-2026-1 CVE-2026-1 was found (fixed in 2.1)",)


def test_the_same_vulnerability_of_two_scanners_counts_once() -> None:
    one = vulnerability("CVE-2026-1", "high")
    other = vulnerability("GHSA-abcd", "high", aliases=("CVE-2026-1",), tool="grype")
    grype = sample.report("grype", "dependencies", findings=(other,))
    result = only("vulnerabilities.high", None, audit(one), grype)
    assert result.value == 1
    assert result.reports == ("reports/grype.json", "reports/pip-audit.json")


def test_what_nobody_has_fixed_can_be_left_out() -> None:
    gates = Gates(vulnerabilities=Vulnerabilities(ignore_unfixed=True))
    report = audit(
        vulnerability("CVE-2026-1", "high"),
        vulnerability("CVE-2026-2", "high", package="flask", fixed_version="3"),
    )
    assert only("vulnerabilities.high", gates, report).value == 1


def test_a_finding_counts_whoever_found_it() -> None:
    # Ruff isn't known as a security scanner; what it found is still there.
    unsafe = finding("S602", category="security")
    assert only("security.high", None, ruff(unsafe)).outcome == "failed"
    assert "security.critical" not in results(None, ruff(unsafe))


def test_incomplete() -> None:
    offline = audit(complete=False, reason="no vulnerability data")
    result = only("vulnerabilities.high", None, offline)
    assert said(result) == (
        "inconclusive",
        "reports/pip-audit.json is incomplete (no vulnerability data);"
        " so far, there is no high vulnerability",
    )
    assert result.hint == "run pip-audit again, where it can do all its work"
    found = audit(vulnerability("CVE-2026-1", "high"), complete=False)
    assert only("vulnerabilities.high", None, found).outcome == "failed"
