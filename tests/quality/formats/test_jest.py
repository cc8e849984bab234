"""Jest's JSON, also as Vitest writes it, against the totals that they state themselves."""

from __future__ import annotations

import json

import pytest

from headway.quality.formats import read
from headway.quality.reading import Source

from .. import recorded


@pytest.mark.parametrize("name", ["jest-30.5.2/jest.json", "vitest-4.1.12/vitest.json"])
def test_recorded(name: str) -> None:
    report = recorded.report(name)
    outcomes = [test.outcome for test in report.tests]
    assert len(outcomes) == report.measures["tests.total"] == 4
    for outcome in ("passed", "failed", "skipped"):
        assert outcomes.count(outcome) == report.measures[f"tests.{outcome}"], outcome
    (failed,) = [test for test in report.tests if test.outcome == "failed"]
    assert failed.id == (
        'web/test/cart.test.js > cart > labels > planted failure <euro> & "quotes"'
    )
    assert "0.00" in failed.message
    assert failed.failures == 1


def document(**result: object) -> bytes:
    file = {"name": "/a/b/c/d/x.test.js", "assertionResults": [], **result}
    return json.dumps(
        {"numFailedTestSuites": 0, "numTotalTests": 0, "testResults": [file]}
    ).encode()


def test_a_file_that_could_not_be_run_is_an_error() -> None:
    (test,) = read(Source("r", document(status="failed", message="SyntaxError: planted"))).tests
    assert (test.id, test.outcome) == ("c/d/x.test.js", "error")
    assert "planted" in test.message


def test_a_pass_after_retries_is_flaky() -> None:
    retried = {"title": "t", "status": "passed", "invocations": 3}
    (test,) = read(Source("r", document(assertionResults=[retried]))).tests
    assert (test.outcome, test.passes, test.failures) == ("flaky", 1, 2)
