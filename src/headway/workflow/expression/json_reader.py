"""JSON with the liberties of GitHub's reader, for text that is not strict JSON.

It takes comments, single quotes, names without quotes, a comma before the closing bracket,
line breaks in strings, octal and hexadecimal numbers, NaN and Infinity; what follows the first
complete value is not looked at. Loaded only when strict reading failed, so it need not be fast.
"""

from __future__ import annotations

from math import inf, nan

from headway.workflow.expression.errors import EvaluationError
from headway.workflow.expression.json_text import MAX_READ_DEPTH, _merge, too_deep
from headway.workflow.expression.value import WHITESPACE, simplest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_WORDS = (
    ("true", True),
    ("false", False),
    ("null", None),
    ("NaN", nan),
    ("Infinity", inf),
    ("-Infinity", -inf),
    ("undefined", ""),
)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "\n": "\n"}
_ESCAPES |= {c: c for c in "\\\"'/"}
_NUMBER = frozenset("0123456789abcdefABCDEFxX+-.")
_AFTER = frozenset(WHITESPACE + ",]}/")
_END = ""


def read_leniently(text: str) -> object:
    """The first value in `text`. Raises EvaluationError with the line and column it fails at."""
    reader = _Reader(text)
    if reader.peek() == _END:
        raise EvaluationError(
            "fromJSON: there is no JSON in the text, it is empty",
            hint="is the output or variable that it reads set?",
        )
    return reader.value(0)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, what: str) -> NoReturn:
        before = self.text[: self.at]
        line = before.count("\n") + 1
        column = self.at - (before.rfind("\n") + 1) + 1
        raise EvaluationError(f"fromJSON: {what} at line {line}, column {column} of the text")

    def unexpected(self) -> NoReturn:
        char = self.text[self.at : self.at + 1]
        self.fail(f'unexpected "{char}"' if char else "the text ends too early,")

    def peek(self) -> str:
        """The next character that is neither white space nor in a comment; '' at the end."""
        while True:
            while self.text[self.at : self.at + 1] and self.text[self.at] in WHITESPACE:
                self.at += 1
            if self.text[self.at : self.at + 1] != "/":
                return self.text[self.at : self.at + 1]
            self.comment()

    def comment(self) -> None:
        opening = self.text[self.at : self.at + 2]
        if opening == "//":
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
        elif opening == "/*":
            end = self.text.find("*/", self.at + 2)
            if end < 0:
                self.fail("a comment that is never closed")
            self.at = end + 2
        else:
            self.unexpected()

    def value(self, depth: int) -> object:
        char = self.peek()
        if char in ("{", "["):
            if depth == MAX_READ_DEPTH:
                raise too_deep()
            self.at += 1
            return self.object(depth + 1) if char == "{" else self.array(depth + 1)
        if char in ('"', "'"):
            return self.string()
        for word, meaning in _WORDS:
            if self.text.startswith(word, self.at):
                self.at += len(word)
                if self.text[self.at : self.at + 1] and self.text[self.at] not in _AFTER:
                    self.unexpected()
                return meaning
        if not char or char not in "-.0123456789":
            self.unexpected()
        return self.number()

    def array(self, depth: int) -> list[object]:
        items: list[object] = []
        while self.peek() != "]":
            # Between two commas GitHub sees an undefined value, which becomes ''.
            items.append("" if self.peek() == "," else self.value(depth))
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "]":
                self.unexpected()
        self.at += 1
        return items

    def object(self, depth: int) -> dict[str, object]:
        pairs: list[tuple[str, object]] = []
        while self.peek() != "}":
            name = self.name()
            if self.peek() != ":":
                self.unexpected()
            self.at += 1
            pairs.append((name, self.value(depth)))
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "}":
                self.unexpected()
        self.at += 1
        return _merge(pairs)

    def name(self) -> str:
        if self.peek() in ('"', "'"):
            return self.string()
        start = self.at
        while (char := self.text[self.at : self.at + 1]).isalnum() or char in ("_", "$"):
            self.at += 1
        if self.at == start:
            self.unexpected()
        return self.text[start : self.at]

    def string(self) -> str:
        quote = self.text[self.at]
        self.at += 1
        pieces: list[str] = []
        close, end = -1, len(self.text)
        while True:
            if close < self.at:  # at the start, and after an escaped quote
                found = self.text.find(quote, self.at)
                close = end if found < 0 else found
            slash = self.text.find("\\", self.at, close)
            if slash < 0:
                break
            pieces.append(self.text[self.at : slash])
            self.at = slash + 1
            pieces.append(self.escape())
        if close == end:
            self.at = end
            self.fail("a string that is never closed")
        pieces.append(self.text[self.at : close])
        self.at = close + 1
        return "".join(pieces)

    def escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        if char == "u":
            digits = self.text[self.at + 1 : self.at + 5]
            if len(digits) < 4 or not all(d in "0123456789abcdefABCDEF" for d in digits):
                self.fail("a \\u that lacks its four hexadecimal digits")
            self.at += 5
            return chr(int(digits, 16))
        if char not in _ESCAPES:
            self.fail(f'an unknown escape "\\{char}"')
        self.at += 1
        return _ESCAPES[char]

    def number(self) -> float:
        start = self.at
        while (char := self.text[self.at : self.at + 1]) and char in _NUMBER:
            self.at += 1
        if char and char not in _AFTER:
            self.unexpected()
        word = self.text[start : self.at]
        try:
            if len(word) > 1 and word[0] == "0" and word[1] not in ".eE":
                number = float(int(word, 16) if word[1] in "xX" else int(word, 8))
            else:
                number = float(word)
        except (ValueError, OverflowError):
            self.at = start
            self.fail(f'"{word[:40]}" is not a number')
        return simplest(number)
