from __future__ import annotations

import pytest

from headway.verdict import ORDER, Outcome, worst


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], "passed"),
        (["passed", "passed"], "passed"),
        (["passed", "inconclusive"], "inconclusive"),
        (["error", "inconclusive", "passed"], "error"),
        (["inconclusive", "failed", "error"], "failed"),
    ],
)
def test_the_worst_decides(outcomes: list[Outcome], expected: Outcome) -> None:
    assert worst(outcomes) == expected


def test_every_outcome_has_its_place() -> None:
    assert ORDER == ("failed", "error", "inconclusive", "passed")
