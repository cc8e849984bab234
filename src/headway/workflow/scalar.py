"""What a YAML scalar means: the core schema of YAML 1.2, as GitHub's reader applies it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_WORDS: Final[dict[str, tuple[str, object]]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys(("true", "True", "TRUE"), ("bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("bool", False)),
    **{
        sign + word: ("float", float(sign + "inf"))
        for sign in ("", "+", "-")
        for word in (".inf", ".Inf", ".INF")
    },
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("float", float("nan"))),
}
_TAGS: Final = {
    "tag:yaml.org,2002:bool": ("bool",),
    "tag:yaml.org,2002:int": ("int",),
    "tag:yaml.org,2002:float": ("float", "int"),
    "tag:yaml.org,2002:null": ("null",),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_EXACT = 15  # digits that a double holds exactly


class Unfit(ValueError):
    """The text doesn't fit the type that its form or its tag says."""


def plain(text: str) -> tuple[str, object]:
    """Kind and value of an unquoted scalar. Raises Unfit for a hexadecimal or octal number of
    more than 32 bits, which GitHub's reader refuses."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-.":
        return _number(text) or ("str", text)
    return "str", text


def tagged(text: str, tag: str, is_plain: bool) -> tuple[str, object]:
    """Kind and value of a scalar with a tag (in full). Raises Unfit."""
    if tag == "tag:yaml.org,2002:str":
        return "str", text
    kinds = _TAGS.get(tag)
    name = tag.replace("tag:yaml.org,2002:", "!!")
    if kinds is None:
        raise Unfit(f'the tag "{name}" is not known')
    if not is_plain:
        raise Unfit(f'a quoted text cannot have the tag "{name}"')
    kind, value = plain(text)
    if kind not in kinds:
        raise Unfit(f'"{text}" does not fit its tag "{name}"')
    return kinds[0], value


def key_text(kind: str, value: object) -> str:
    """A key as the string that GitHub makes of it: `1.10` becomes "1.1", `true` "true"."""
    if kind == "str":
        return str(value)
    from headway.workflow.expression import to_text

    return to_text(value)


def _number(text: str) -> tuple[str, object] | None:
    digits = text.removeprefix("-" if text[0] == "-" else "+")
    if digits.isdecimal() and digits.isascii():
        return ("int", int(text)) if len(digits) <= _EXACT else _float(text)
    if text[:2] in ("0x", "0o"):
        return _based(text, 16 if text[1] == "x" else 8)
    return _float(text) if _FLOAT.fullmatch(text) else None


def _float(text: str) -> tuple[str, object]:
    """There is one type of numbers: `1.0` is 1."""
    number = float(text)
    exact = number.is_integer() and abs(number) < 10**_EXACT
    return "float", int(number) if exact else number


def _based(text: str, base: int) -> tuple[str, object] | None:
    digits = text[2:]
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    if not digits or digits.strip(allowed):
        return None
    bits = int(digits.lstrip("0")[:20] or "0", base)
    if bits >= 1 << 32:
        raise Unfit(f'"{text}" is a number of more than 32 bits; put it in quotes')
    return "int", bits - (1 << 32) if bits >= 1 << 31 else bits
