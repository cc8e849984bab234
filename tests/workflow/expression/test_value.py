"""Coercions: to a number, to a string, to true or false, and comparing what differs in type."""

from __future__ import annotations

from math import inf, isnan, nan

import pytest

from headway.workflow.expression import CaseSensitive, to_text, truthy
from headway.workflow.expression.value import COMPARE, equal, fold, lookup, parse_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        ("x", "x"),
        ([1], "Array"),
        ({"a": 1}, "Object"),
        (0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (3.10, "3.1"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333333"),
        (0.0001, "0.0001"),
        (0.00001, "1E-05"),
        (123456789012345, "123456789012345"),
        (999999999999999, "999999999999999"),
        (10**15, "1E+15"),
        (1234567890123456, "1.23456789012346E+15"),
        (-1.5e300, "-1.5E+300"),
        (10**400, "Infinity"),
        (inf, "Infinity"),
        (-inf, "-Infinity"),
        (nan, "NaN"),
    ],
)
def test_to_text(value: object, text: str) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize("value", [None, False, 0, -0.0, nan, ""])
def test_falsy(value: object) -> None:
    assert not truthy(value)


@pytest.mark.parametrize("value", [True, 1, -1, 0.1, inf, "0", "false", " ", [], {}])
def test_truthy(value: object) -> None:
    assert truthy(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" \t\n ", 0),
        (" 12 ", 12),
        ("\u00a012\u3000", 12),
        ("+1.5", 1.5),
        ("-.5e1", -5),
        ("5.", 5),
        ("007", 7),
        ("1e3", 1000),
        ("0x10", 16),
        ("0x7fffffff", 2147483647),
        ("0x80000000", -2147483648),
        ("0x00000000ff", 255),
        ("0o777", 511),
        ("Infinity", inf),
        ("-INFINITY", -inf),
        ("1e400", inf),
    ],
)
def test_strings_that_spell_a_number(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("abc", ".", "1 2", "1_000", "1,000", "e5", "1e", "1e+", "++1", "--Infinity", "NaN"),
        *(
            "0x",
            "0xg",
            "0X1",
            "-0x1",
            "0o8",
            "0x100000000",
            "0xé",
            "inf",
            "٣",
            "²",
            "\x1c1",
            "1\x00x",
        ),
    ],
)
def test_strings_that_spell_none(text: str) -> None:
    assert isnan(parse_number(text))


class Name(str):
    """As other readers of YAML may give it."""


class Level(int):
    pass


def test_subclasses_count_as_what_they_extend() -> None:
    assert to_text(Name("x")) == "x"
    assert to_text(Level(3)) == "3"
    assert to_text((1, 2)) == "Array"
    assert to_text(object()) == "Object"
    assert equal(Name("X"), "x")


ARRAY: list[object] = []
OBJECT: dict[str, object] = {}


@pytest.mark.parametrize(
    ("left", "operator", "right", "result"),
    [
        ("Main", "==", "mAIN", True),
        ("é", "==", "É", True),
        ("ß", "==", "SS", False),
        ("ı", "==", "I", False),
        ("a", "<", "B", True),
        ("_", ">", "z", True),  # folded to upper case: Z comes before _
        ("10", "<", "9", True),  # strings
        ("10", "<", 9, False),  # a number makes it numbers
        ("\U0001f600", "<", "\uff01", True),  # order of UTF-16 code units
        ("", "==", None, True),
        (None, "==", 0, True),
        (None, "==", False, True),
        (None, "<=", None, True),
        (None, "<", None, False),
        (True, "==", "1", True),
        (True, "==", "true", False),  # 1 and NaN
        (True, ">", False, True),
        ("0x10", "==", 16, True),
        (" 1 ", "==", 1, True),
        ("x", "==", 1, False),
        ("x", "!=", 1, True),
        ("x", "<", 1, False),
        ("x", ">=", 1, False),
        (nan, "==", nan, False),
        (nan, "<=", nan, False),
        (nan, "!=", nan, True),
        (9007199254740993, "==", 9007199254740992, True),  # one double
        (ARRAY, "==", ARRAY, True),
        (ARRAY, ">=", ARRAY, True),
        (ARRAY, ">", ARRAY, False),
        (ARRAY, "==", [], False),
        (OBJECT, "==", OBJECT, True),
        (OBJECT, "==", {}, False),
        (ARRAY, "==", "", False),
        (ARRAY, "==", None, False),
        (OBJECT, "!=", 0, True),
    ],
)
def test_compare(left: object, operator: str, right: object, result: bool) -> None:
    assert COMPARE[operator](left, right) is result


def test_folding_keeps_the_length() -> None:
    text = "ßŉǰ\u1fb3ﬁ😀ſı"
    assert len(fold(text)) == len(text)
    assert equal("\u1fb3", "\u1fbc")


def test_lookup_prefers_the_exact_key() -> None:
    values: dict[str, object] = {"Path": 1, "PATH": 2}
    assert lookup(values, "PATH") == 2
    assert lookup(values, "path") == 1


def test_lookup_can_be_exact_only() -> None:
    """The env context tells PATH from Path, except on Windows."""
    env = CaseSensitive(PATH="/bin")
    assert lookup(env, "PATH") == "/bin"
    assert lookup(env, "Path") is not env["PATH"]
