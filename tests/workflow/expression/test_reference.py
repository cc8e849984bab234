"""Asking a tree what it mentions."""

from __future__ import annotations

import pytest

from headway.errors import Place
from headway.workflow.expression import (
    Condition,
    Template,
    functions_used,
    parse,
    references,
    to_source,
)

PLACE = Place("ci.yml", 1, 1)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("github", [("github",)]),
        ("GitHub.Event.x", [("github", "Event", "x")]),
        ("needs['build'].outputs['a b']", [("needs", "build", "outputs", "a b")]),
        ("needs.*.result", [("needs", "*", "result")]),
        ("list[0].x", [("list", "0", "x")]),
        ("needs[matrix.job].result", [("needs", None, "result"), ("matrix", "job")]),
        ("a[b[c]]", [("a", None), ("b", None), ("c",)]),
        ("toJSON(a.b) == c || !d.e", [("a", "b"), ("c",), ("d", "e")]),
        ("fromJSON(a.b).c", [("a", "b")]),
        ("(a || b).c", [("a",), ("b",)]),
        ("'github.ref'", []),
    ],
)
def test_references(text: str, paths: list[tuple[str | None, ...]]) -> None:
    assert [reference.path for reference in references(parse(text))] == paths


def test_references_mark_each_part() -> None:
    raw = "x ${{ 1 }} ${{ !needs.build['outputs'].v }}"
    (reference,) = references(Template(raw, PLACE))
    parts = [raw[at : at + length] for at, length in reference.marks]
    assert parts == ["needs", "build", "'outputs'", "v"]
    whole = raw[reference.offset : reference.offset + reference.length]
    assert whole == "needs.build['outputs'].v"


def test_functions_used() -> None:
    assert functions_used(parse("tojson(x[Format('a')])")) == {"toJSON", "format"}
    assert functions_used(Condition("${{ always() }} ${{ join(a) }}", PLACE)) == {"always", "join"}
    assert functions_used(Template("plain", PLACE)) == frozenset()


def test_source_needs_few_brackets() -> None:
    assert to_source(parse("((a) && ((b) || (c)))['d'].*")) == "(a && (b || c)).d.*"
