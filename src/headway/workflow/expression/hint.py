"""What to say about a badly written expression; loaded only when there is something to say."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.expression.errors import ExpressionError
from headway.workflow.expression.function import FUNCTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.expression.lexer import Token

_SHOWN = 40  # characters of a wrong symbol that are quoted
_WORDS = {"and": '"&&"', "or": '"||"', "not": '"!"'}
_STARTS = {
    '"': "strings take single quotes: 'text'",
    "`": "strings take single quotes: 'text'",
    "'": "the string is never closed; a quote inside a string is doubled: 'it''s'",
    "=": '"==" compares',
    "&": '"&&" means and',
    "|": '"||" means or',
    "?": "choose with case(condition, yes, no)",
    ":": "choose with case(condition, yes, no)",
    "$": "this is already an expression: leave out ${{ and }}",
    "{": "there are no object literals; use fromJSON('{…}')",
    ",": "a comma only separates the arguments of a function",
    ".": "a dot belongs between an object and the name of a property",
    "*": "a star only follows a dot or stands between brackets: labels.*.name",
    ")": 'there is no "(" to close, or something is missing before it',
    "]": 'there is no "[" to close, or something is missing before it',
    "[": "only a context, a property or a result of a function or group can be indexed",
}
_ARITHMETIC = frozenset("+-/%*^~")
_COMPARES = frozenset(("==", "!=", "<", "<=", ">", ">=", "&&", "||"))
_OPERAND = frozenset(("name", "literal", "property", ")", "]", "*", "[*"))
_NAMES = "names start with a letter or _ and go on with letters, digits, _ and -"


def unexpected(text: str, offset: int, length: int, last: Token | None) -> ExpressionError:
    symbol = text[offset : offset + length]
    shown = symbol if length <= _SHOWN else symbol[:_SHOWN] + "…"
    return ExpressionError(f'unexpected symbol "{shown}"', offset, length, _mend(symbol, last))


def _mend(symbol: str, last: Token | None) -> str:
    before = last.kind if last is not None else ""
    first = symbol[0]
    if symbol.lower() in _WORDS:
        return f"write {_WORDS[symbol.lower()]}"
    if before == "name" and last is not None and str(last.value).lower() == "not":
        return 'write "!"'
    if symbol in _COMPARES or (symbol == "!" and before in _OPERAND):
        return "something is missing before it" if symbol != "!" else 'write "!="'
    if before == ".":
        return _after_dot(first)
    if before in _OPERAND and first in _ARITHMETIC:
        return "there is no arithmetic in expressions; do it in a step"
    if symbol == "(" and before == "property":
        return "functions stand alone: contains(github.ref, 'x')"
    if first in _STARTS and not (first == "." and len(symbol) > 1):
        return _STARTS[first]
    if before in _OPERAND:
        return "an operator is missing before it"
    if first in "+-.0123456789":
        return _instead_of_number(symbol)
    return f"{_NAMES}; text needs single quotes: 'text'"


def _after_dot(first: str) -> str:
    if first.isdigit():
        return "an index goes in brackets: labels[0]"
    return f"{_NAMES}; other keys go in brackets: ['a b']"


def _instead_of_number(symbol: str) -> str:
    if any(symbol[i] in _ARITHMETIC and symbol[i - 1].isdigit() for i in range(1, len(symbol))):
        return "there is no arithmetic in expressions; do it in a step"
    return "this is not a number; text needs single quotes: 'text'"


def unknown_function(token: Token) -> ExpressionError:
    name = str(token.value)
    known = [function.name for function in FUNCTIONS.values()]
    return ExpressionError(
        f'unknown function "{name}"', token.offset, token.length, did_you_mean(name, known)
    )
