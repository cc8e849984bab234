from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.quality import lines

numbers = st.frozensets(st.integers(0, 500))


@given(numbers, numbers)
def test_bitmaps_are_sets(first: frozenset[int], second: frozenset[int]) -> None:
    one, two = lines.pack(first), lines.pack(second)
    assert list(lines.unpack(one)) == sorted(first)
    assert lines.count(one) == len(first)
    assert lines.union(one, two) == lines.union_all([one, two, one]) == lines.pack(first | second)
    assert lines.common(one, two) == lines.pack(first & second)
    assert lines.without(one, two) == lines.pack(first - second)


def test_two_hundred_thousand_lines_take_25_kilobytes() -> None:
    assert len(lines.pack(range(200_000))) == 25_000


@pytest.mark.parametrize("line", [-1, 2**60])
def test_lines_that_no_file_has(line: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        lines.pack([1, line])
