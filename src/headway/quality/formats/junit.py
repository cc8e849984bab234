"""JUnit/xUnit XML, the common tongue of test runners.

Follows what writes it: pytest, jest-junit and Vitest, Playwright, Maven Surefire (schema
surefire-test-report 3, with `flakyFailure` and `rerunFailure`), go-junit-report, gotestsum,
Gradle. There is no one schema; these agree on testsuite and testcase, and differ in details
handled below.
"""

from __future__ import annotations

from msgspec.structs import replace

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.xml import Element, elements
from headway.quality.report import Outcome, TestCase

NAME = "junit"
KIND: Kind = "tests"
SYNTAX = "xml"

MAX_MESSAGE = 4000
_TOTALS = ("tests", "failures", "errors", "skipped")
_RETRIED = ("flakyFailure", "flakyError", "rerunFailure", "rerunError")


def detect(head: Head) -> bool:
    return head.root in ("testsuites", "testsuite")


def parse(source: Source) -> Report:
    """Test cases with retries folded into one; `measures` sums what the suites state."""
    cases: dict[str, list[TestCase]] = {}
    totals = dict.fromkeys(_TOTALS, 0.0)
    playwright = source.head.root == "testsuites" and source.head.attributes.get("id") == ""
    tool = "playwright" if playwright else ""
    for element in elements(source, ("testcase",), within=("testsuite", "testsuites")):
        if element.name == "testcase":
            case = _case(source, element, by_project=playwright)
            cases.setdefault(case.id, []).append(case)
        elif element.name == "testsuite":
            tool = tool or _tool(element)
            _add_totals(source, element, totals)
    return Report(
        tool=tool or "junit",
        kind=KIND,
        tests=tuple(_folded(attempts, tool) for attempts in cases.values()),
        measures={f"tests.{name}": count for name, count in totals.items()},
    )


def _tool(suite: Element) -> str:
    """Who wrote it, where that shows; the suites' names are the runners' defaults."""
    names = {suite.get("name"), *(parent.get("name") for parent in suite.parents)}
    for name, tool in (
        ("pytest", "pytest"),
        ("pytest tests", "pytest"),
        ("jest tests", "jest"),
        ("vitest tests", "vitest"),
    ):
        if name in names:
            return tool
    return "surefire" if "surefire" in suite.get("xsi:noNamespaceSchemaLocation") else ""


def _add_totals(source: Source, suite: Element, totals: dict[str, float]) -> None:
    """Adds what this suite states, unless a suite around it already counts it (PHPUnit)."""
    if any(p.name == "testsuite" and p.get("tests") for p in suite.parents):
        return
    for name in _TOTALS:
        stated = suite.get(name) or (suite.get("disabled") if name == "skipped" else "")
        totals[name] += _number(source, suite, name, stated)


def _number(source: Source, element: Element, name: str, text: str) -> float:
    """A count or seconds; Surefire writes a thousand seconds as `1,000.5`."""
    try:
        value = float(text.replace(",", "")) if text.strip() else 0.0
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1e15:
        message = f"{name}={text[:40]!r} of <{element.name}> is not a count or a time"
        raise source.error(message, line=element.line)
    return value


def _case(source: Source, element: Element, by_project: bool) -> TestCase:
    suite = element.parents[-1] if element.parents else None
    outcome, passes, failures = _outcome(element)
    where = element.get("classname") or (suite.get("name") if suite else "")
    name = element.get("name")
    identity = f"{where}::{name}" if where else name
    # Playwright runs one test in several browsers and tells them apart by the suite's hostname.
    if by_project and suite is not None and suite.get("hostname"):
        identity += f" [{suite.get('hostname')}]"
    line = element.get("line")
    return TestCase(
        id=identity,
        name=name,
        suite=where,
        file=(element.get("file") or (suite.get("file") if suite else "")).replace("\\", "/"),
        line=int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 0,
        outcome=outcome,
        seconds=_number(source, element, "time", element.get("time")),
        message=_message(element),
        passes=passes,
        failures=failures,
    )


def _outcome(element: Element) -> tuple[Outcome, int, int]:
    """(outcome, passed attempts, failed attempts) of one element."""
    kinds = [child.name for child in element.children]
    retried = sum(kind in _RETRIED for kind in kinds)
    if "failure" in kinds or "error" in kinds:
        return ("failed" if "failure" in kinds else "error"), 0, 1 + retried
    not_run = element.get("status") in ("notrun", "disabled", "skipped")
    if "skipped" in kinds or not_run or element.get("result") in ("suppressed", "skipped"):
        return "skipped", 0, 0
    return ("flaky" if retried else "passed"), 1, retried


def _message(element: Element) -> str:
    """The reason given, shortened: the message and then the text, without repeating it."""
    for names in (("failure", "error", "skipped"), _RETRIED):
        for child in element.children:
            if child.name in names:
                message, text = child.get("message").strip(), child.text.strip()
                text = text or child.inner("stackTrace")
                whole = text if message in text else f"{message}\n{text}" if text else message
                return whole[:MAX_MESSAGE]
    return ""


def _folded(attempts: list[TestCase], tool: str) -> TestCase:
    """One test for all elements with its id: runners such as gotestsum and Gradle write each
    retry as another element, and the last one decides."""
    if len(attempts) == 1:
        return attempts[0]
    if tool == "pytest":
        attempts = [_rerun(case) for case in attempts[:-1]] + attempts[-1:]
    last = attempts[-1]
    failures = sum(case.failures for case in attempts)
    bad = next((case for case in attempts if case.outcome in ("failed", "error")), None)
    outcome = last.outcome
    if outcome == "passed" and failures:
        outcome = "flaky"
    elif outcome == "skipped":
        ran = [case.outcome for case in attempts if case.outcome != "skipped"]
        outcome = bad.outcome if bad else ran[-1] if ran else outcome
    return replace(
        last,
        outcome=outcome,
        seconds=sum(case.seconds for case in attempts),
        message=last.message or (bad.message if bad else ""),
        passes=sum(case.passes for case in attempts),
        failures=failures,
    )


def _rerun(case: TestCase) -> TestCase:
    """pytest's ids are unique, and pytest-rerunfailures leaves out what an earlier attempt was:
    an element that is followed by another with its id is a failed attempt."""
    if case.outcome != "passed":
        return case
    return replace(case, outcome="failed", passes=0, failures=1)
