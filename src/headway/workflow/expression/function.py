"""The functions of the language: their names, how many arguments they take, what they do.

Arguments are evaluated when a function asks for them, as on GitHub: `case` looks only at the
branch it takes, `format` only at what the text mentions. The status functions and hashFiles
have no body here; the runner gives it in the Scope. Source: GitHub's page "Evaluate
expressions in workflows and actions".
"""

from __future__ import annotations

from headway.values import Value
from headway.workflow.expression.errors import EvaluationError
from headway.workflow.expression.value import (
    ARRAY,
    BOOLEAN,
    KINDS,
    equal,
    fold,
    is_primitive,
    kind,
    to_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Arguments(Protocol):
        """Lazily evaluated: indexing evaluates. `spend` counts characters of new text."""

        def __len__(self) -> int: ...
        def __getitem__(self, index: int) -> object: ...
        def spend(self, size: int) -> None: ...

    Body = Callable[[Arguments], object]

MANY = 255  # GitHub's limit where the documentation says that there is none
_BRACES = frozenset("{}")


def contains(arguments: Arguments) -> bool:
    search = arguments[0]
    if is_primitive(search):
        item = arguments[1]
        return is_primitive(item) and fold(to_text(item)) in fold(to_text(search))
    if kind(search) == ARRAY and search:
        item = arguments[1]
        return any(equal(item, member) for member in search)  # type: ignore[attr-defined]
    return False


def _folded(arguments: Arguments) -> tuple[str, str] | None:
    text = arguments[0]
    if not is_primitive(text):
        return None
    part = arguments[1]
    return (fold(to_text(text)), fold(to_text(part))) if is_primitive(part) else None


def starts_with(arguments: Arguments) -> bool:
    both = _folded(arguments)
    return both is not None and both[0].startswith(both[1])


def ends_with(arguments: Arguments) -> bool:
    both = _folded(arguments)
    return both is not None and both[0].endswith(both[1])


def join(arguments: Arguments) -> str:
    items = arguments[0]
    if is_primitive(items):
        return to_text(items)
    if kind(items) != ARRAY or not items:
        return ""
    texts = [to_text(item) for item in items]  # type: ignore[attr-defined]
    separator = ","
    if len(texts) > 1 and len(arguments) > 1:
        given = arguments[1]
        separator = to_text(given) if is_primitive(given) else separator
    arguments.spend(sum(map(len, texts)) + len(separator) * (len(texts) - 1))
    return separator.join(texts)


def case(arguments: Arguments) -> object:
    for at in range(0, len(arguments) - 1, 2):
        predicate = arguments[at]
        if kind(predicate) != BOOLEAN:
            raise EvaluationError(
                f"case: condition {at // 2 + 1} gives {KINDS[kind(predicate)]}, not a boolean",
                hint="compare it: x == 'true', x != ''",
            )
        if predicate:
            return arguments[at + 1]
    return arguments[len(arguments) - 1]


def to_json(arguments: Arguments) -> str:
    from headway.workflow.expression.json_text import write

    return write(arguments[0], arguments.spend)


def from_json(arguments: Arguments) -> object:
    from headway.workflow.expression.json_text import read

    text = to_text(arguments[0])
    arguments.spend(len(text))
    return read(text)


def format_text(arguments: Arguments) -> str:
    text = to_text(arguments[0])
    if _BRACES.isdisjoint(text):
        return text
    pieces = format_pieces(text, len(arguments) - 1)
    seen: dict[int, str] = {}
    for piece in pieces:
        if isinstance(piece, int):
            if piece not in seen:
                seen[piece] = to_text(arguments[piece + 1])
            arguments.spend(len(seen[piece]))
        else:
            arguments.spend(len(piece))
    return "".join(seen[p] if isinstance(p, int) else p for p in pieces)


def format_pieces(text: str, count: int) -> list[str | int]:
    """The text of `format` cut into literal pieces and numbers of replacements (from 0).

    Raises EvaluationError where GitHub does: a single brace, a number that has no argument
    (`count` is how many there are), a format specifier.
    """
    pieces: list[str | int] = []
    at = 0
    while at < len(text):
        brace = _next_brace(text, at)
        if brace > at:
            pieces.append(text[at:brace])
        if brace == len(text):
            break
        if text[brace + 1 : brace + 2] == text[brace]:
            pieces.append(text[brace])
            at = brace + 2
            continue
        number, at = _replacement(text, brace)
        if number >= count:
            given = "1 value" if count == 1 else f"{count} values"
            raise EvaluationError(f"format: {{{number}}} is asked for, but {given} given: {text}")
        pieces.append(number)
    return pieces


def _next_brace(text: str, at: int) -> int:
    found = [i for i in (text.find("{", at), text.find("}", at)) if i >= 0]
    return min(found, default=len(text))


def _replacement(text: str, brace: int) -> tuple[int, int]:
    """The number in `{N}` at `brace`, and where the text goes on after it."""
    end = brace + 1
    while text[end : end + 1].isdigit():
        end += 1
    digits = text[brace + 1 : end]
    if text[brace] == "}" or not (digits.isascii() and digits) or int(digits[:9]) > MANY:
        raise _bad_format(text)
    if text[end : end + 1] == ":":
        return int(digits), _after_specifier(text, end + 1)
    if text[end : end + 1] != "}":
        raise _bad_format(text)
    return int(digits), end + 1


def _after_specifier(text: str, start: int) -> int:
    close = start
    while text[close : close + 1] == "}" == text[close + 1 : close + 2] or (
        text[close : close + 1] not in ("", "}")
    ):
        close += 2 if text[close] == "}" else 1
    if close >= len(text):
        raise _bad_format(text)
    if close > start:
        raise EvaluationError(
            f'format: the specifier "{text[start:close]}" is not supported: {text}',
            hint="GitHub has only plain replacements: {0}",
        )
    return close + 1


def _bad_format(text: str) -> EvaluationError:
    return EvaluationError(
        f"format: this is not a valid format string: {text}",
        hint="a brace that is meant as a brace is doubled: {{ and }}",
    )


class Function(Value):
    """`minimum` and `maximum` count arguments; a body of None means: ask the Scope."""

    name: str
    usage: str
    minimum: int
    maximum: int
    body: Body | None = None

    def wrong_count(self, count: int) -> str:
        """What is wrong with calling it with so many arguments; '' when nothing is."""
        if count < self.minimum or count > self.maximum:
            return f"{self.name} takes {self.arity()}, not {count}"
        if self.name == "case" and count % 2 == 0:
            return f"case takes an odd number of arguments, not {count}"
        return ""

    def arity(self) -> str:
        low, high = self.minimum, self.maximum
        if high == 0:
            return "no arguments"
        noun = "argument" if (low if high >= MANY else high) == 1 else "arguments"
        if low == high:
            return f"{low} {noun}"
        return f"at least {low} {noun}" if high >= MANY else f"{low} to {high} {noun}"


FUNCTIONS: dict[str, Function] = {  # by name in lower case
    f.name.lower(): f
    for f in (
        Function("case", "case(condition, value, …, default)", 3, MANY, case),
        Function("contains", "contains(search, item)", 2, 2, contains),
        Function("endsWith", "endsWith(text, ending)", 2, 2, ends_with),
        Function("format", "format('{0} {1}', first, second)", 1, MANY, format_text),
        Function("fromJSON", "fromJSON(text)", 1, 1, from_json),
        Function("join", "join(array, separator)", 1, 2, join),
        Function("startsWith", "startsWith(text, beginning)", 2, 2, starts_with),
        Function("toJSON", "toJSON(value)", 1, 1, to_json),
        Function("hashFiles", "hashFiles('**/package-lock.json')", 1, MANY),
        Function("success", "success()", 0, MANY),  # a job's `if` may name jobs
        Function("failure", "failure()", 0, MANY),
        Function("always", "always()", 0, 0),
        Function("cancelled", "cancelled()", 0, 0),
    )
}
STATUS = frozenset(("success", "failure", "always", "cancelled"))
