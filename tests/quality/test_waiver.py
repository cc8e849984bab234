from __future__ import annotations

from datetime import date

import pytest

from headway.quality.report import Finding
from headway.quality.settings import Gates, Lint, Waiver
from headway.quality.waiver import Waivers, matcher

from .gates import sample
from .gates.sample import audit, finding, ruff, verdict, vulnerability

TODAY = sample.TODAY
YESTERDAY = date(2026, 6, 14)


def waiver(until: date = TODAY, **named: str) -> Waiver:
    return Waiver(reason="it is a fixture", owner="ann", until=until, **named)


LINT = Finding(
    rule="F401",
    message="unused",
    severity="low",
    category="lint",
    tool="ruff",
    file="src/shop/cart.py",
    fingerprint="1f3c5a7e9b",
)
CVE = Finding(
    rule="CVE-2026-1",
    aliases=("GHSA-abcd",),
    message="bad",
    severity="high",
    category="dependency",
    tool="trivy",
    package="Flask_Login",
    version="1.0",
    file="requirements.txt",
    fingerprint="00ff",
)
SCOPED = Finding(
    rule="X", message="", severity="low", category="dependency", tool="npm", package="@a/b",
    version="2",
)  # fmt: skip


@pytest.mark.parametrize(
    ("named", "one", "covered"),
    [
        ({"rule": "F401"}, LINT, True),
        ({"rule": "f401"}, LINT, True),
        ({"rule": "F4"}, LINT, False),
        ({"rule": "F4*"}, LINT, True),
        ({"rule": "GHSA-abcd"}, CVE, True),
        ({"finding": "1f3c5a7e"}, LINT, True),
        ({"finding": "1f3c5a7f"}, LINT, False),
        ({"path": "src"}, LINT, True),
        ({"path": "src/"}, LINT, True),
        ({"path": "src/**"}, LINT, True),
        ({"path": "src/*.py"}, LINT, True),
        ({"path": "src/shop/cart.py"}, LINT, True),
        ({"path": "sr"}, LINT, False),
        ({"path": "shop"}, LINT, False),
        ({"path": "**/cart.py"}, LINT, True),
        ({"path": "src"}, SCOPED, False),
        ({"package": "flask-login"}, CVE, True),
        ({"package": "flask.login@1.0"}, CVE, True),
        ({"package": "flask-login@1.1"}, CVE, False),
        ({"package": "flask"}, CVE, False),
        ({"package": "@a/b"}, SCOPED, True),
        ({"package": "@a/b@2"}, SCOPED, True),
        ({"package": "@a/b@3"}, SCOPED, False),
        ({"package": "flask"}, LINT, False),
        ({"rule": "F401", "path": "tests"}, LINT, False),
        ({"rule": "F401", "path": "src"}, LINT, True),
        ({"rule": "CVE-2026-1", "package": "flask-login"}, CVE, True),
        ({"gate": "lint.errors"}, LINT, False),
    ],
)
def test_all_that_is_named_must_be_so(named: dict[str, str], one: Finding, covered: bool) -> None:
    assert matcher(waiver(**named))(one) is covered
    assert (Waivers([waiver(**named)], TODAY).of(one) is not None) is covered


def test_a_waived_finding_does_not_count_and_its_use_is_told() -> None:
    report = audit(
        vulnerability("CVE-2026-1", "critical"), vulnerability("CVE-2026-1", "high", "b")
    )
    assert verdict(None, report).outcome == "failed"
    found = verdict(None, report, waivers=(waiver(rule="CVE-2026-1"),))
    assert found.outcome == "passed"
    (use,) = found.waived
    assert (use.waiver, use.owner, use.until, use.gate, use.count) == (
        "CVE-2026-1", "ann", "2026-06-15", "vulnerabilities", 2,
    )  # fmt: skip


def test_a_gate_can_be_waived_and_still_says_that_it_fails() -> None:
    report = ruff(finding("F821"))
    found = verdict(None, report, waivers=(waiver(gate="lint.*"),))
    assert found.outcome == "passed"
    (failed,) = [one for one in found.results if one.outcome == "failed"]
    assert not failed.blocking
    assert failed.message.endswith("; waived until 2026-06-15 by ann: it is a fixture")
    assert [(use.waiver, use.gate) for use in found.waived] == [("gate lint.*", "lint.errors")]


@pytest.mark.parametrize("named", [{"rule": "F401"}, {"path": "src"}, {"gate": "lint.errors"}])
def test_an_expired_waiver_covers_nothing_and_fails(named: dict[str, str]) -> None:
    report = ruff(finding("F401"))
    found = verdict(None, report, waivers=(waiver(YESTERDAY, **named),))
    assert found.outcome == "failed"
    assert found.waived == ()
    by_gate = {one.gate: one for one in found.results}
    assert by_gate["lint.errors"].outcome == "failed"
    expired = by_gate["waivers.expired"]
    assert "ended on 2026-06-14, and it is still there; ann answers for it" in expired.message


def test_it_fails_even_where_the_gate_would_not() -> None:
    lenient = Gates(lint=Lint(errors="off"))
    found = verdict(
        lenient, ruff(finding()), sample.percent(900), waivers=(waiver(YESTERDAY, rule="F401"),)
    )
    assert [one.gate for one in found.results if one.outcome == "failed"] == ["waivers.expired"]
    assert found.outcome == "failed"


def test_the_last_day_still_counts() -> None:
    assert verdict(None, ruff(finding()), waivers=(waiver(rule="F401"),)).outcome == "passed"


@pytest.mark.parametrize("until", [TODAY, YESTERDAY])
def test_what_is_not_needed_any_more_is_told(until: date) -> None:
    found = verdict(None, ruff(), waivers=(waiver(until, rule="F401"),))
    assert found.outcome == "passed"
    (unused,) = [one for one in found.results if one.gate == "waivers.unused"]
    assert unused.message == "nothing to waive was found for F401"
    assert not unused.blocking


def test_a_gate_that_is_not_there_has_a_near_name() -> None:
    found = verdict(None, ruff(), waivers=(waiver(gate="lint.error"),))
    (unused,) = [one for one in found.results if one.gate == "waivers.unused"]
    assert unused.hint == 'did you mean "lint.errors"?'


@pytest.mark.parametrize(
    ("named", "path", "message"),
    [
        ({}, "", "the waiver doesn't say what it is for"),
        ({"gate": "a", "rule": "b"}, "gate", "a waiver is for a gate or for a rule, not for both"),
        ({"finding": "F401"}, "finding", '"F401" is not a fingerprint'),
    ],
)
def test_mistakes(named: dict[str, str], path: str, message: str) -> None:
    assert [problem[:2] for problem in waiver(**named).problems()] == [(path, message)]
