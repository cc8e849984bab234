"""How an expression is read, and what is said about one that can't be."""

from __future__ import annotations

import pytest

from headway.workflow.expression import ExpressionError, parse, to_source


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1 == 2 || 3 == 4 && !x", "1 == 2 || 3 == 4 && !x"),
        ("(1 == 2 || 3 == 4) && !x", "(1 == 2 || 3 == 4) && !x"),
        ("a && (b && c) && d", "a && b && c && d"),
        ("a || (b && c)", "a || b && c"),
        ("a == b == c", "a == b == c"),
        ("a == (b == c)", "a == (b == c)"),
        ("a < b == c >= d", "a < b == c >= d"),
        ("(a == b) < c", "(a == b) < c"),
        ("!a == b", "!a == b"),
        ("!(a == b)", "!(a == b)"),
        ("! ! a", "!!a"),
        ("((((a))))", "a"),
        ("GitHub . Event_Name", "github.Event_Name"),
        ("a['b']['c d'][0][x.y]", "a.b['c d'][0][x.y]"),
        ("a[*].b", "a.*.b"),
        ("(a || b).c", "(a || b).c"),
        ("('x')[0]", "('x')[0]"),
        ("TOJSON(fromjson(x).y)", "toJSON(fromJSON(x).y)"),
        ("Contains ( a , 'b' )", "contains(a, 'b')"),
        ("a.true.null", "a.true.null"),
        ("'it''s'", "'it''s'"),
        ("a.b-c_d", "a.b-c_d"),
        ("\u00a0a\u2003==\x85b\n", "a == b"),
        ("success() && failure('build', 'test')", "success() && failure('build', 'test')"),
    ],
)
def test_reads(text: str, meaning: str) -> None:
    assert to_source(parse(text)) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("+7", "7"),
        ("-.5", "-0.5"),
        ("1.", "1"),
        ("[0]"[1:2], "0"),
        ("2.5e3", "2500"),
        ("1E-7", "1e-07"),
        ("0x1F", "31"),
        ("0xffffffff", "-1"),
        ("0o17", "15"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("+infinity", "Infinity"),
        ("1e999", "Infinity"),
    ],
)
def test_reads_numbers(text: str, meaning: str) -> None:
    assert to_source(parse(text)) == meaning


def test_keywords_are_lower_case_only() -> None:
    assert parse("true") != parse("True")
    assert parse("True") == parse("TRUE")  # a context by that name, refused by check


def test_one_and_true_are_different_trees() -> None:
    assert parse("1") != parse("true")
    assert hash(parse("a.b")) == hash(parse("a['b']"))


@pytest.mark.parametrize(
    ("text", "offset", "length", "message", "hint"),
    [
        ("", 0, 1, "an expression was expected", ""),
        ("   ", 0, 3, "an expression was expected", ""),
        ('a == "x"', 5, 3, 'unexpected symbol ""x""', "single quotes"),
        ("a == 'x", 5, 2, 'unexpected symbol "\'x"', "never closed"),
        ("a = b", 2, 1, 'unexpected symbol "="', '"==" compares'),
        ("a === b", 4, 1, 'unexpected symbol "="', '"=="'),
        ("a & b", 2, 1, 'unexpected symbol "&"', '"&&"'),
        ("a | b", 2, 1, 'unexpected symbol "|"', '"||"'),
        ("a and b", 2, 3, 'unexpected symbol "and"', '"&&"'),
        ("not a", 4, 1, 'unexpected symbol "a"', 'write "!"'),
        ("a ! b", 2, 1, 'unexpected symbol "!"', '"!="'),
        ("a + 1", 2, 1, 'unexpected symbol "+"', "no arithmetic"),
        ("1-2", 0, 3, 'unexpected symbol "1-2"', "no arithmetic"),
        ("1.2.3", 0, 5, 'unexpected symbol "1.2.3"', "not a number"),
        ("0X1F", 0, 4, 'unexpected symbol "0X1F"', "not a number"),
        ("refs/heads", 0, 10, 'unexpected symbol "refs/heads"', "single quotes"),
        ("a ? b : c", 2, 1, 'unexpected symbol "?"', "case("),
        ("${{ a", 0, 3, 'unexpected symbol "${{"', "leave out"),
        ("a b", 2, 1, 'unexpected symbol "b"', "operator is missing"),
        ("a.0", 2, 1, 'unexpected symbol "0"', "in brackets"),
        ("a.'b'", 2, 3, "unexpected symbol \"'b'\"", "['a b']"),
        ("a..b", 2, 1, 'unexpected symbol "."', "['a b']"),
        ("a.b()", 3, 1, 'unexpected symbol "("', "stand alone"),
        ("a[]", 2, 1, 'unexpected symbol "]"', "missing before"),
        ("'x'[0]", 3, 1, 'unexpected symbol "["', "indexed"),
        ("()", 1, 1, 'unexpected symbol ")"', "missing before"),
        ("(a]", 2, 1, 'unexpected symbol "]"', "to close"),
        ("(a, b)", 2, 1, 'unexpected symbol ","', "arguments"),
        ("join(a,)", 7, 1, 'unexpected symbol ")"', "missing before"),
        ("* == a", 0, 1, 'unexpected symbol "*"', "follows a dot"),
        ("== a", 0, 2, 'unexpected symbol "=="', "missing before"),
        ("a &&", 2, 2, 'the expression ends after "&&", where something should follow', ""),
        ("a.", 1, 1, 'the expression ends after ".", where something should follow', ""),
        ("join(", 4, 1, 'the expression ends after "(", where something should follow', ""),
        ("x || (a && b", 5, 1, '"(" is never closed', '")" is missing'),
        ("x[a", 1, 1, '"[" is never closed', '"]" is missing'),
        ("a || contain(b, c)", 5, 7, 'unknown function "contain"', 'did you mean "contains"?'),
        ("to_json(a)", 0, 7, 'unknown function "to_json"', 'did you mean "toJSON"?'),
        ("contains(a)", 0, 8, "contains takes 2 arguments, not 1", "contains(search, item)"),
        ("join(a, b, c)", 0, 4, "join takes 1 to 2 arguments, not 3", "join(array, separator)"),
        ("toJSON()", 0, 6, "toJSON takes 1 argument, not 0", "toJSON(value)"),
        ("format()", 0, 6, "format takes at least 1 argument, not 0", "format("),
        ("hashFiles()", 0, 9, "hashFiles takes at least 1 argument, not 0", "hashFiles("),
        ("always(1)", 0, 6, "always takes no arguments, not 1", "always()"),
        ("case(a, b)", 0, 4, "case takes at least 3 arguments, not 2", "case("),
        ("case(a, b, c, d)", 0, 4, "case takes an odd number of arguments, not 4", "case("),
    ],
)
def test_refuses(text: str, offset: int, length: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert (error.offset, error.length, error.message) == (offset, length, message)
    assert hint in error.hint


def test_the_first_mistake_is_reported() -> None:
    with pytest.raises(ExpressionError, match='unknown function "nope"'):
        parse("nope(1) && 'open")


@pytest.mark.parametrize(
    ("shallow", "deep"),
    [
        ("!" * 49 + "a", "!" * 50 + "a"),
        ("a" + ".b" * 49, "a" + ".b" * 50),
        ("a" + "[*]" * 49, "a" + "[*]" * 50),
        ("toJSON(" * 49 + "1" + ")" * 49, "toJSON(" * 50 + "1" + ")" * 50),
    ],
)
def test_nesting_is_limited_to_fifty_levels(shallow: str, deep: str) -> None:
    parse(shallow)
    with pytest.raises(ExpressionError, match="nested deeper than 50 levels"):
        parse(deep)


def test_chains_and_brackets_are_no_nesting() -> None:
    parse(" && ".join(["a"] * 1000))
    parse("(" * 5000 + "a" + ")" * 5000)


def test_length_is_limited_and_counts_utf16_units() -> None:
    parse(f"'{'x' * 20_998}'")
    for text in (f"'{'x' * 20_999}'", f"'{'😀' * 10_500}'"):
        with pytest.raises(ExpressionError, match="longer than 21,000 characters"):
            parse(text)
