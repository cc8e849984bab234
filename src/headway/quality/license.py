"""SPDX licence expressions: may a part be used with these licences allowed, or those denied?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

Answer = Literal["allowed", "denied", "unlisted", "unknown"]

_TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z0-9.+:-]+)")
_UNKNOWN = frozenset({"", "noassertion", "none", "unknown", "other", "unlicensed"})
_DEPTH = 50
# From the best to the worst: OR takes the best of its parts, AND the worst.
_ORDER: tuple[Answer, ...] = ("allowed", "unlisted", "unknown", "denied")


def judge(licenses: Sequence[str], allow: Sequence[str], deny: Sequence[str]) -> Answer:
    """What a part's licences come to; several stand for a choice no more than AND does.

    `denied`: a licence that can't be avoided is denied. `unlisted`: `allow` doesn't have it.
    """
    stated = [one for one in licenses if one.strip().lower() not in _UNKNOWN]
    if not stated:
        return "unknown"
    return max((_judge(one, allow, deny) for one in stated), key=_ORDER.index)


def _judge(expression: str, allow: Sequence[str], deny: Sequence[str]) -> Answer:
    tokens = _tokens(expression)
    if tokens is None:
        return _one(expression.strip(), allow, deny)
    try:
        answer, rest = _either(tokens, allow, deny, 0)
    except ValueError:
        return _one(expression.strip(), allow, deny)
    return answer if not rest else _one(expression.strip(), allow, deny)


def _tokens(text: str) -> list[str] | None:
    """None for a free name such as `The MIT License`."""
    found = [token.strip() for token in _TOKEN.findall(text)]
    if "".join(found) != "".join(text.split()):
        return None
    return found


def _either(
    tokens: list[str], allow: Sequence[str], deny: Sequence[str], depth: int
) -> tuple[Answer, list[str]]:
    answer, rest = _both(tokens, allow, deny, depth)
    while rest and rest[0].upper() == "OR":
        other, rest = _both(rest[1:], allow, deny, depth)
        answer = min(answer, other, key=_ORDER.index)
    return answer, rest


def _both(
    tokens: list[str], allow: Sequence[str], deny: Sequence[str], depth: int
) -> tuple[Answer, list[str]]:
    answer, rest = _single(tokens, allow, deny, depth)
    while rest and rest[0].upper() == "AND":
        other, rest = _single(rest[1:], allow, deny, depth)
        answer = max(answer, other, key=_ORDER.index)
    return answer, rest


def _single(
    tokens: list[str], allow: Sequence[str], deny: Sequence[str], depth: int
) -> tuple[Answer, list[str]]:
    if not tokens or depth > _DEPTH:
        raise ValueError("an expression that ends too early, or is too deep")
    first, rest = tokens[0], tokens[1:]
    if first == "(":
        answer, rest = _either(rest, allow, deny, depth + 1)
        if rest[:1] != [")"]:
            raise ValueError("a parenthesis is not closed")
        return answer, rest[1:]
    if first == ")" or first.upper() in ("AND", "OR", "WITH"):
        raise ValueError(f"{first} where a licence was expected")
    name = first
    if len(rest) > 1 and rest[0].upper() == "WITH":
        name, rest = f"{first} WITH {rest[1]}", rest[2:]
    return _one(name, allow, deny), rest


def _one(name: str, allow: Sequence[str], deny: Sequence[str]) -> Answer:
    """A single licence; an exception (`WITH`) only grants more, so the plain licence will do."""
    names = {name.lower(), name.split(" WITH ")[0].lower()}
    if any(_is(one, name.lower()) for one in deny):
        return "denied"
    if " WITH " in name and any(_is(one, name.lower()) for one in allow):
        return "allowed"
    if any(_is(one, plain) for one in deny for plain in names):
        return "denied"
    if any(_is(one, plain) for one in allow for plain in names):
        return "allowed"
    if name.lower() in _UNKNOWN or name.startswith("LicenseRef-scancode-unknown"):
        return "unknown"
    return "unlisted"


def _is(pattern: str, name: str) -> bool:
    """Ignores case; `GPL-3.0` is also `GPL-3.0-only`, `GPL-3.0-or-later` and `GPL-3.0+`."""
    wanted = pattern.lower()
    if fnmatchcase(name, wanted):
        return True
    return any(name == wanted + ending for ending in ("-only", "-or-later", "+"))
