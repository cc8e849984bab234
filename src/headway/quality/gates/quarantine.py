"""Tests in quarantine: how they do, and when their time is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headway.quality.case import Case
from headway.quality.flaky import BAD, matches
from headway.quality.gate import blocking, stated
from headway.quality.report import Outcome, TestCase
from headway.quality.settings import Quarantine
from headway.quality.words import listed
from headway.verdict import Result

ENDED: dict[Outcome, str] = {
    "passed": "passed",
    "failed": "failed",
    "error": "failed",
    "flaky": "passed only when tried again",
    "skipped": "was skipped",
}


def judge(case: Case) -> Iterator[Result]:
    """`quarantine.expired` fails; `quarantine.tests` and `quarantine.unused` only tell."""
    expired, unused = [], []
    ids = [test.id for test in case.evidence.tests]
    for one in case.quarantine.all:
        used = one.test in ids if "*" not in one.test else any(matches(i, one.test) for i in ids)
        if not used:
            unused.append(one)
        elif one in case.quarantine.expired:
            expired.append(one)
    yield from _expired(case, expired)
    yield from _tests(case)
    yield from _unused(case, unused)


def _expired(case: Case, expired: Sequence[Quarantine]) -> Iterator[Result]:
    if not expired:
        return
    first = expired[0]
    message = (
        f"the quarantine of {first.test} ended on {first.until};"
        f" {first.owner} answers for it ({first.reason})"
    )
    if len(expired) > 1:
        names = listed([one.test for one in expired])
        message = f"the quarantine of {len(expired)} tests has ended: {names}"
    yield stated(
        "quarantine.expired",
        "failed",
        message,
        blocking=blocking(case, "quarantine.expired", None),
        hint="mend the test and remove the entry, or set a later `until`",
        reports=case.sources("tests").names,
        details=[f"{q.test} until {q.until}, {q.owner}: {q.reason}" for q in expired],
    )


def _tests(case: Case) -> Iterator[Result]:
    held = [test for test in case.evidence.tests if case.quarantine.holds(test.id)]
    if not held:
        return
    bad = [test for test in held if test.outcome in BAD or test.outcome == "flaky"]
    yield stated(
        "quarantine.tests",
        "passed",
        _how_they_do(held, bad),
        blocking=False,
        hint="" if bad else "those that keep passing can leave it",
        reports=case.sources("tests").names,
        details=[f"{test.id}: {test.outcome}" for test in (bad or held)],
    )


def _how_they_do(held: Sequence[TestCase], bad: Sequence[TestCase]) -> str:
    if len(held) == 1:
        return f"{held[0].id} is in quarantine; it {ENDED[held[0].outcome]}"
    message = f"{len(held)} tests are in quarantine"
    return f"{message}; {len(bad)} of them failed or were flaky" if bad else f"{message}; all pass"


def _unused(case: Case, unused: Sequence[Quarantine]) -> Iterator[Result]:
    if not unused or not case.evidence.tests:
        return
    names = listed([one.test for one in unused])
    yield stated(
        "quarantine.unused",
        "passed",
        f"no test is called as the quarantine says: {names}",
        blocking=False,
        hint="remove the entry, or mend the name",
    )
