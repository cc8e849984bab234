"""Operators, property access and object filters, evaluated."""

from __future__ import annotations

import pytest

from headway.workflow.expression import EvaluationError, Scope, evaluate, parse

CONTEXTS: dict[str, object] = {
    "github": {"ref": "refs/heads/main", "event": {"labels": [{"name": "bug"}, {"name": "ui"}]}},
    "matrix": {"os": "linux", "1": "one", "": "empty", "true": "yes"},
    "list": ["zero", "one", "two"],
    "rows": [["a", "b"], ["c"], {"1": "named"}, "text", None],
    "basket": {"plum": {"n": 1, "parts": ["pit"]}, "nut": {"N": 2}, "note": "x"},
    "env": None,
}


def value(text: str) -> object:
    return evaluate(parse(text), Scope(CONTEXTS))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("github.ref", "refs/heads/main"),
        ("GITHUB.REF", "refs/heads/main"),
        ("github['Ref']", "refs/heads/main"),
        ("github.nope", None),
        ("github.nope.deeper", None),
        ("github.ref.length", None),
        ("unset", None),
        ("unset.x", None),
        ("env.X", None),
        ("matrix[1]", "one"),
        ("matrix[null]", "empty"),
        ("matrix[true]", "yes"),
        ("matrix[list]", None),
        ("matrix['o' || 'x']", None),
        ("matrix[format('o{0}', 's')]", "linux"),
        ("list[0]", "zero"),
        ("list[1.9]", "one"),
        ("list['2']", "two"),
        ("list[null]", "zero"),
        ("list[true]", "one"),
        ("list[3]", None),
        ("list[-1]", None),
        ("list[NaN]", None),
        ("list[Infinity]", None),
        ("list.first", None),
        ("list[*]", ["zero", "one", "two"]),
    ],
)
def test_access(text: str, result: object) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("github.event.labels.*.name", ["bug", "ui"]),
        ("github.event.labels.*.NAME", ["bug", "ui"]),
        ("github.event.labels.*.nope", []),
        ("basket.*.n", [1, 2]),
        ("basket.*.parts", [["pit"]]),
        ("basket.*.parts.*", ["pit"]),
        ("basket.*.*", [1, ["pit"], 2]),
        ("rows.*[0]", ["a", "c"]),
        ("rows.*[1]", ["b", "named"]),
        ("(rows.*)[0]", ["a", "c"]),
        ("(false || rows.*)[0]", ["a", "c"]),
        ("rows[0]", ["a", "b"]),
        ("fromJSON(toJSON(rows.*))[0]", ["a", "b"]),
        ("github.ref.*", []),
        ("unset.*.x", []),
        ("join(github.event.labels.*.name, '+')", "bug+ui"),
        ("contains(github.event.labels.*.name, 'BUG')", True),
    ],
)
def test_filters(text: str, result: object) -> None:
    assert value(text) == result


def test_a_filtered_array_is_handed_out_as_a_list() -> None:
    assert type(value("list.*")) is list


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("'a' && 'b'", "b"),
        ("'' && 'b'", ""),
        ("0 || null", None),
        ("null || 0 || 'x' || 'y'", "x"),
        ("1 && 2 || 3", 2),
        ("false && 2 || 3", 3),
        ("!''", True),
        ("!list", False),
        ("!!'x'", True),
        ("1 < 2 == true", True),
        ("github.ref == 'REFS/heads/Main'", True),
        ("list == list", True),
        ("list == fromJSON(toJSON(list))", False),
    ],
)
def test_operators(text: str, result: object) -> None:
    assert value(text) == result


def test_and_and_or_stop_early() -> None:
    assert value("false && fromJSON('not json')") is False
    assert value("true || fromJSON('not json')") is True


def test_contexts_are_handed_out_as_they_are() -> None:
    assert value("matrix") is CONTEXTS["matrix"]


def test_functions_of_the_scope_get_evaluated_arguments() -> None:
    calls: list[object] = []
    scope = Scope({"x": {"y": "*.lock"}}, {"hashFiles": lambda *a: calls.extend(a) or "digest"})
    assert evaluate(parse("HASHFILES(x.y, 'b', 1)"), scope) == "digest"
    assert calls == ["*.lock", "b", 1]


def test_a_function_that_the_scope_lacks() -> None:
    with pytest.raises(EvaluationError, match="hashFiles is not available here"):
        evaluate(parse("hashFiles('x')"), Scope({}))


@pytest.mark.parametrize(
    "text",
    [
        "format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', a)",
        "join(b, a)",
        "toJSON(b)",
        "fromJSON(format('{0}{0}{0}{0}{0}{0}', a)) || 1",
        "startsWith(toJSON(a), 'y') || " * 11 + "false",
    ],
)
def test_an_expression_writes_at_most_ten_million_characters(text: str) -> None:
    scope = Scope({"a": "x" * 1_000_000, "b": ["x" * 1_000_000] * 11})
    with pytest.raises(EvaluationError, match="writes more than 10,000,000 characters"):
        evaluate(parse(text), scope)


def test_the_limit_is_per_evaluation() -> None:
    scope = Scope({"a": "x" * 1_000_000})
    for _ in range(20):
        evaluate(parse("format('{0}', a)"), scope)
