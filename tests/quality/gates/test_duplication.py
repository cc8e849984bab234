from __future__ import annotations

import pytest

from headway.quality.settings import Duplication, Gates

from .sample import jscpd, only, ruff, said


@pytest.mark.parametrize(
    ("copied", "most", "expected"),
    [
        (42, None, ("failed", "duplication is 4.2 %, 1.2 points over the maximum of 3 %")),
        (30, None, ("passed", "duplication is 3 %, exactly the maximum")),
        (10, None, ("passed", "duplication is 1 %, within the maximum of 3 %")),
        (42, 5, ("passed", "duplication is 4.2 %, within the maximum of 5 %")),
    ],
)
def test_max(copied: float, most: float | None, expected: tuple[str, str]) -> None:
    gates = Gates(duplication=Duplication(max=most))
    assert said(only("duplication.max", gates, jscpd(copied))) == expected


def test_no_evidence() -> None:
    gates = Gates(duplication=Duplication(max=3))
    result = only("duplication.max", gates, ruff())
    assert said(result) == ("failed", "no evidence: there is no report of duplication")
