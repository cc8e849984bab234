from __future__ import annotations

import pytest

from headway.quality.render import words
from headway.verdict import Part, Result, Score

from . import made


@pytest.mark.parametrize(
    ("value", "unit", "limit", "text"),
    [
        (84.2, "%", None, "84.2 %"),
        (100.0, "%", None, "100 %"),
        (12.5, "ms", None, "12.5 ms"),
        (46.61, "/s", None, "46.6/s"),
        (1234.0, "", None, "1,234"),
        (79.97, "%", 80.0, "79.97 %"),  # never rounded onto the limit that it misses
        (79.9999, "%", 80.0, "79.9999 %"),
        (80.0, "%", 80.0, "80 %"),
        (-0.04, "", None, "0"),
    ],
)
def test_numbers(value: float, unit: str, limit: float | None, text: str) -> None:
    assert words.number(value, unit, limit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1.5, "%", "+1.5 points"), (-3.0, "", "-3"), (0.0, "%", "±0"), (0.0, "", "±0")],
)
def test_differences(value: float, unit: str, text: str) -> None:
    assert words.signed(value, unit) == text


@pytest.mark.parametrize(
    ("lines", "most", "text"),
    [
        ([], 0, ""),
        ([3], 0, "3"),
        ([3, 4, 5, 9], 0, "3-5, 9"),
        (range(1, 100, 2), 10, "1, 3, 5, 7, …"),
        ([1, 2, 3, 4], 1, "1-4"),
    ],
)
def test_ranges(lines: list[int], most: int, text: str) -> None:
    assert words.ranges(lines, most) == text


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("def test():\n>   assert 1 == 2\nE   assert 1 == 2\n\nt.py:3", "assert 1 == 2"),
        ("[phone] › t.js:3\n\n    Error: expected 3\n    at x", "Error: expected 3"),
        ("java.lang.IllegalStateException: no\n\tat A.b", "java.lang.IllegalStateException: no"),
        ("\n  just words\nmore", "just words"),
        ("", ""),
    ],
)
def test_the_line_that_says_most(message: str, cause: str) -> None:
    assert words.cause(message) == cause


def test_what_decides_comes_first() -> None:
    shown = words.ordered([made.PASSED, made.TOLD, made.UNSURE, made.FAILED])
    assert [r.gate for r in shown] == [
        "coverage.min",
        "vulnerabilities.high",
        "tests.flaky",
        "lint.errors",
    ]


def test_conclusions() -> None:
    assert words.conclusion(made.verdict()) == "failed: 1 of 4 gates (coverage.min)"
    passed = made.verdict(made.PASSED, made.TOLD, outcome="passed")
    assert words.conclusion(passed) == "passed: 2 gates"
    unsure = made.verdict(made.UNSURE, made.PASSED, outcome="inconclusive")
    assert words.conclusion(unsure) == "inconclusive: 1 of 2 gates (vulnerabilities.high)"


def test_a_gate_without_a_measure() -> None:
    result = Result(gate="a", outcome="passed", message="")
    assert (words.measured(result), words.demanded(result), words.margin(result)) == ("–",) * 3


def test_the_first_figures() -> None:
    assert dict(words.headline(made.everything())) == {
        "tests": "1 failed, 1 flaky, 1 passed in 0.5s",
        "coverage": "80 % of 10 lines, 50 % of branches; 2 lines missed",
        "findings": "1 critical, 1 medium, 1 low",
        "complexity": "cyclomatic at most 16 in 1 function",
        "load": "k6 46.6/s, p95 61 ms, 2 % errors",
        "components": "1 component",
    }


def test_clean_scans_say_so() -> None:
    assert dict(words.headline(made.of(made.report("findings"))))["findings"] == "none"
    assert "findings" not in dict(words.headline(made.of(made.report("tests"))))


def test_a_score_of_a_part_says_that_it_is_one() -> None:
    def score(**measured: bool) -> Score:
        parts = tuple(Part(name=name, measured=known) for name, known in measured.items())
        return Score(name="quality", value=100, parts=parts)

    assert words.unmeasured(score(tests=True, coverage=True)) == ""
    assert words.unmeasured(score(tests=True, coverage=False, lint=False)) == (
        "from tests alone; not measured: coverage and lint"
    )
    assert words.unmeasured(score(tests=True, coverage=True, lint=False)) == (
        "from tests and coverage; not measured: lint"
    )
