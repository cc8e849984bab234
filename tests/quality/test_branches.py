from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.quality import branches
from headway.quality.branches import Branch


def test_text_and_back() -> None:
    ways = [Branch(9, 2, 1, ("10",)), Branch(6, 2, 2, ()), Branch(12, 4, 3)]
    data = branches.pack(ways)
    assert data == "6:2/2:;9:1/2:10;12:3/4"
    assert branches.unpack(data) == sorted(ways, key=lambda b: b.line)
    assert branches.count(data) == (6, 8)
    assert branches.count("") == (0, 0)


@pytest.mark.parametrize(
    ("parts", "merged"),
    [
        (["9:1/2:10", "9:1/2:11"], "9:2/2:"),
        (["9:1/2:10", "9:1/2:10"], "9:1/2:10"),
        (["9:1/2:10", "9:0/2:10,11"], "9:1/2:10"),
        # JaCoCo does not say which: half and half may be the same half.
        (["9:1/2", "9:1/2"], "9:1/2"),
        (["9:1/4", "9:3/4"], "9:3/4"),
        (["9:1/2:10", "9:2/2:"], "9:2/2:"),
        (["9:1/2:10", ""], "9:1/2:10"),
        (["9:1/2:10", "4:2/2:"], "4:2/2:;9:1/2:10"),
        ([], ""),
    ],
)
def test_what_several_shards_took_together(parts: list[str], merged: str) -> None:
    assert branches.merge(parts) == merged
    assert branches.merge(reversed(parts)) == merged


def test_names_that_would_break_the_text() -> None:
    assert branches.text(1, 1, 2, ["jump to: 1,2;3/4"]) == "1:1/2:jump to 1 2 3 4"


ways = st.builds(
    lambda line, missed, total: branches.text(line, total - len(missed), total, missed),
    st.integers(1, 5),
    st.frozensets(st.sampled_from("abc")),
    st.integers(3, 4),
)


@given(st.lists(st.lists(ways, max_size=4, unique_by=lambda w: w.split(":")[0]).map(";".join)))
def test_more_shards_never_take_less(parts: list[str]) -> None:
    whole = {branch.line: branch for branch in branches.unpack(branches.merge(parts))}
    for part in parts:
        for branch in branches.unpack(part):
            assert whole[branch.line].taken >= branch.taken
            assert whole[branch.line].taken <= whole[branch.line].total
