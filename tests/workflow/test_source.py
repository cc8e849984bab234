"""YAML to nodes: what scalars mean, where things stand, what is refused and what the limits are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import InvalidFile, Problem
from headway.workflow import source
from headway.workflow.source import Node


def value(node: Node) -> Any:
    if node.kind == "map":
        return {key.value: value(part) for key, part in node.value}
    return [value(part) for part in node.value] if node.kind == "seq" else node.value


def refused(text: str | bytes) -> Problem:
    with pytest.raises(InvalidFile) as caught:
        source.load(text, "ci.yml")
    return caught.value.problems[0]


def shown(problem: Problem) -> str:
    return f"{problem.place.line}:{problem.place.column} {problem.message}"


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("on", "str", "on"),
        ("yes", "str", "yes"),
        ("off", "str", "off"),
        ("true", "bool", True),
        ("False", "bool", False),
        ("tRUE", "str", "tRUE"),
        ("null", "null", None),
        ("~", "null", None),
        ("", "null", None),
        ("12", "int", 12),
        ("-12", "int", -12),
        ("+12", "int", 12),
        ("0123", "int", 123),
        ("0x1F", "int", 31),
        ("0xFFFFFFFF", "int", -1),  # GitHub reads 32 bits with a sign
        ("0o17", "int", 15),
        ("-0x1F", "str", "-0x1F"),
        ("0o18", "str", "0o18"),
        ("0b11", "str", "0b11"),
        ("1_000", "str", "1_000"),
        ("1.10", "float", 1.1),
        ("1.", "float", 1.0),
        (".5", "float", 0.5),
        ("1e3", "float", 1000.0),
        ("1E-2", "float", 0.01),
        ("e3", "str", "e3"),
        ("1.2.3", "str", "1.2.3"),
        (".", "str", "."),
        ("-", "seq", [None]),
        ("+", "str", "+"),
        (".inf", "float", float("inf")),
        ("-.Inf", "float", float("-inf")),
        ("12:30:45", "str", "12:30:45"),
        ("2024-01-01", "str", "2024-01-01"),
        ("١٢", "str", "١٢"),
        ('"12"', "str", "12"),
        ("'true'", "str", "true"),
        ("!!str 12", "str", "12"),
        ("!!int 12", "int", 12),
        ("!!float 12", "float", 12),
        ("|\n  12\n", "str", "12\n"),
    ],
)
def test_what_a_scalar_means(text: str, kind: str, expected: object) -> None:
    node, problems = source.parse(text, "ci.yml") if text else (_empty_value(), [])
    assert node is not None
    assert (node.kind, value(node)) == (kind, expected)
    assert not problems


def _empty_value() -> Node:
    node: Node = source.load("a:", "ci.yml").value[0][1]
    return node


def test_not_a_number() -> None:
    node = source.load(".nan", "ci.yml")
    assert node.kind == "float"
    assert node.value != node.value


def test_a_number_of_many_digits_is_what_a_double_holds() -> None:
    node = source.load("1234567890123456789012345678901234567890", "ci.yml")
    assert (node.kind, node.value) == ("float", 1.2345678901234568e39)


@pytest.mark.parametrize(
    ("key", "name"), [("on", "on"), ("1.10", "1.1"), ("true", "true"), ("~", ""), ("0x10", "16")]
)
def test_keys_are_strings_as_github_writes_them(key: str, name: str) -> None:
    assert value(source.load(f"{key}: 1", "ci.yml")) == {name: 1}


def test_nodes_know_their_places() -> None:
    node = source.load("on: push\njobs:\n  a:\n    - x\n    - {b: 'c'}\n", "ci.yml")
    (_, push), (jobs, inner) = node.value
    assert (push.line, push.column) == (1, 5)
    assert (jobs.line, jobs.column) == (2, 1)
    ((_, items),) = inner.value
    assert [(n.line, n.column) for n in items.value] == [(4, 7), (5, 7)]
    assert (items.value[1].value[0][1].line, items.value[1].value[0][1].column) == (5, 11)


@pytest.mark.parametrize("text", ["é: ü", "\ufeffé: ü", b"\xef\xbb\xbf\xc3\xa9: \xc3\xbc"])
def test_columns_count_characters_and_a_byte_order_mark_is_none(text: str | bytes) -> None:
    ((_, node),) = source.load(text, "ci.yml").value
    assert (node.value, node.line, node.column) == ("ü", 1, 4)


def test_an_alias_is_the_anchor_s_value() -> None:
    text = "a: &x {b: 1}\nc: *x\nd: &y text\n? *y\n: [*x, *y]\n"
    expected = {"a": {"b": 1}, "c": {"b": 1}, "d": "text", "text": [{"b": 1}, "text"]}
    assert value(source.load(text, "ci.yml")) == expected


def test_an_anchor_may_be_defined_anew() -> None:
    assert value(source.load("[&a 1, *a, &a 2, *a]", "ci.yml")) == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a: \xff\n", "1:4 byte 0xFF is not UTF-8"),
        (b"\xef\xbb\xbfx: 1\na: b\xc3\n", "2:5 byte 0xC3 is not UTF-8"),
        ("a: 1".encode("utf-16"), "1:1 the file is UTF-16"),
        ("a: \udcff", "1:4 byte 0xFF is not UTF-8"),
        ("a: \ud800", "1:4 U+D800 is half a surrogate pair; YAML has no place for it"),
        ("a: 1\nb: \x07", "2:4 U+0007 is a control character; YAML has no place for it"),
        ("a: 1\r\nb: \0", "2:4 U+0000 is a control character; YAML has no place for it"),
        ("", "1:1 the file is empty"),
        ("a: 1\n---\nb: 2\n", "2:1 a second YAML document begins here"),
        ("a: 1\nA: 2\n", '2:1 the key "A" is already given on line 1'),
        ("a: *b", '1:4 no anchor "&b" comes before this alias'),
        ("a: &b [*b]", '1:8 the alias "*b" is inside its own anchor'),
        ("{a: 1}: b", "1:1 a key must be a plain text, not a collection"),
        ("? [a]\n: b", "1:3 a key must be a plain text, not a collection"),
        ("a: &x [1]\n? *x\n: 1", "2:3 a key must be a plain text, not a collection"),
        ("<<: {a: 1}", '1:1 merge keys ("<<") are not supported by GitHub Actions'),
        ("a: !secret x", '1:4 the tag "!secret" is not known'),
        ("a: !!int x", '1:4 "x" does not fit its tag "!!int"'),
        ("a: !!bool 'true'", '1:4 a quoted text cannot have the tag "!!bool"'),
        ("a: 0x100000000", '1:4 "0x100000000" is a number of more than 32 bits; put it in quotes'),
        ("a:\n\t- b", "2:1 a tab is used for indentation; YAML takes only spaces"),
        ("a: b: c", '1:5 a value with ": " in it must be quoted'),
        ("a: 'b", "1:4 this ' is never closed"),
        ("a: `b`", '1:4 a value cannot begin with "`"'),
        ("a: - b", '1:4 a "-" item cannot begin on the same line as its key'),
        ("a: |x\n  b", '1:5 nothing but a comment may follow "|" or ">" on its line'),
        ('a: "\\xZZ"', "1:7 an escape with \\x, \\u or \\U needs 2, 4 or 8 hexadecimal digits"),
        ("a: ['b' 'c']", '1:9 "," or "]" is expected here'),
        ("a: [b,,c]", '1:7 a value is expected here, not ","'),
        ("a: [b]]", '1:7 this "]" closes nothing'),
        ("a: 'it's'", "1:8 something follows the closing quote"),
        ("steps:\n    - a: 1\n   - b: 2", '3:4 a "-" item does not fit here'),
        ("a:\n  b\n  c: d", '2:3 "b" is neither a key with ":" nor part of the value above'),
        ("name: x\n  on: y", "2:3 this line is indented below line 1, which already has its value"),
        ("'a'\nb: c", "2:1 this line follows a value that is already complete"),
    ],
)
def test_what_is_refused(text: str | bytes, message: str) -> None:
    assert shown(refused(text)) == message


def test_all_mistakes_that_leave_a_tree_are_told_at_once() -> None:
    node, problems = source.parse("a: !x 1\na: 2\nb: {<<: 1}\n", "ci.yml")
    assert node is not None
    assert [p.place.line for p in problems] == [1, 3, 2]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_are_counted_the_same_with_either_ending(ending: str) -> None:
    problem = refused(ending.join(["on: push", "jobs:", "  a: {", ""]))
    assert shown(problem) == '3:7 a "[" or "{" is never closed'


# --- limits -----------------------------------------------------------------------------------


def test_a_file_has_at_most_a_mebibyte() -> None:
    assert source.load("a: " + "x" * (source.MAX_SIZE - 3), "ci.yml").kind == "map"
    problem = refused("a: " + "x" * source.MAX_SIZE)
    assert problem.message == "the file has 1,048,579 characters; at most 1,048,576 are allowed"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_collections_are_nested_at_most_50_deep(opening: str, closing: str) -> None:
    assert source.load(opening * 50 + "x" + closing * 50, "ci.yml").line == 1
    problem = refused(opening * 51 + "x" + closing * 51)
    assert problem.message == "collections are nested more than 50 deep"
    assert problem.rule == "limit"


def test_nesting_counts_what_aliases_stand_for() -> None:
    levels = "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 50))
    assert source.load("a0: &a0 x\n" + levels, "ci.yml").kind == "map"
    problem = refused("a0: &a0 x\n" + levels + "b: [*a49]\n")
    assert problem.message == "with aliases expanded, collections are nested more than 50 deep"


def test_aliases_cannot_blow_a_file_up() -> None:
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20))
    problem = refused("a0: &a0 x\n" + levels)
    assert "with aliases expanded, the file has" in problem.message
    assert "more than 100,000" in problem.message


def test_aliases_nested_in_their_own_definitions_cannot_either() -> None:
    text = "x"
    for i in range(40):
        text = f"&a{i} [{text}]" if i == 0 else f"&a{i} [{text}, *a{i - 1}]"
    assert "more than 100,000" in refused(text).message


def test_aliases_of_long_texts_are_counted_too() -> None:
    text = f"a: &a {'x' * 500_000}\nb: [{', '.join(['*a'] * 30)}]\n"
    assert refused(text).message.endswith("more than 10,485,760 characters")


def test_a_file_has_at_most_100_000_values() -> None:
    assert refused("- a\n" * 110_000).message == "the file has more than 100,000 YAML values"


def test_a_workflow_of_two_thousand_jobs_is_read() -> None:
    job = "    runs-on: ubuntu-latest\n    steps:\n      - run: make\n      - uses: a/b@v1\n"
    text = "on: push\njobs:\n" + "".join(f"  job{i}:\n{job}" for i in range(2000))
    assert len(source.load(text, "ci.yml").value[1][1].value) == 2000


# --- anything at all --------------------------------------------------------------------------

PIECES = (
    *("a", "b: ", ": ", "- ", "? ", "\n", "  ", "\t", "\r", "\x85", "\u2028", "[", "]", "{", "}"),
    *(",", "&x ", "*x", "!t ", "!!int ", "'", '"', "|", ">", "#", "---", "...", "%", "@", "`"),
    *("\\", "${{ ", "}}", "1", "0x", "<<", "~", "null", "é", "😀", "\ufeff"),
)
YAML_LIKE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(max_size=80), YAML_LIKE))
def test_any_text_gives_a_tree_or_problems_with_places(text: str) -> None:
    node, problems = source.parse(text, "ci.yml")
    assert node is not None or problems
    for problem in problems:
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert "\n" not in problem.message


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=60))
def test_any_bytes_give_a_tree_or_problems(data: bytes) -> None:
    node, problems = source.parse(data, "ci.yml")
    assert node is not None or problems
