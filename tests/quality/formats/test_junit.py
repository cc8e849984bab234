from __future__ import annotations

from collections import Counter

import pytest

from headway.quality.formats import read
from headway.quality.reading import ReportError, Source
from headway.quality.report import Report, TestCase

from .. import recorded


def outcomes(report: Report) -> dict[str, int]:
    return dict(Counter(case.outcome for case in report.tests))


def by_name(report: Report) -> dict[str, TestCase]:
    return {case.id.rpartition("::")[2]: case for case in report.tests}


def of(xml: str) -> Report:
    return read(Source("junit.xml", xml.encode()))


@pytest.mark.parametrize(
    ("name", "tool", "expected"),
    [
        ("pytest-9.2.0/junit.xml", "pytest", {"passed": 6, "failed": 2, "error": 1, "skipped": 2}),
        ("pytest-7.4.4/junit.xml", "pytest", {"passed": 6, "failed": 2, "error": 1, "skipped": 2}),
        ("pytest-9.2.0/xdist-shard.xml", "pytest", {"passed": 4, "failed": 1, "skipped": 2}),
        ("jest-junit-17.0.0/junit.xml", "jest", {"passed": 2, "failed": 1, "skipped": 1}),
        ("vitest-4.1.12/junit.xml", "vitest", {"passed": 2, "failed": 1, "skipped": 1}),
        ("playwright-1.65.1/junit.xml", "playwright", {"passed": 4, "failed": 2, "skipped": 2}),
    ],
)
def test_outcomes_and_the_tools_own_totals(name: str, tool: str, expected: dict[str, int]) -> None:
    report = recorded.report(name)
    assert report.tool == tool
    assert outcomes(report) == expected
    assert report.measures == {
        "tests.tests": sum(expected.values()),
        "tests.failures": expected.get("failed", 0),
        "tests.errors": expected.get("error", 0),
        "tests.skipped": expected.get("skipped", 0),
    }


@pytest.mark.parametrize(
    ("name", "test", "failures"),
    [
        ("pytest-9.2.0/reruns-xunit1.xml", "test_planted_flake", 1),
        ("gotestsum-1.8.2/junit.xml", "TestPlantedFlake", 1),
        ("surefire-2.22.3/reruns.xml", "plantedFlake", 1),
        ("playwright-1.65.1/junit-retries.xml", "planted flake [desktop]", 1),
    ],
)
def test_a_retry_that_passes_makes_a_flake(name: str, test: str, failures: int) -> None:
    case = by_name(recorded.report(name))[test]
    assert (case.outcome, case.passes, case.failures) == ("flaky", 1, failures)


@pytest.mark.parametrize(
    ("name", "test", "attempts"),
    [
        ("pytest-9.2.0/reruns-xunit1.xml", "test_planted_failure", 3),
        ("gotestsum-1.8.2/junit.xml", "TestPlantedFailure", 3),
        ("surefire-2.22.3/reruns.xml", "plantedFailure", 2),
        ("playwright-1.65.1/junit-retries.xml", "checkout › planted failure [phone]", 2),
    ],
)
def test_a_test_that_fails_every_time_has_failed_once(name: str, test: str, attempts: int) -> None:
    case = by_name(recorded.report(name))[test]
    assert (case.outcome, case.passes, case.failures) == ("failed", 0, attempts)
    assert case.message


def test_reruns_are_not_counted_as_tests() -> None:
    # Surefire, gotestsum and pytest-rerunfailures count every attempt in their totals.
    assert outcomes(recorded.report("surefire-2.22.3/reruns.xml")) == {
        "passed": 1,
        "flaky": 1,
        "failed": 1,
        "error": 1,
        "skipped": 1,
    }
    assert len(recorded.report("gotestsum-1.8.2/junit.xml").tests) == 6
    assert len(recorded.report("pytest-9.2.0/reruns-xunit1.xml").tests) == 11


def test_what_a_test_case_tells() -> None:
    case = by_name(recorded.report("pytest-9.2.0/reruns-xunit1.xml"))["test_planted_failure"]
    assert case.id == "tests.test_pricing.TestCart::test_planted_failure"
    assert case.suite == "tests.test_pricing.TestCart"
    assert case.file == "tests/test_pricing.py"
    assert 'planted <failure> & "quotes"' in case.message


def test_ids_do_not_depend_on_the_machine_but_browsers_are_told_apart() -> None:
    ids = [case.id for case in recorded.report("playwright-1.65.1/junit.xml").tests]
    assert "page.spec.js::shows the shop [desktop]" in ids
    assert "page.spec.js::shows the shop [phone]" in ids
    assert not any(
        "machine" in case.id for case in recorded.report("vitest-4.1.12/junit.xml").tests
    )


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ("", "passed"),
        ("<system-out>failure</system-out>", "passed"),
        ("<skipped/>", "skipped"),
        ("<failure/>", "failed"),
        ("<error/>", "error"),
        ("<error/><failure/>", "failed"),
        ("<rerunFailure/><failure/>", "failed"),
        ("<flakyError/><flakyFailure/>", "flaky"),
    ],
)
def test_outcome_of_one_element(inside: str, outcome: str) -> None:
    report = of(f'<testsuite><testcase name="t">{inside}</testcase></testsuite>')
    assert [case.outcome for case in report.tests] == [outcome]


@pytest.mark.parametrize(
    ("elements", "outcome"),
    [
        (["<failure/>", ""], "flaky"),
        (["", "<failure/>"], "failed"),
        (["", ""], "passed"),
        (["<failure/>", "<skipped/>"], "failed"),
        (["", "<skipped/>"], "passed"),
        (["<skipped/>", "<skipped/>"], "skipped"),
    ],
)
def test_several_elements_with_one_id(elements: list[str], outcome: str) -> None:
    cases = "".join(f'<testcase classname="a" name="t">{inside}</testcase>' for inside in elements)
    report = of(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    assert [case.outcome for case in report.tests] == [outcome]


def test_google_tests_disabled_ones_are_skipped() -> None:
    report = of(
        '<testsuites><testsuite name="s" disabled="1"><testcase name="t" status="notrun"/>'
        "</testsuite></testsuites>"
    )
    assert outcomes(report) == {"skipped": 1}
    assert report.measures["tests.skipped"] == 1


def test_totals_of_nested_suites_count_once() -> None:
    report = of(
        '<testsuites><testsuite name="all" tests="2"><testsuite name="a" tests="1">'
        '<testcase name="x"/></testsuite><testsuite name="b" tests="1"><testcase name="x"/>'
        "</testsuite></testsuite></testsuites>"
    )
    assert report.measures["tests.tests"] == 2
    assert [case.id for case in report.tests] == ["a::x", "b::x"]


def test_prefixed_names_and_thousands_of_seconds() -> None:
    report = of(
        '<j:testsuite xmlns:j="urn:x" tests="1"><j:testcase name="t" time="1,234.5"/></j:testsuite>'
    )
    assert [case.seconds for case in report.tests] == [1234.5]


def test_an_empty_suite_is_a_report_without_tests() -> None:
    report = of('<testsuites tests="0"></testsuites>')
    assert report.tests == ()
    assert report.measures["tests.tests"] == 0


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (
            '<testsuite>\n<testcase name="t" time="soon"/></testsuite>',
            "junit.xml:2: time='soon' of <testcase> is not a count or a time",
        ),
        (
            '<testsuite tests="-1"/>',
            "junit.xml:1: tests='-1' of <testsuite> is not a count or a time",
        ),
        ('<testsuite time="nan" tests="nan"/>', "tests='nan'"),
        ("<testsuite>\n  <testcase>\n", "junit.xml:3:1: the XML ends too early"),
        ("<testsuite><testcase></testsuite>", "junit.xml:1:24: malformed XML: mismatched tag"),
    ],
)
def test_mistakes_are_located(xml: str, message: str) -> None:
    with pytest.raises(ReportError) as raised:
        of(xml)
    assert message in raised.value.message
