"""From an expression's text to tokens, one at a time.

Follows GitHub's rules to the letter: a number runs to the next boundary and is wrong as a
whole (`1-2`), keywords are case-sensitive (`True` is a name), a quote in a string is doubled.
"""

from __future__ import annotations

from math import inf, isnan, nan

from headway.workflow.expression.value import WHITESPACE, parse_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Kinds. Punctuation is its own kind.
LITERAL, NAME, FUNCTION, PROPERTY, BINARY = "literal", "name", "function", "property", "operator"
UNEXPECTED = "unexpected"
BEFORE_OPERAND = frozenset(("", ",", "(", "[", "!", BINARY))  # an operand may follow these

_BLANK = frozenset(WHITESPACE)
_BOUNDARY = frozenset("()[],.!><=&|") | _BLANK
_BINARY = frozenset(("==", "!=", "<", "<=", ">", ">=", "&&", "||"))
_KEYWORDS = {"null": None, "true": True, "false": False, "NaN": nan, "Infinity": inf}
_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_WORD = _START | frozenset("0123456789-")


class Token:
    __slots__ = ("kind", "length", "offset", "value")

    def __init__(self, kind: str, value: object, offset: int, length: int) -> None:
        self.kind = kind
        self.value = value
        self.offset = offset
        self.length = length


def is_name(text: str) -> bool:
    """Whether `text` can stand after a dot: letters, digits, _ and -, no digit or - first."""
    return text[:1] in _START and bool(text) and _WORD.issuperset(text)


def tokens(text: str) -> Iterator[Token]:
    """Every token up to the first unexpected one, which comes as kind UNEXPECTED."""
    at, end, last = 0, len(text), ""
    while True:
        while at < end and text[at] in _BLANK:
            at += 1
        if at == end:
            return
        token = _token(text, at, last)
        at += token.length
        last = token.kind  # before the parser sees it: it refines some kinds
        yield token


def _token(text: str, at: int, last: str) -> Token:
    char = text[at]
    if char in _START:
        return _word(text, at, last)
    if char in "()[],*":
        return Token(char, char, at, 1)
    if char == "'":
        return _string(text, at)
    if char in "!><=&|":
        return _operator(text, at)
    if char == "." and last not in BEFORE_OPERAND:
        return Token(char, char, at, 1)
    if char in "+-.0123456789":
        return _number(text, at)
    return _unexpected(text, at)


def _word_end(text: str, at: int) -> int:
    end = len(text)
    while at < end and text[at] not in _BOUNDARY:
        at += 1
    return at


def _unexpected(text: str, at: int) -> Token:
    word = text[at : _word_end(text, at + 1)]
    return Token(UNEXPECTED, word, at, len(word))


def _word(text: str, at: int, last: str) -> Token:
    end = _word_end(text, at + 1)
    word = text[at:end]
    if not _WORD.issuperset(word):
        return Token(UNEXPECTED, word, at, end - at)
    if last == ".":
        return Token(PROPERTY, word, at, end - at)
    if word in _KEYWORDS:
        return Token(LITERAL, _KEYWORDS[word], at, end - at)
    while end < len(text) and text[end] in _BLANK:
        end += 1
    called = text[end : end + 1] == "("
    return Token(FUNCTION if called else NAME, word, at, len(word))


def _number(text: str, at: int) -> Token:
    end = at + 1
    while end < len(text) and (text[end] == "." or text[end] not in _BOUNDARY):
        end += 1
    number = parse_number(text[at:end])
    if isnan(number):
        return Token(UNEXPECTED, text[at:end], at, end - at)
    return Token(LITERAL, number, at, end - at)


def _string(text: str, at: int) -> Token:
    close = text.find("'", at + 1)
    while close >= 0 and text[close + 1 : close + 2] == "'":
        close = text.find("'", close + 2)
    if close < 0:
        return Token(UNEXPECTED, text[at:], at, len(text) - at)
    return Token(LITERAL, text[at + 1 : close].replace("''", "'"), at, close + 1 - at)


def _operator(text: str, at: int) -> Token:
    pair = text[at : at + 2]
    if pair in _BINARY and len(pair) == 2:
        return Token(BINARY, pair, at, 2)
    if pair[0] == "!":
        return Token("!", "!", at, 1)
    if pair[0] in _BINARY:
        return Token(BINARY, pair[0], at, 1)
    return _unexpected(text, at)
