from __future__ import annotations

import pytest

from headway.quality.merge.tests import measures, merged
from headway.quality.report import Outcome, Report, TestCase

from .. import recorded


def case(outcome: Outcome, identity: str = "a::t", **rest: object) -> TestCase:
    passes, failures = {"passed": (1, 0), "flaky": (1, 1), "skipped": (0, 0)}.get(outcome, (0, 1))
    return TestCase(
        id=identity, name="t", outcome=outcome, passes=passes, failures=failures, **rest
    )  # type: ignore[arg-type]


def shards(*cases: TestCase, variants: str = "") -> list[Report]:
    return [
        Report(tool="t", kind="tests", tests=(one,), digest=str(n), variant=variants)
        for n, one in enumerate(cases)
    ]


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "skipped"], "passed"),
        (["skipped", "skipped"], "skipped"),
        (["passed", "failed"], "failed"),
        (["flaky", "failed"], "failed"),
        (["passed", "error"], "error"),
        (["passed", "flaky"], "flaky"),
    ],
)
def test_legs_of_a_matrix(outcomes: list[Outcome], whole: str) -> None:
    reports = shards(*(case(outcome) for outcome in outcomes))
    for order in (reports, reports[::-1]):
        assert [one.outcome for one in merged(order)] == [whole]


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        (["passed", "failed"], "flaky"),
        (["failed", "error", "passed"], "flaky"),
        (["failed", "failed"], "failed"),
        (["passed", "passed"], "passed"),
        (["skipped", "failed"], "failed"),
    ],
)
def test_runs_of_one_variant_are_retries(outcomes: list[Outcome], whole: str) -> None:
    reports = shards(*(case(outcome) for outcome in outcomes), variants="py3.12")
    for order in (reports, reports[::-1]):
        assert [one.outcome for one in merged(order)] == [whole]


def test_what_is_added_up_and_what_is_not() -> None:
    (whole,) = merged(
        shards(
            case("passed", seconds=1.0),
            case("failed", seconds=0.5, message="no"),
            case("failed", seconds=0.2, message="also", file="t.py"),
        )
    )
    assert (whole.passes, whole.failures, whole.attempts) == (1, 2, 3)
    assert (whole.seconds, whole.message, whole.file) == (1.0, "no", "t.py")


def test_shards_of_different_tests_are_summed() -> None:
    cases = merged(shards(case("passed", "a::t"), case("failed", "a::u"), case("passed", "b::t")))
    assert [one.id for one in cases] == ["a::t", "a::u", "b::t"]
    counted = measures(cases)
    assert (counted["tests.total"], counted["tests.failed"]) == (3, 1)


def test_a_whole_run_and_its_shard_count_each_test_once() -> None:
    whole, shard = (
        recorded.report(f"pytest-9.2.0/{name}") for name in ("junit.xml", "xdist-shard.xml")
    )
    assert len(merged([whole, shard])) == len(whole.tests) == 11


def test_suspects_passed_somewhere() -> None:
    counted = measures(merged(shards(case("passed"), case("failed"))))
    assert (counted["tests.failed"], counted["tests.suspect"]) == (1, 1)
    assert measures(()) == {}
