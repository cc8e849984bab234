"""Flaky tests: those that both pass and fail while the code is the same."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from headway.quality.evidence import Evidence
from headway.quality.report import Outcome


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
    return History(outcomes={name: tuple(outcomes) for name, outcomes in found.items()})
