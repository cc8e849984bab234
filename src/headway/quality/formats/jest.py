"""Jest's own JSON (`jest --json`), which Vitest writes too (`--reporter=json`)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of
from headway.quality.report import Outcome, TestCase
from headway.quality.secret import scrub

NAME = "jest"
KIND: Kind = "tests"
SYNTAX = "json"

_OUTCOMES: dict[str, Outcome] = {
    "passed": "passed",
    "failed": "failed",
    "pending": "skipped",
    "skipped": "skipped",
    "todo": "skipped",
    "disabled": "skipped",
}
_LONGEST = 2000  # characters of a message


class _Place(Struct):
    line: int = 0


class _Assertion(Struct):
    title: str
    status: str
    fullName: str = ""
    ancestorTitles: list[str] = []
    duration: float | None = None
    failureMessages: list[str] = []
    location: _Place | None = None
    invocations: int = 1


class _File(Struct):
    name: str
    assertionResults: list[_Assertion] = []
    status: str = ""
    message: str = ""


class _Document(Struct):
    testResults: list[_File]
    numTotalTests: int = 0
    numFailedTests: int = 0
    numPassedTests: int = 0
    numPendingTests: int = 0


def detect(head: Head) -> bool:
    return head.has("numTotalTests", "numFailedTestSuites")


def parse(source: Source) -> Report:
    """A file that could not be run is one test with an error."""
    document = decode(source, _Document)
    return Report(
        tool=NAME,
        kind=KIND,
        tests=tuple(test for file in document.testResults for test in _tests(file)),
        measures={
            "tests.total": document.numTotalTests,
            "tests.failed": document.numFailedTests,
            "tests.passed": document.numPassedTests,
            "tests.skipped": document.numPendingTests,
        },
    )


def _tests(file: _File) -> list[TestCase]:
    path = path_of(file.name)
    if file.status == "failed" and not file.assertionResults:
        message = scrub(file.message.strip())[:_LONGEST]
        name = path.rpartition("/")[2]
        return [TestCase(id=_short(path), name=name, outcome="error", file=path, message=message)]
    return [_test(path, one) for one in file.assertionResults]


def _short(path: str) -> str:
    """The end of a path, which is the same on every machine."""
    return "/".join(path.split("/")[-3:])


def _test(path: str, one: _Assertion) -> TestCase:
    outcome = _OUTCOMES.get(one.status, "error")
    attempts = max(1, one.invocations)
    if outcome == "passed" and attempts > 1:
        outcome = "flaky"
    failures = attempts - 1 if outcome == "flaky" else attempts if outcome == "failed" else 0
    suite = " > ".join(one.ancestorTitles)
    return TestCase(
        id=" > ".join((_short(path), *one.ancestorTitles, one.title)),
        name=one.title,
        outcome=outcome,
        suite=suite,
        file=path,
        line=max(0, one.location.line) if one.location else 0,
        seconds=(one.duration or 0.0) / 1000,
        message=scrub("\n".join(one.failureMessages))[:_LONGEST],
        passes=int(outcome in ("passed", "flaky")),
        failures=failures,
    )
