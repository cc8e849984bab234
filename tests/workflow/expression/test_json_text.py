"""toJSON and fromJSON."""

from __future__ import annotations

from math import inf, nan

import pytest

from headway.workflow.expression import EvaluationError, Scope, evaluate, parse


def to_json(value: object) -> object:
    return evaluate(parse("toJSON(x)"), Scope({"x": value}))


def from_json(text: str) -> object:
    return evaluate(parse("fromJSON(x)"), Scope({"x": text}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3.0, "3"),
        (-0.0, "0"),
        (1e21, "1E+21"),
        (nan, "NaN"),
        (-inf, "-Infinity"),
        ("", '""'),
        ('say "hi"\\', '"say \\"hi\\"\\\\"'),
        ("a\tb\nc\r\f\b", '"a\\tb\\nc\\r\\f\\b"'),
        ("\x00\x1b\x7f", '"\\u0000\\u001b\x7f"'),
        ("\x85\u2028\u2029", '"\\u0085\\u2028\\u2029"'),
        ("é/😀<'>", '"é/😀<\'>"'),
        ([], "[]"),
        ({}, "{}"),
        ([1, [], {}], "[\n  1,\n  [],\n  {}\n]"),
        (
            {"b": 1, "a": {"c": [None, "x"]}},
            '{\n  "b": 1,\n  "a": {\n    "c": [\n      null,\n      "x"\n    ]\n  }\n}',
        ),
    ],
)
def test_to_json(value: object, text: str) -> None:
    assert to_json(value) == text


def test_to_json_gives_up_on_endless_nesting() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(EvaluationError, match="nested deeper than 200 levels"):
        to_json(loop)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        (" true ", True),
        ("-1.50", -1.5),
        ("12345678901234567890", 12345678901234567890.0),
        ("1e400", inf),
        ('"\\u00e9\\n\\ud83d\\ude00"', "é\n😀"),
        ('{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
        ('{"Key": 1, "KEY": 2, "other": 3}', {"Key": 2, "other": 3}),
    ],
)
def test_from_json(text: str, value: object) -> None:
    assert from_json(text) == value


def test_from_json_of_long_text_is_strict() -> None:
    items = "1," * 600_000
    assert len(from_json(f"[{items}2]")) == 600_001  # type: ignore[arg-type]
    with pytest.raises(EvaluationError) as caught:
        from_json(f"[{items}]")
    assert caught.value.message == (
        "fromJSON: expecting value at line 1, column 1200002 of the text"
    )
    assert "strict JSON" in caught.value.hint


def test_from_json_takes_sixty_four_levels() -> None:
    value = from_json("[" * 64 + "]" * 64)
    assert to_json(value) == to_json(from_json("[" * 64 + "/**/" + "]" * 64))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2, ]", [1, 2]),
        ('{"a": 1,}', {"a": 1}),
        ("{'a': 'it\\'s'}", {"a": "it's"}),
        ("{a: 1, $b_2: 2}", {"a": 1, "$b_2": 2}),
        ("[1, // one\n /* two */ 2]", [1, 2]),
        ('"two\nlines"', "two\nlines"),
        ("[0x1F, 010, .5, -Infinity]", [31, 8, 0.5, -inf]),
        ("['\\u00e9\\\\', \"a'b\"]", ["é\\", "a'b"]),
        ("[1] and more", [1]),
        ("1 2", 1),
        ("\u00a0true\u3000", True),
        ("[1,,2]", [1, "", 2]),
        ("undefined", ""),
    ],
)
def test_from_json_takes_the_liberties_that_github_takes(text: str, value: object) -> None:
    assert from_json(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "fromJSON: there is no JSON in the text, it is empty"),
        (" // only this", "fromJSON: there is no JSON in the text, it is empty"),
        ("nope", 'fromJSON: unexpected "n" at line 1, column 1 of the text'),
        ("[1,\n  x]", 'fromJSON: unexpected "x" at line 2, column 3 of the text'),
        ('{"a" 1}', 'fromJSON: unexpected "1" at line 1, column 6 of the text'),
        ("[1 2]", 'fromJSON: unexpected "2" at line 1, column 4 of the text'),
        ("[1", "fromJSON: the text ends too early, at line 1, column 3 of the text"),
        ('"abc', "fromJSON: a string that is never closed at line 1, column 5 of the text"),
        ('"\\x"', 'fromJSON: an unknown escape "\\x" at line 1, column 3 of the text'),
        (
            "'\\u12x4'",
            "fromJSON: a \\u that lacks its four hexadecimal digits "
            "at line 1, column 3 of the text",
        ),
        ("{: 1}", 'fromJSON: unexpected ":" at line 1, column 2 of the text'),
        ("[/ 1]", 'fromJSON: unexpected "/" at line 1, column 2 of the text'),
        ("/* x", "fromJSON: a comment that is never closed at line 1, column 1 of the text"),
        ("08", 'fromJSON: "08" is not a number at line 1, column 1 of the text'),
        ("1-2", 'fromJSON: "1-2" is not a number at line 1, column 1 of the text'),
        ("truely", 'fromJSON: unexpected "l" at line 1, column 5 of the text'),
        ("[" * 65 + "]" * 65, "fromJSON: the text is nested deeper than 64 levels"),
        ("[" * 100_000, "fromJSON: the text is nested deeper than 64 levels"),
    ],
)
def test_from_json_refuses(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        from_json(text)
    assert caught.value.message == message
