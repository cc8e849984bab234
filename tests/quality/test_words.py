from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.quality.words import bound, distance, listed, many, number, quantity


@pytest.mark.parametrize(
    ("value", "apart", "text"),
    [
        (78.4, (), "78.4"),
        (80.0, (), "80"),
        (79.97, (80,), "79.97"),
        (79.97, (), "80"),
        (80.0, (80,), "80"),
        (0.0, (), "0"),
        (1234.56, (), "1234.6"),
    ],
)
def test_number(value: float, apart: tuple[float, ...], text: str) -> None:
    assert number(value, *apart) == text


def test_units() -> None:
    assert quantity(78.4, "%") == "78.4 %"
    assert quantity(250, "ms") == "250 ms"
    assert quantity(12, "/s") == "12/s"
    assert quantity(3, "") == "3"
    assert bound(79.95, "%") == "79.95 %"
    assert distance(1, "%") == "1 point"
    assert distance(1.6, "%") == "1.6 points"
    assert distance(50, "ms") == "50 ms"


def test_counts_and_lists() -> None:
    assert [many(n, "test") for n in (0, 1, 2, 12345)] == [
        "no test", "1 test", "2 tests", "12,345 tests",
    ]  # fmt: skip
    assert many(2, "vulnerability", "vulnerabilities") == "2 vulnerabilities"
    assert [listed(list(names)) for names in ("", "a", "ab", "abc", "abcde")] == [
        "", "a", "a and b", "a, b and c", "a, b, c and 2 more",
    ]  # fmt: skip


@given(st.floats(0, 1000), st.integers(0, 1000))
def test_a_number_never_looks_like_the_limit_it_is_not(value: float, limit: int) -> None:
    if abs(value - limit) > 1e-6:
        assert number(value, limit) != str(limit)
