from __future__ import annotations

from headway.quality.new_code import ChangedFile, Diff
from headway.quality.settings import Gates, NewFindings

from . import sample
from .sample import bandit, evidence, finding, only, results, ruff, said

OLD = finding("F401", "medium", context="import os")
NEW = finding("F821", "high", context="retrun")


def test_findings_that_the_baseline_has_are_not_new() -> None:
    gates = Gates(new_findings=NewFindings(max=0))
    before = evidence(ruff(OLD))
    moved = finding("F401", "medium", context="import os", line=40)
    same = only("new_findings.max", gates, ruff(moved), baseline=before)
    assert said(same) == ("passed", "there is no new finding since the baseline")
    more = only("new_findings.max", gates, ruff(moved, NEW), baseline=before)
    assert said(more) == ("failed", "there is 1 new finding")
    assert more.details == ("src/shop/cart.py:3 F821 F821 was found",)


def test_it_is_told_when_nobody_asked() -> None:
    told = only("new_findings.max", None, ruff(NEW), baseline=evidence(ruff()))
    assert (told.outcome, told.blocking) == ("failed", False)
    assert "new_findings.max" not in results(None, ruff(NEW))


def test_without_a_baseline_it_cannot_be_told() -> None:
    gates = Gates(new_findings=NewFindings(max=0))
    assert only("new_findings.max", gates, ruff(NEW)).outcome == "inconclusive"


def test_only_of_a_severity_or_category() -> None:
    before = evidence(ruff(), bandit())
    reports = [ruff(NEW, OLD), bandit(finding("B1", "low", category="security"))]

    def count(**settings: object) -> float | None:
        gates = Gates(new_findings=NewFindings(max=0, **settings))  # type: ignore[arg-type]
        return only("new_findings.max", gates, *reports, baseline=before).value

    assert count() == 3
    assert count(severity="medium") == 2
    assert count(categories=("security",)) == 1
    assert count(categories=("security",), severity="high") == 0


def test_a_renamed_file_brings_nothing_new() -> None:
    gates = Gates(new_findings=NewFindings(max=0))
    before = evidence(ruff(finding("F401", context="import os", file="old.py")))
    moved = ruff(
        finding("F401", context="import os", file="new.py"),
        finding("F401", context="import sys", file="new.py", line=9),
    )
    diff = Diff(files=(ChangedFile(path="new.py", change="renamed", old_path="old.py"),))
    assert only("new_findings.max", gates, moved, baseline=before).value == 2
    result = only("new_findings.max", gates, moved, baseline=before, diff=diff)
    assert result.value == 1
    assert result.details == ("new.py:9 F401 F401 was found",)


def test_no_report() -> None:
    gates = Gates(new_findings=NewFindings(max=0))
    result = only("new_findings.max", gates, sample.percent(900), baseline=evidence(ruff()))
    assert result.outcome == "failed"
    assert result.message.startswith("no evidence")
