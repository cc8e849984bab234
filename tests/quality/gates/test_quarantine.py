from __future__ import annotations

from datetime import date

import pytest

from headway.quality.settings import Gates, Quarantine, Tests

from . import sample
from .sample import case, results, said, verdict


def until(day: date, test: str = "tests/test_cart.py::adds") -> Quarantine:
    return Quarantine(test=test, reason="the clock", owner="ann", until=day)


HELD = until(sample.TODAY)
ENDED = until(date(2026, 6, 14))


@pytest.mark.parametrize("outcome", ["failed", "error", "flaky"])
def test_a_test_in_quarantine_fails_no_gate_and_is_told(outcome: str) -> None:
    gates = Gates(tests=Tests(flaky=0))
    report = sample.pytest(case("adds", outcome), case("pays"))
    assert verdict(gates, report).outcome == "failed"
    found = verdict(gates, report, quarantine=(HELD,))
    assert found.outcome == "passed"
    told = next(one for one in found.results if one.gate == "quarantine.tests")
    ended = "passed only when tried again" if outcome == "flaky" else "failed"
    assert told.message == f"tests/test_cart.py::adds is in quarantine; it {ended}"
    assert told.details == (f"tests/test_cart.py::adds: {outcome}",)


def test_the_gate_says_who_was_left_out() -> None:
    report = sample.pytest(case("adds", "failed"), case("pays", "failed"))
    found = results(None, report, quarantine=(HELD,))["tests.failed"]
    assert said(found) == ("failed", "1 test failed of 2; 1 failing test is in quarantine")


@pytest.mark.parametrize("outcome", ["failed", "passed"])
def test_when_its_time_is_over_it_fails_while_the_test_is_there(outcome: str) -> None:
    report = sample.pytest(case("adds", outcome), case("pays"))
    found = verdict(None, report, quarantine=(ENDED,))
    assert found.outcome == "failed"
    expired = next(one for one in found.results if one.gate == "quarantine.expired")
    assert expired.message == (
        "the quarantine of tests/test_cart.py::adds ended on 2026-06-14;"
        " ann answers for it (the clock)"
    )


def test_a_name_that_no_test_has_is_told() -> None:
    report = sample.pytest(case("pays"))
    found = verdict(None, report, quarantine=(ENDED, until(sample.TODAY, "tests/*::gone")))
    assert found.outcome == "passed"
    unused = next(one for one in found.results if one.gate == "quarantine.unused")
    assert "tests/*::gone" in unused.message


def test_patterns_and_brackets() -> None:
    report = sample.pytest(case("adds[1-a]", "failed"), case("pays", "failed"))
    one = until(sample.TODAY, "*::adds[1-a]")
    assert results(None, report, quarantine=(one,))["tests.failed"].value == 1
    both = results(None, report, quarantine=(one, until(sample.TODAY, "*pays")))
    assert both["tests.failed"].value == 0
    assert both["quarantine.tests"].message == (
        "2 tests are in quarantine; 2 of them failed or were flaky"
    )
