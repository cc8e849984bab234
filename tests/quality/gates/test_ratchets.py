from __future__ import annotations

import pytest

from headway.quality.settings import Gates, Ratchet

from . import sample
from .sample import bandit, evidence, finding, only, percent, ruff, said


def gates(measure: str, **settings: object) -> Gates:
    return Gates(ratchets={measure: Ratchet(**settings)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "settings", "now", "before", "expected"),
    [
        (
            "coverage.percent", {}, percent(790), percent(800),
            ("failed", "coverage.percent is 79 %, 1 point worse than the baseline's 80 %"),
        ),
        (
            "coverage.percent", {}, percent(810), percent(800),
            ("passed", "coverage.percent is 81 %, 1 point better than the baseline's 80 %"),
        ),
        (
            "coverage.percent", {}, percent(800), percent(800),
            ("passed", "coverage.percent is 80 %, as in the baseline"),
        ),
        (
            "coverage.percent", {"tolerance": 1.5}, percent(790), percent(800),
            ("passed",
             "coverage.percent is 79 %, 1 point worse than the baseline's 80 %,"
             " which 1.5 points of tolerance allows"),
        ),
        (
            "findings.lint", {}, ruff(finding("A"), finding("B")), ruff(finding("A")),
            ("failed", "findings.lint is 2, 1 worse than the baseline's 1"),
        ),
        (
            "findings.lint", {}, ruff(), ruff(finding("A")),
            ("passed", "findings.lint is 0, 1 better than the baseline's 1"),
        ),
        (
            "findings.lint", {"better": "higher"}, ruff(finding("A"), finding("B")),
            ruff(finding("A")),
            ("passed", "findings.lint is 2, 1 better than the baseline's 1"),
        ),
        (
            "score.security", {}, bandit(finding("B1", "high", category="security")), bandit(),
            ("failed", "score.security is 95, 5 worse than the baseline's 100"),
        ),
        (
            "load.p95", {"tolerance": 10}, sample.k6(sample.load(p95=111.0)),
            sample.k6(sample.load(p95=100.0)),
            ("failed", "load.p95 is 111 ms, 11 ms worse than the baseline's 100 ms"),
        ),
    ],
)  # fmt: skip
def test_no_worse_than_the_baseline(
    measure: str,
    settings: dict[str, object],
    now: sample.Report,
    before: sample.Report,
    expected: tuple[str, str],
) -> None:
    found = only(f"ratchets.{measure}", gates(measure, **settings), now, baseline=evidence(before))
    assert said(found) == expected


def test_without_a_baseline() -> None:
    found = only("ratchets.coverage.percent", gates("coverage.percent"), percent(900))
    assert said(found) == (
        "inconclusive", "there is no baseline to compare coverage.percent with",
    )  # fmt: skip


def test_what_the_baseline_has_not_measured() -> None:
    found = only(
        "ratchets.coverage.percent",
        gates("coverage.percent"),
        percent(900),
        baseline=evidence(ruff()),
    )
    assert found.outcome == "inconclusive"


@pytest.mark.parametrize("measure", ["findings.lint", "findings.total", "score.quality"])
def test_a_tool_that_ran_no_more_is_no_improvement(measure: str) -> None:
    found = only(
        f"ratchets.{measure}",
        gates(measure),
        bandit(),
        baseline=evidence(ruff(finding("A")), bandit()),
    )
    assert said(found) == (
        "failed", "no evidence: the baseline has reports of lint, and now there is none",
    )  # fmt: skip


def test_a_name_that_nothing_has() -> None:
    before = evidence(percent(800))
    found = only(
        "ratchets.coverage.percnt", gates("coverage.percnt"), percent(800), baseline=before
    )
    assert found.outcome == "failed"
    assert found.hint == 'did you mean "coverage.percent"?'


@pytest.mark.parametrize(
    ("now", "outcome"), [((), "inconclusive"), ((finding("A"), finding("B")), "failed")]
)
def test_incomplete(now: tuple[sample.Finding, ...], outcome: str) -> None:
    found = only(
        "ratchets.findings.lint",
        gates("findings.lint"),
        ruff(*now, complete=False),
        baseline=evidence(ruff(finding("A"))),
    )
    assert found.outcome == outcome
