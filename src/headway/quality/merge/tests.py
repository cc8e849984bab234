"""Tests of all shards and matrix legs, each id once."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

from msgspec.structs import replace

from headway.quality.report import Outcome, Report, TestCase

# Worst first: what counts for a test that ran in several places.
_ORDER: tuple[Outcome, ...] = ("failed", "error", "flaky", "passed", "skipped")


def merged(reports: Iterable[Report]) -> tuple[TestCase, ...]:
    """Each test once, sorted by id.

    A test that failed on one leg of a matrix and passed on another has failed: two legs are no
    retry of each other. Reports of the same (named) variant are: where one of them passed,
    the test is flaky. `passes` and `failures` count over all, so that a test with both can be
    seen to be suspect.
    """
    legs: dict[str, dict[str, list[TestCase]]] = {}
    for report in reports:
        leg = f"variant {report.variant}" if report.variant else f"report {report.digest}"
        for case in report.tests:
            legs.setdefault(case.id, {}).setdefault(leg, []).append(case)
    return tuple(_over_legs(legs[identity]) for identity in sorted(legs))


def _over_legs(legs: dict[str, list[TestCase]]) -> TestCase:
    if len(legs) == 1:
        (only,) = legs.values()
        if len(only) == 1:
            return only[0]
    return _combined([_retried(cases) for cases in legs.values()])


def _retried(cases: list[TestCase]) -> TestCase:
    """The attempts of one leg as one test."""
    whole = _combined(cases)
    outcomes = {case.outcome for case in cases}
    if outcomes & {"passed", "flaky"} and outcomes & {"failed", "error", "flaky"}:
        return replace(whole, outcome="flaky")
    return whole


def _combined(cases: list[TestCase]) -> TestCase:
    if len(cases) == 1:
        return cases[0]
    # What to show (message, file, time) comes from the worst; ties fall by content, not order.
    cases = sorted(
        cases,
        key=lambda c: (_ORDER.index(c.outcome), -c.seconds, c.message, c.file, c.line, c.name),
    )
    return replace(
        cases[0],
        seconds=max(case.seconds for case in cases),
        passes=sum(case.passes for case in cases),
        failures=sum(case.failures for case in cases),
        file=next((case.file for case in cases if case.file), ""),
        line=next((case.line for case in cases if case.line), 0),
    )


def measures(tests: Iterable[TestCase]) -> dict[str, float]:
    """Counts by outcome; `tests.suspect` both passed and failed somewhere."""
    tests = list(tests)
    if not tests:
        return {}
    found = {f"tests.{outcome}": 0.0 for outcome in _ORDER}
    for case in tests:
        found[f"tests.{case.outcome}"] += 1
    found["tests.total"] = float(len(tests))
    found["tests.suspect"] = float(sum(1 for case in tests if case.passes and case.failures))
    found["tests.seconds"] = fsum(case.seconds for case in tests)
    return found
