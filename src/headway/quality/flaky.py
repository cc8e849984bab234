"""Flaky tests: those that both pass and fail while the code is the same; and their quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct

from headway.quality.evidence import Evidence
from headway.quality.report import Outcome, TestCase
from headway.quality.settings import Quarantine

BAD: frozenset[Outcome] = frozenset({"failed", "error"})


class History(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How tests ended before on the same commit: outcomes by the test's id, oldest first."""

    outcomes: dict[str, tuple[Outcome, ...]] = {}


def history(earlier: Iterable[Evidence], sha: str) -> History:
    """The history of a commit in earlier evidence; a changed working tree is other code."""
    found: dict[str, list[Outcome]] = {}
    same = (one for one in earlier if one.commit.sha == sha and not one.commit.dirty)
    for evidence in sorted(same, key=lambda one: one.when):
        for test in evidence.tests:
            found.setdefault(test.id, []).append(test.outcome)
    return History(outcomes={name: tuple(outcomes) for name, outcomes in sorted(found.items())})


class Suspect(Struct, frozen=True):
    """A test that is flaky, and how that is known."""

    test: TestCase
    why: str


def suspects(evidence: Evidence, history: History) -> tuple[Suspect, ...]:
    """Flaky tests by retries, by the legs of a matrix, by earlier runs of the same commit."""
    earlier = {} if evidence.commit.dirty else history.outcomes
    return tuple(
        Suspect(test, why)
        for test in evidence.tests
        if (why := _why(test, earlier.get(test.id, ())))
    )


def _why(test: TestCase, earlier: tuple[Outcome, ...]) -> str:
    if test.outcome == "flaky" or (test.passes and test.failures):
        return f"passed in {test.passes} and failed in {test.failures} of {test.attempts} attempts"
    outcomes = {*earlier, test.outcome}
    if "flaky" in outcomes:
        return "passed only when tried again, earlier on this commit"
    if "passed" in outcomes and outcomes & BAD:
        now = "passes now and failed" if test.outcome == "passed" else "fails now and passed"
        if test.outcome == "skipped":
            now = "both passed and failed"
        return f"{now} earlier on this commit"
    return ""


class Confined:
    """The tests in quarantine."""

    def __init__(self, quarantine: Iterable[Quarantine], today: date) -> None:
        self.all = tuple(sorted(quarantine, key=lambda q: (q.test, q.until, q.owner, q.reason)))
        self.expired = tuple(one for one in self.all if one.until < today)
        active = [one for one in self.all if one.until >= today]
        self._exact = {one.test for one in active}
        self._patterns = [one.test for one in active if "*" in one.test]

    def holds(self, test: str) -> bool:
        """Whether the test is in quarantine today."""
        return test in self._exact or any(matches(test, pattern) for pattern in self._patterns)


def matches(test: str, pattern: str) -> bool:
    """`*` stands for any text; brackets are themselves, as in the ids of parametrized tests."""
    return test == pattern or fnmatchcase(test, pattern.replace("[", "[[]"))
