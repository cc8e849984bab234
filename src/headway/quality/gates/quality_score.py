"""100 less what tests, coverage, lint and types, complexity and duplication cost."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.scoring import QUALITY, judged
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`quality_score.min`, `quality_score.target`."""
    section = case.gates.quality_score
    yield from judged(case, "quality_score", case.scores[1], section, QUALITY)
