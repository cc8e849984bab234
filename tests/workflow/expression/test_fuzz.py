"""Whatever the text: parse gives a tree or an ExpressionError, evaluate a value or an
EvaluationError, and a tree written as text is read as the same tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import inf, nan

from hypothesis import example, given, settings
from hypothesis import strategies as st

from headway.errors import Place
from headway.workflow.expression import (
    Condition,
    EvaluationError,
    ExpressionError,
    Node,
    Scope,
    Template,
    check,
    evaluate,
    functions_used,
    parse,
    references,
    sure_failures,
    to_source,
    to_text,
)
from headway.workflow.expression.function import FUNCTIONS
from headway.workflow.expression.json_reader import read_leniently
from headway.workflow.expression.lexer import is_name
from headway.workflow.expression.node import (
    And,
    Call,
    Compare,
    Context,
    Filter,
    Index,
    Literal,
    Not,
    Or,
    Property,
    depth,
)

PLACE = Place("ci.yml", 1, 1)
patient = settings(deadline=None)  # a busy machine is no failure
FRAGMENTS = [
    *("github", "matrix", "a", "true", "null", "NaN", "Infinity", "1", "-1", ".5", "0xff", "1e9"),
    *("'x'", "''", "'it''s'", "'[1,{\"a\":[2]}]'", "'{0}'", "'", '"', "😀", "\x00", "\u2028"),
    *("contains(", "format(", "fromJSON(", "toJSON(", "join(", "case(", "success(", "hashFiles("),
    *("(", ")", "[", "]", ",", ".", ".*", "[*]", "*", "!", "&&", "||", "==", "!=", "<=", ">", "="),
    *(" ", "\n", "${{", "}}", "}", "{", "$", "+", "/"),
]
soups = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join)
texts = soups | st.text(max_size=40)

data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
scopes = st.builds(
    lambda one, two: Scope(
        {"github": one, "matrix": two, "a": [one, two, {"A": two}]},
        {n: lambda *a: bool(a) for n in ("success", "failure", "always", "cancelled", "hashFiles")},
    ),
    data,
    data,
)


def literals() -> st.SearchStrategy[Node]:
    numbers = st.integers(-(10**14), 10**14) | st.sampled_from([nan, inf, -inf, 0.1, 1e300, 5e-324])
    return st.builds(Literal, st.none() | st.booleans() | numbers | st.text(max_size=6))


def chains(kind: type[And] | type[Or], inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """A chain never holds a chain of its own kind: the parser would have dissolved it."""
    operand = inner.filter(lambda node: not isinstance(node, kind))
    return st.lists(operand, min_size=2, max_size=4).map(lambda nodes: kind(tuple(nodes)))


def calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def of(name: str) -> st.SearchStrategy[Node]:
        function = FUNCTIONS[name]
        most = min(function.maximum, function.minimum + 2)
        sizes = range(function.minimum, most + 1, 2 if name == "case" else 1)
        sized = [st.lists(inner, min_size=n, max_size=n) for n in sizes]
        return st.one_of(sized).map(lambda nodes: Call(function.name, tuple(nodes)))

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(of)


def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    keys = inner.filter(lambda n: not (isinstance(n, Literal) and isinstance(n.value, str)))
    return st.one_of(
        st.builds(Not, inner),
        st.builds(Compare, operators, inner, inner),
        st.builds(Property, inner, st.text(max_size=5) | st.sampled_from(["x", "true", "a-b"])),
        st.builds(Index, inner, keys),
        st.builds(Filter, inner),
        chains(And, inner),
        chains(Or, inner),
        calls(inner),
    )


contexts = st.sampled_from(["github", "matrix", "a", "_x-1"]).map(Context)
nodes = st.recursive(literals() | contexts, larger, max_leaves=15).filter(lambda n: depth(n) <= 50)


def outcome(attempt: Callable[[], object]) -> object:
    """What it gives, or the one kind of error it may end in."""
    try:
        return attempt()
    except (ExpressionError, EvaluationError) as error:
        return error


def assert_inside(error: object, text: str) -> None:
    assert isinstance(error, ExpressionError)
    assert error.message
    assert 0 <= error.offset <= len(text)
    assert error.offset + error.length <= len(text) + 1


def assert_placed(value: object, raw: str) -> None:
    if isinstance(value, EvaluationError):
        assert value.place is PLACE
    elif isinstance(value, ExpressionError):
        assert_inside(value, raw)


@given(texts)
@example("a[* == 1]")
@example("NULL")
@example("(" * 9000 + "1" + ")" * 9000)
@example("!" * 20000)
@example("a" + ".b" * 9000)
@example("case(" * 4000)
@example("1-" * 9000)
@example("'" * 20999)
@patient
def test_any_text_is_read_or_refused(text: str) -> None:
    node = outcome(lambda: parse(text))
    if isinstance(node, Node):
        assert parse(to_source(node)) == node
    else:
        assert_inside(node, text)


@given(texts, scopes)
@example("a.*.*.*[0]", Scope({"a": [[[1]], {"b": [[2]]}]}))
@example("join(a, a)", Scope({"a": [nan, -0.0, [], {}, None]}))
@example("toJSON(a)", Scope({"a": {"\ud800": "\udfff\x85"}}))
@example("a < 'x'", Scope({"a": "\ud800"}))
@example("a == 1", Scope({"a": 10**400}))
@example("fromJSON(a)", Scope({"a": "[" * 100_000}))
@example("fromJSON(a)", Scope({"a": "1" * 5000}))
@example("format(a, 1)", Scope({"a": "{²}"}))
@example("format(a, 1)", Scope({"a": "{" + "9" * 5000 + "}"}))
@patient
def test_any_expression_has_a_value_or_a_reason(text: str, scope: Scope) -> None:
    value = outcome(lambda: to_text(evaluate(parse(text), scope)))
    assert isinstance(value, (str, ExpressionError, EvaluationError))


@given(nodes)
@patient
def test_a_tree_as_text_is_the_same_tree(node: Node) -> None:
    assert parse(to_source(node)) == node


@given(nodes, scopes)
@patient
def test_any_tree_evaluates(node: Node, scope: Scope) -> None:
    value = outcome(lambda: evaluate(node, scope))
    assert type(value) in (type(None), bool, int, float, str, list, dict, EvaluationError)


@given(nodes)
@patient
def test_any_tree_can_be_asked_about(node: Node) -> None:
    names = functions_used(node)
    assert all(name in to_source(node) for name in names)
    for reference in references(node):
        assert reference.path[0] in ("github", "matrix", "a", "_x-1")
    assert all(error.message for error in check(node, "jobs.<job_id>.steps.if"))
    assert all(error.message for error in sure_failures(node))


@given(texts, scopes)
@example("${{ 'a' }}${{", Scope({}))
@example("${{'}}'}}", Scope({}))
@patient
def test_any_string_is_a_template_or_refused(raw: str, scope: Scope) -> None:
    value = outcome(lambda: Template(raw, PLACE).evaluate(scope))
    assert_placed(value, raw)


@given(texts, scopes)
@patient
def test_any_string_is_a_condition_or_refused(raw: str, scope: Scope) -> None:
    value = outcome(lambda: Condition(raw, PLACE).evaluate(scope))
    assert_placed(value, raw)
    assert isinstance(value, (bool, ExpressionError, EvaluationError))


@given(data)
@patient
def test_what_to_json_writes_from_json_reads(value: object) -> None:
    scope = Scope({"a": value})
    written = evaluate(parse("toJSON(a)"), scope)
    again = evaluate(parse("toJSON(fromJSON(toJSON(a)))"), scope)
    if _survives(value):
        assert written == again


def _survives(value: object) -> bool:
    """Fifteen digits of the very largest double round up to Infinity; keys merge by case."""
    if isinstance(value, dict):
        folded = {"".join(c.upper() for c in key) for key in value}
        return len(folded) == len(value) and all(map(_survives, value.values()))
    if isinstance(value, list):
        return all(map(_survives, value))
    return not isinstance(value, float) or not 1.7976e308 < abs(value) < inf


@given(data)
@patient
def test_lenient_reading_agrees_with_strict_reading(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert to_json(read_leniently(text)) == to_json(
        evaluate(parse("fromJSON(a)"), Scope({"a": text}))
    )


def to_json(value: object) -> object:
    return evaluate(parse("toJSON(a)"), Scope({"a": value}))


@given(st.text(alphabet="[]{}:,\"'/*\\ \n01-.eEabNnulltrue", max_size=30))
@patient
def test_any_text_is_json_or_refused(text: str) -> None:
    value = outcome(lambda: evaluate(parse("fromJSON(a)"), Scope({"a": text})))
    if isinstance(value, EvaluationError):
        assert value.message.startswith("fromJSON: ")
    else:
        json.dumps(value)


@given(st.text(max_size=6))
@patient
def test_names_need_no_brackets(name: str) -> None:
    source = to_source(Property(Context("a"), name))
    assert source == (f"a.{name}" if is_name(name) else source)
    assert parse(source) == Property(Context("a"), name)
