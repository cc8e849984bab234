from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.quality.license import judge

ALLOW = ("MIT", "Apache-2.0", "BSD-*", "GPL-2.0-only WITH Classpath-exception-2.0")
DENY = ("GPL-3.0", "AGPL-*", "GPL-2.0")


@pytest.mark.parametrize(
    ("licenses", "answer"),
    [
        (["MIT"], "allowed"),
        (["mit"], "allowed"),
        (["BSD-3-Clause"], "allowed"),
        (["ISC"], "unlisted"),
        (["GPL-3.0-only"], "denied"),
        (["GPL-3.0-or-later"], "denied"),
        (["AGPL-3.0"], "denied"),
        (["LGPL-3.0"], "unlisted"),
        (["MIT OR GPL-3.0-only"], "allowed"),
        (["ISC OR GPL-3.0-only"], "unlisted"),
        (["MIT AND GPL-3.0-only"], "denied"),
        (["MIT AND ISC"], "unlisted"),
        (["(MIT OR GPL-3.0) AND Apache-2.0"], "allowed"),
        (["MIT OR GPL-3.0 AND AGPL-3.0"], "allowed"),  # AND binds more closely
        (["(MIT OR GPL-3.0) AND AGPL-3.0"], "denied"),
        (["mit or gpl-3.0"], "allowed"),
        (["GPL-2.0-only WITH Classpath-exception-2.0"], "allowed"),
        (["GPL-2.0-only"], "denied"),
        (["Apache-2.0 WITH LLVM-exception"], "allowed"),
        (["GPL-3.0-only WITH GCC-exception-3.1"], "denied"),
        (["MIT", "GPL-3.0-only"], "denied"),
        (["MIT", "NOASSERTION"], "allowed"),
        ([], "unknown"),
        (["NOASSERTION"], "unknown"),
        (["", "NONE"], "unknown"),
        (["MIT AND"], "unlisted"),
        (["(MIT"], "unlisted"),
        (["The MIT License"], "unlisted"),
        (["(" * 500 + "MIT" + ")" * 500], "unlisted"),
    ],
)
def test_expressions(licenses: list[str], answer: str) -> None:
    assert judge(licenses, ALLOW, DENY) == answer


def test_a_free_name_can_be_allowed() -> None:
    assert judge(["The MIT License"], ("the mit license",), ()) == "allowed"


ids = st.sampled_from(["MIT", "ISC", "GPL-3.0-only", "AGPL-3.0-only"])
expressions = st.recursive(
    ids,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=8,
)
ORDER = ["allowed", "unlisted", "unknown", "denied"]


@given(expressions, expressions)
def test_or_is_never_worse_than_a_part_and_and_never_better(one: str, other: str) -> None:
    first, second = (ORDER.index(judge([e], ALLOW, DENY)) for e in (one, other))
    assert ORDER.index(judge([f"{one} OR {other}"], ALLOW, DENY)) == min(first, second)
    assert ORDER.index(judge([f"{one} AND {other}"], ALLOW, DENY)) == max(first, second)
    assert ORDER.index(judge([one, other], ALLOW, DENY)) == max(first, second)


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    assert judge([text], ALLOW, DENY) in ORDER
