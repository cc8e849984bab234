"""From an expression's text to its tree.

Two stacks instead of recursion, so that ten thousand brackets are no danger, and mistakes are
reported in the order in which GitHub finds them. Limits are GitHub's own.
"""

from __future__ import annotations

from headway.workflow.expression.errors import ExpressionError
from headway.workflow.expression.function import FUNCTIONS
from headway.workflow.expression.lexer import (
    BEFORE_OPERAND,
    BINARY,
    FUNCTION,
    LITERAL,
    NAME,
    PROPERTY,
    UNEXPECTED,
    Token,
    tokens,
)
from headway.workflow.expression.node import (
    And,
    Call,
    Compare,
    Context,
    Filter,
    Index,
    Literal,
    Logical,
    Node,
    Not,
    Or,
    Property,
)

MAX_LENGTH = 21_000  # UTF-16 code units
MAX_DEPTH = 50  # nodes from the root to the deepest, inclusive
_CACHED = 4096  # trees kept; workflows repeat their expressions a lot

_CALL, _ANY = "call", "[*"  # "(" after a function's name; "*" after "["
_PRECEDENCE: dict[object, int] = {"!": 16, "<": 11, "<=": 11, ">": 11, ">=": 11}
_PRECEDENCE |= {"==": 10, "!=": 10, "&&": 6, "||": 5}
_BASE = frozenset((")", "]", "*", _ANY, PROPERTY, NAME))  # "." and "[" may follow these
_AFTER_OPERAND = _BASE | {LITERAL}
_FOLLOWS = {
    LITERAL: BEFORE_OPERAND | {_CALL},
    NAME: BEFORE_OPERAND | {_CALL},
    FUNCTION: BEFORE_OPERAND | {_CALL},
    "(": BEFORE_OPERAND | {_CALL},
    "!": BEFORE_OPERAND | {_CALL},
    BINARY: _AFTER_OPERAND,
    ",": _AFTER_OPERAND,
    "]": _AFTER_OPERAND,
    ")": _AFTER_OPERAND | {_CALL},
    ".": _BASE,
    "[": _BASE,
    "*": frozenset("."),
    _ANY: frozenset("["),
    PROPERTY: frozenset("."),
    _CALL: frozenset((FUNCTION,)),
    UNEXPECTED: frozenset[str](),
}
_trees: dict[str, Node] = {}


def parse(text: str) -> Node:
    """The tree of an expression (without `${{ }}`).

    Raises ExpressionError with the place of the first mistake: an unexpected symbol, an
    unknown function, a wrong number of arguments, a limit exceeded. Names of contexts are
    checked by `check`, because it depends on the workflow key which of them there are.
    """
    tree = _trees.get(text)
    if tree is None:
        tree = _Parser(text).parse()
        if len(text) < 500:
            if len(_trees) >= _CACHED:
                _trees.clear()
            _trees[text] = tree
    return tree


def utf16_length(text: str) -> int:
    """Length as GitHub counts it: characters beyond U+FFFF are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Parser:
    """`operands` holds (tree, its depth); `pending` the operators and brackets still open."""

    __slots__ = ("last", "operands", "pending", "starts", "text")

    def __init__(self, text: str) -> None:
        if len(text) * 2 > MAX_LENGTH and utf16_length(text) > MAX_LENGTH:
            raise ExpressionError(
                f"the expression is longer than {MAX_LENGTH:,} characters", 0, len(text)
            )
        self.text = text
        self.last: Token | None = None
        self.operands: list[tuple[Node, int]] = []
        self.pending: list[Token] = []
        self.starts: list[int] = []  # for each open call: operands before its arguments

    def parse(self) -> Node:
        last, previous = None, ""
        for token in tokens(self.text):
            if token.kind == "(" and previous == FUNCTION:
                token.kind = _CALL
            elif token.kind == "*" and previous == "[":
                token.kind = _ANY
            if previous not in _FOLLOWS[token.kind]:
                raise self.unexpected(token)
            _PUSH[token.kind](self, token)
            self.last = last = token
            previous = last.kind
        if last is None:
            raise ExpressionError("an expression was expected", 0, max(1, len(self.text)))
        self.check_end(last)
        self.apply_down_to(1)
        node, depth = self.operands.pop()
        if depth > MAX_DEPTH:
            message = f"the expression is nested deeper than {MAX_DEPTH} levels"
            raise ExpressionError(message, 0, len(self.text))
        return node

    def check_end(self, last: Token) -> None:
        bracket = next((t for t in reversed(self.pending) if t.kind in ("(", "[", _CALL)), None)
        if last.kind not in _AFTER_OPERAND:
            end = last.offset + last.length
            symbol = self.text[last.offset : end]
            message = f'the expression ends after "{symbol}", where something should follow'
            raise ExpressionError(message, last.offset, last.length)
        if bracket is not None:
            close = "]" if bracket.kind == "[" else ")"
            message = f'"{self.text[bracket.offset]}" is never closed'
            raise ExpressionError(message, bracket.offset, 1, f'a "{close}" is missing')

    def unexpected(self, token: Token) -> ExpressionError:
        from headway.workflow.expression.hint import unexpected

        return unexpected(self.text, token.offset, token.length, self.last)

    # --- operands -------------------------------------------------------------------------

    def push_literal(self, token: Token) -> None:
        self.operands.append((Literal(token.value, token.offset, token.length), 1))

    def push_name(self, token: Token) -> None:
        name = str(token.value).lower()
        self.operands.append((Context(name, token.offset, token.length), 1))

    def push_property(self, token: Token) -> None:
        base, depth = self.operands.pop()
        node = Property(base, str(token.value), token.offset, token.length)
        self.operands.append((node, depth + 1))

    def push_filter(self, token: Token) -> None:
        base, depth = self.operands.pop()
        self.operands.append((Filter(base, token.offset, 1), depth + 1))

    def push_function(self, token: Token) -> None:
        if str(token.value).lower() not in FUNCTIONS:
            from headway.workflow.expression.hint import unknown_function

            raise unknown_function(token)

    # --- operators ------------------------------------------------------------------------

    def push_operator(self, token: Token) -> None:
        if token.kind == BINARY:
            self.apply_down_to(_PRECEDENCE[token.value])
        self.pending.append(token)

    def push_nothing(self, token: Token) -> None:
        """A dot takes effect with the name or star after it."""

    def apply_down_to(self, precedence: int) -> None:
        """Build the nodes of all pending operators that bind at least so tightly."""
        while self.pending:
            token = self.pending[-1]
            if _PRECEDENCE.get(token.value, 0) < precedence:
                return
            self.pending.pop()
            self.apply(str(token.value), token)

    def apply(self, operator: str, token: Token) -> None:
        right, depth = self.operands.pop()
        node: Node
        if operator == "!":
            node = Not(right, token.offset, 1)
        else:
            left, left_depth = self.operands.pop()
            if operator in ("&&", "||"):
                kind = And if operator == "&&" else Or
                # A chain inside a chain dissolves, and with it one level of depth.
                depth = max(depth - isinstance(right, kind), left_depth - isinstance(left, kind))
                node = kind(_chain(left, kind) + _chain(right, kind), token.offset, 2)
            else:
                depth = max(depth, left_depth)
                node = Compare(operator, left, right, token.offset, token.length)
        self.operands.append((node, depth + 1))

    # --- brackets -------------------------------------------------------------------------

    def open_bracket(self, token: Token) -> None:
        self.pending.append(token)

    def open_call(self, token: Token) -> None:
        assert self.last is not None
        token.value = self.last  # the function's name
        self.pending.append(token)
        self.starts.append(len(self.operands))

    def innermost(self, token: Token, *kinds: str) -> Token:
        """The bracket that `token` belongs to, everything since then applied."""
        self.apply_down_to(1)
        if not self.pending or self.pending[-1].kind not in kinds:
            raise self.unexpected(token)
        return self.pending[-1]

    def separator(self, token: Token) -> None:
        self.innermost(token, _CALL)

    def close_index(self, token: Token) -> None:
        bracket = self.innermost(token, "[")
        self.pending.pop()
        key, depth = self.operands.pop()
        base, base_depth = self.operands.pop()
        assert self.last is not None
        node: Node
        if self.last.kind == _ANY:
            node = Filter(base, self.last.offset, 1)
        elif isinstance(key, Literal) and isinstance(key.value, str):
            node = Property(base, key.value, key.offset, key.length)
        else:
            node = Index(base, key, bracket.offset, token.offset + 1 - bracket.offset)
        self.operands.append((node, max(depth, base_depth) + 1))

    def close_bracket(self, token: Token) -> None:
        bracket = self.innermost(token, "(", _CALL)
        self.pending.pop()
        if bracket.kind == _CALL:
            self.close_call(bracket)

    def close_call(self, bracket: Token) -> None:
        name = bracket.value
        assert isinstance(name, Token)
        start = self.starts.pop()
        pairs = self.operands[start:]
        del self.operands[start:]
        function = FUNCTIONS[str(name.value).lower()]
        problem = function.wrong_count(len(pairs))
        if problem:
            raise ExpressionError(problem, name.offset, name.length, function.usage)
        arguments = tuple(node for node, _ in pairs)
        depth = max((depth for _, depth in pairs), default=0)
        call = Call(function.name, arguments, name.offset, name.length)
        self.operands.append((call, depth + 1))


def _chain(node: Node, kind: type[Logical]) -> tuple[Node, ...]:
    return node.operands if isinstance(node, kind) else (node,)


_PUSH = {
    LITERAL: _Parser.push_literal,
    _ANY: _Parser.push_literal,
    NAME: _Parser.push_name,
    PROPERTY: _Parser.push_property,
    "*": _Parser.push_filter,
    FUNCTION: _Parser.push_function,
    ".": _Parser.push_nothing,
    "!": _Parser.push_operator,
    BINARY: _Parser.push_operator,
    "(": _Parser.open_bracket,
    "[": _Parser.open_bracket,
    _CALL: _Parser.open_call,
    ",": _Parser.separator,
    ")": _Parser.close_bracket,
    "]": _Parser.close_index,
}
