"""How tests end: failed, skipped, flaky, too few; and changed code without a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.quality.case import Case
from headway.quality.flaky import BAD, suspects
from headway.quality.gate import TOP, Answer, answer, at_least, at_most, limit, stated
from headway.quality.new_code import untested
from headway.quality.report import TestCase
from headway.quality.words import be, listed, many, number
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`tests.failed`, `tests.skipped`, `tests.flaky`, `tests.min`, `tests.new_code`."""
    yield from _failed(case)
    yield from _skipped(case)
    yield from _flaky(case)
    yield from _min(case)
    yield from _new_code(case)


def ran(case: Case) -> int:
    """Tests that did something."""
    return sum(1 for test in case.evidence.tests if test.outcome != "skipped")


def _failed(case: Case) -> Iterator[Result]:
    most = limit(case, "tests.failed", case.gates.tests.failed, case.gates.tests)
    if most is None:
        return
    bad = [test for test in case.evidence.tests if test.outcome in BAD]
    counted = [test for test in bad if not case.quarantine.holds(test.id)]
    bad_ones = len(counted)
    found = answer(
        case,
        most,
        "tests",
        bad_ones,
        measure="tests.failed",
        hint="`headway report` shows their output",
        details=_failures(case, counted),
    )
    total = ran(case)
    if found.sources.reports and not total and not found.sources.incomplete:
        yield _nothing_ran(case, found)
        return
    allowed = f", {number(most.value)} may" if most.value else ""
    confined = len(bad) - bad_ones
    aside = f"; {many(confined, 'failing test')} {be(confined)} in quarantine" if confined else ""
    over = f"{many(bad_ones, 'test')} failed of {total:,}{allowed}{aside}"
    within = f"{many(bad_ones, 'test')} failed of {total:,}{aside}"
    yield from at_most(found, over=over, within=within)


def _failures(case: Case, failed: Sequence[TestCase]) -> list[str]:
    """What they said, and whether they are known to be flaky."""
    why = {one.test.id: one.why for one in suspects(case.evidence, case.history)} if failed else {}
    return [
        f"{_line(test)} ({why[test.id]})" if test.id in why else _line(test)
        for test in failed[:TOP]
    ]


def _nothing_ran(case: Case, found: Answer) -> Result:
    skipped = len(case.evidence.tests)
    message = "no evidence: no test ran"
    if skipped:
        message = f"no evidence: no test ran, {many(skipped, 'test')} {be(skipped)} skipped"
    return stated(
        "tests.failed",
        "failed",
        message,
        blocking=found.limit.blocking,
        reports=found.sources.names,
        hint="see why the test runner found nothing to run",
    )


def _line(test: TestCase) -> str:
    first = test.message.strip().partition("\n")[0]
    text = f"{test.id}: {first}" if first else test.id
    return text if len(text) <= 200 else text[:199] + "…"


def _skipped(case: Case) -> Iterator[Result]:
    most = limit(case, "tests.skipped", case.gates.tests.skipped, case.gates.tests)
    if most is None:
        return
    skipped = [test for test in case.evidence.tests if test.outcome == "skipped"]
    found = answer(
        case,
        most,
        "tests",
        len(skipped),
        measure="tests.skipped",
        details=[_line(test) for test in skipped],
        hint="mend the tests or remove them: nobody reads what a skipped test says",
    )
    said = f"{many(len(skipped), 'test')} {be(len(skipped))} skipped"
    yield from at_most(found, over=f"{said}, {number(most.value)} may be", within=said)


def _flaky(case: Case) -> Iterator[Result]:
    most = limit(case, "tests.flaky", case.gates.tests.flaky, case.gates.tests)
    if most is None:
        return
    known = suspects(case.evidence, case.history)
    counted = [one for one in known if not case.quarantine.holds(one.test.id)]
    found = answer(
        case,
        most,
        "tests",
        len(counted),
        measure="tests.flaky",
        details=[f"{one.test.id}: {one.why}" for one in counted],
        hint="mend them, or put them into `quarantine` with an end date",
    )
    if found.sources.reports and not case.evidence.tests:
        return  # tests.failed says so
    over = f"{many(len(counted), 'test')} {be(len(counted))} flaky"
    if len(counted) == 1:
        over = f"{counted[0].test.id} is flaky: it {counted[0].why}"
    within = f"{many(len(counted), 'test')} {be(len(counted))} flaky"
    yield from at_most(found, over=over, within=within)


def _min(case: Case) -> Iterator[Result]:
    least = limit(case, "tests.min", case.gates.tests.min, case.gates.tests)
    if least is None:
        return
    total = ran(case)
    found = answer(case, least, "tests", total, measure="tests.total")
    said = f"{many(total, 'test')} ran"
    gap = number(abs(total - least.value))
    under = f"{said}, {gap} fewer than the minimum of {number(least.value)}"
    yield from at_least(found, under=under, within=said)


def _new_code(case: Case) -> Iterator[Result]:
    section = case.gates.tests
    most = limit(case, "tests.new_code", section.new_code, section)
    if most is None:
        return
    if case.diff is None:
        if most.required:
            yield _unknown(most.gate, most.blocking)
        return
    without = untested(case.diff, case.evidence)
    sources = (*case.sources("tests").names, *case.sources("coverage").names)
    enough = len(without) <= most.value
    yield Result(
        gate=most.gate,
        outcome="passed" if enough else "failed",
        message=_without(without),
        blocking=most.blocking,
        measure="changed files without tests",
        value=len(without),
        comparison="at most",
        limit=most.value,
        margin=most.value - len(without),
        hint="" if enough else "add a test that runs a changed line of each",
        reports=tuple(sorted(set(sources))),
        details=() if enough else without[:10],
    )


def _without(files: Sequence[str]) -> str:
    if not files:
        return "every changed source file has a test"
    if len(files) == 1:
        return f"{files[0]} has changed, and no test runs it"
    return f"{len(files)} source files have changed and no test runs them: {listed(files)}"


def _unknown(gate: str, blocks: bool) -> Result:
    return stated(
        gate,
        "inconclusive",
        "what has changed isn't known, so changed files can't be judged",
        blocking=blocks,
        hint="give the commit to compare with, as `--base main`",
    )
