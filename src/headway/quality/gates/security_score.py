"""100 less 10 for each critical finding, 5 for each high and 2 for each medium one."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.case import Case
from headway.quality.scoring import SECURITY, judged
from headway.verdict import Result


def judge(case: Case) -> Iterator[Result]:
    """`security_score.min`, `security_score.target`."""
    section = case.gates.security_score
    yield from judged(case, "security_score", case.scores[0], section, SECURITY)
