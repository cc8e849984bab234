"""Gates for a look at a part: what nobody looked for is demanded of nobody."""

from __future__ import annotations

import pytest

from headway.quality.partial import looked_for, without
from headway.quality.report import Report
from headway.quality.settings import (
    Coverage,
    Gates,
    Lint,
    Ratchet,
    Reports,
    Rule,
    Score,
    Secrets,
    Subject,
)

GATES = Gates(
    coverage=Coverage(min=80),
    lint=Lint(errors=0),
    secrets=Secrets(max=0),
    quality_score=Score(min=90),
    reports=Reports(must_have=("tests", "secrets")),
    ratchets={"coverage.percent": Ratchet(), "findings.lint": Ratchet()},
    rules={
        "tests": Rule(require='measures["tests.total"] > 0.0'),
        "other": Rule(require="size(findings) == 0"),
    },
)


def test_of_what_was_looked_for_evidence_is_needed() -> None:
    left = without(GATES, {"secrets", "lint"})
    assert left.secrets.required is None
    assert left.lint.required is None
    assert left.coverage.required is False
    assert left.reports.must_have == ("secrets",)
    assert list(left.ratchets) == ["findings.lint"]
    assert list(left.rules) == ["other"]


def test_one_of_linter_and_formatter_is_enough_but_a_score_needs_all_its_parts() -> None:
    left = without(GATES, {"format"})
    assert left.lint.required is None
    assert left.quality_score.required is False
    everything: set[Subject] = {"tests", "coverage", "lint", "types", "complexity", "duplication"}
    assert without(GATES, everything).quality_score.required is None


def test_with_everything_the_gates_are_the_same() -> None:
    subjects: set[Subject] = {
        "tests", "coverage", "lint", "format", "types", "security", "vulnerabilities", "secrets",
        "licenses", "complexity", "duplication", "performance",
    }  # fmt: skip
    assert without(GATES, subjects) == GATES


@pytest.mark.parametrize(
    ("report", "subjects"),
    [
        (Report(tool="pytest", kind="tests"), {"tests"}),
        (Report(tool="gitleaks", kind="findings"), {"secrets"}),
        (Report(tool="pip-audit", kind="dependencies"), {"vulnerabilities"}),
        (Report(tool="mine", kind="findings", source="a.json"), {"security"}),
    ],
)
def test_what_reports_are_evidence_of(report: Report, subjects: set[str]) -> None:
    covers = Gates(reports=Reports(covers={"a.json": ("security",)}))
    assert looked_for([report], covers) == subjects
