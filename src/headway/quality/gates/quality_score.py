"""100 less what tests, coverage, lint and types, complexity and duplication cost."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.scoring import judged
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`quality_score.min`, `quality_score.target`."""
    subjects = ("tests", "coverage", "lint", "types", "complexity", "duplication")
    section = case.gates.quality_score
    yield from judged(case, "quality_score", case.scores[1], section, subjects)
