from __future__ import annotations

import pytest

from headway.quality import lines
from headway.quality.new_code import ChangedFile, Diff
from headway.quality.report import FileCoverage
from headway.quality.settings import Coverage, Gates

from . import sample
from .sample import coverage, covered, only, percent, results, said


@pytest.mark.parametrize(
    ("per_mille", "least", "expected"),
    [
        (784, None, ("failed", "coverage is 78.4 %, 1.6 points under the minimum of 80 %")),
        (784, 70, ("passed", "coverage is 78.4 %, 8.4 points above the minimum of 70 %")),
        (800, None, ("passed", "coverage is 80 %, exactly the minimum")),
        (790, 80, ("failed", "coverage is 79 %, 1 point under the minimum of 80 %")),
        (799, 79.95, ("failed", "coverage is 79.9 %, 0.05 points under the minimum of 79.95 %")),
        (1000, 100, ("passed", "coverage is 100 %, exactly the minimum")),
    ],
)
def test_min(per_mille: int, least: float | None, expected: tuple[str, str]) -> None:
    gates = Gates(coverage=Coverage(min=least))
    assert said(only("coverage.min", gates, percent(per_mille))) == expected


def test_the_margin_is_negative_under_the_limit() -> None:
    result = only("coverage.min", None, percent(784))
    assert result.margin == -1.6
    assert (result.measure, result.unit, result.comparison) == (
        "coverage.percent", "%", "at least",
    )  # fmt: skip
    assert result.details == ("src/shop/cart.py: 784 of 1000 lines ran",)


def test_never_looks_like_the_limit_when_it_is_not() -> None:
    files = [covered("a.py", 100_000, range(1, 20_005))]
    message = only("coverage.min", None, coverage(*files)).message
    assert message == "coverage is 79.996 %, 0.004 points under the minimum of 80 %"


def test_a_target_never_blocks() -> None:
    gates = Gates(coverage=Coverage(min=70, target=90))
    found = sample.verdict(gates, percent(800))
    assert found.outcome == "passed"
    target = next(one for one in found.results if one.gate == "coverage.target")
    assert said(target) == ("failed", "coverage is 80 %, 10 points under the target of 90 %")
    assert not target.blocking


def test_off() -> None:
    assert "coverage.min" not in results(Gates(coverage=Coverage(min="off")), percent(100))


def test_no_evidence() -> None:
    gates = Gates(coverage=Coverage(min=80))
    missing = only("coverage.min", gates, sample.ruff())
    assert said(missing) == ("failed", "no evidence: there is no report of coverage")
    empty = only("coverage.min", gates, coverage())
    assert said(empty) == (
        "failed", "no evidence: reports/coverage.py.json says nothing of coverage.percent",
    )  # fmt: skip


@pytest.mark.parametrize("per_mille", [100, 900])
def test_an_incomplete_report_decides_nothing(per_mille: int) -> None:
    report = coverage(covered("a.py", 1000, range(per_mille, 1000)), complete=False)
    assert only("coverage.min", None, report).outcome == "inconclusive"


def test_branches_when_asked() -> None:
    file = FileCoverage(
        path="a.py",
        coverable=lines.pack(range(1, 11)),
        covered=lines.pack(range(1, 11)),
        branch_data="3:1/2;5:2/2",
    )
    of_branches = Gates(coverage=Coverage(measure="branches"))
    found = only("coverage.min", of_branches, coverage(file))
    assert said(found) == (
        "failed", "coverage of branches is 75 %, 5 points under the minimum of 80 %",
    )  # fmt: skip
    both = Gates(coverage=Coverage(measure="combined"))
    assert only("coverage.min", both, coverage(file)).value == pytest.approx(100 * 13 / 14)


def diff(*numbers: int, path: str = "src/shop/cart.py") -> Diff:
    return Diff(files=(ChangedFile(path=path, change="modified", lines=lines.pack(numbers)),))


def test_changed_lines() -> None:
    report = coverage(covered("src/shop/cart.py", 40, [1, 2, 3, 7, 21]))
    result = only("coverage.changed", None, report, diff=diff(*range(1, 21)))
    assert said(result) == (
        "passed", "coverage of the 20 changed lines is 80 %, exactly the minimum",
    )  # fmt: skip
    worse = only("coverage.changed", None, report, diff=diff(*range(1, 22)))
    assert worse.outcome == "failed"
    assert worse.details == ("src/shop/cart.py: 1-3, 7, 21",)


def test_only_coverable_lines_count() -> None:
    report = coverage(covered("src/shop/cart.py", 30, [30]))
    found = only("coverage.changed", None, report, diff=diff(*range(1, 1000)))
    assert found.value == pytest.approx(100 * 29 / 30)


@pytest.mark.parametrize(
    ("small", "outcome", "message"),
    [
        (None, "passed", "0 of 3 changed lines that can be covered ran; fewer than 20 aren't"),
        (4, "passed", "0 of 3 changed lines that can be covered ran; fewer than 4 aren't"),
        (3, "failed", "coverage of the 3 changed lines is 0 %, 80 points under"),
        (0, "failed", "coverage of the 3 changed lines is 0 %"),
    ],
)
def test_small_diffs(small: int | None, outcome: str, message: str) -> None:
    gates = Gates(coverage=Coverage(small_diff=small))
    report = coverage(covered("src/shop/cart.py", 40, [1, 2, 3]))
    found = only("coverage.changed", gates, report, diff=diff(1, 2, 3))
    assert found.outcome == outcome
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    "files",
    [
        (),
        (ChangedFile(path="src/shop/cart.py", change="renamed", old_path="cart.py"),),
        (ChangedFile(path="src/shop/gone.py", change="deleted"),),
        (ChangedFile(path="README.md", change="modified", lines=lines.pack(range(500))),),
    ],
    ids=["nothing", "moved", "deleted", "not code"],
)
def test_nothing_to_cover(files: tuple[ChangedFile, ...]) -> None:
    report = coverage(covered("src/shop/cart.py", 40, range(1, 41)))
    found = only("coverage.changed", None, report, diff=Diff(files=files))
    assert said(found) == (
        "passed", "no changed line can be covered, so there is nothing to judge",
    )  # fmt: skip


def test_what_changed_is_not_known() -> None:
    assert "coverage.changed" not in results(None, percent(900))
    asked = only("coverage.changed", Gates(coverage=Coverage(changed=80)), percent(900))
    assert asked.outcome == "inconclusive"
    assert "--base" in asked.hint


def test_changed_lines_without_a_report() -> None:
    gates = Gates(coverage=Coverage(changed=80))
    found = only("coverage.changed", gates, sample.ruff(), diff=diff(1, 2))
    assert found.message == "no evidence: there is no report of coverage"
