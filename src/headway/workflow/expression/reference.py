"""Which contexts, properties and functions an expression mentions; and a tree as text again."""

from __future__ import annotations

from math import isnan

from headway.values import Value
from headway.workflow.expression.lexer import is_name
from headway.workflow.expression.node import (
    Call,
    Compare,
    Context,
    Filter,
    Index,
    Literal,
    Logical,
    Node,
    Not,
    Property,
    walk,
)
from headway.workflow.expression.value import to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.workflow.expression.template import Condition, Template


class Reference(Value):
    """A context and the properties taken from it: `needs.build.outputs.x`.

    `path` starts with the context's name in lower case; properties are spelt as written, a
    computed one is None, `.*` is "*". `marks` has the offset and length of each part.
    """

    path: tuple[str | None, ...]
    marks: tuple[tuple[int, int], ...]

    @property
    def offset(self) -> int:
        return self.marks[0][0]

    @property
    def length(self) -> int:
        """From the start of the first part to the end of the last."""
        last, length = self.marks[-1]
        return last + length - self.offset


def references(expression: Node | Template | Condition) -> Iterator[Reference]:
    """Every context in it with all that is taken from it, from left to right.

    Marks count in the expression's text for a Node, in `raw` for the others.
    """
    if isinstance(expression, Node):
        yield from _references(expression, 0)
    else:
        for part in expression.expressions:
            yield from _references(part.node, part.offset)


def _references(node: Node, base: int) -> Iterator[Reference]:
    inner: set[int] = set()  # nodes that are part of a chain reported already
    for current in walk(node):
        if id(current) in inner:
            continue
        chain = _chain(current)
        if isinstance(chain[-1], Context):
            inner.update(map(id, chain))
            parts = [_part(link) for link in reversed(chain)]
            marks = tuple((base + link.offset, link.length) for link in reversed(chain))
            yield Reference(tuple(parts), marks)


def _chain(node: Node) -> list[Node]:
    chain = [node]
    while isinstance(node, (Property, Index, Filter)):
        node = node.base
        chain.append(node)
    return chain


def _part(link: Node) -> str | None:
    if isinstance(link, (Context, Property)):
        return link.name
    if isinstance(link, Filter):
        return "*"
    if isinstance(link, Index) and isinstance(link.key, Literal):
        return to_text(link.key.value)
    return None


def functions_used(expression: Node | Template | Condition) -> frozenset[str]:
    """The functions called anywhere in it, under their documented names."""
    if isinstance(expression, Node):
        return frozenset(part.name for part in walk(expression) if isinstance(part, Call))
    return frozenset[str]().union(*(functions_used(p.node) for p in expression.expressions))


_TIGHTNESS = {"||": 5, "&&": 6, "==": 10, "!=": 10, "<": 11, "<=": 11, ">": 11, ">=": 11}
_NOT, _ATOM = 16, 20
_WORDS = ("true", "false", "null")


def to_source(node: Node) -> str:
    """The expression as text, with no more brackets than it needs; parse gives the tree back."""
    return _source(node)[0]


def _source(node: Node) -> tuple[str, int]:
    """The text and how tightly its outermost operator binds."""
    if isinstance(node, Literal):
        return _literal(node.value), _NOT  # a literal can't be indexed without brackets
    if isinstance(node, Context):
        # `True` is a context, `true` is not; only the latter's spelling matters.
        return node.name.upper() if node.name in _WORDS else node.name, _ATOM
    if isinstance(node, Property):
        name = node.name
        access = f".{name}" if is_name(name) else f"[{_literal(name)}]"
        return _within(node.base, _ATOM) + access, _ATOM
    if isinstance(node, Index):
        return f"{_within(node.base, _ATOM)}[{to_source(node.key)}]", _ATOM
    if isinstance(node, Filter):
        return f"{_within(node.base, _ATOM)}.*", _ATOM
    if isinstance(node, Call):
        return f"{node.name}({', '.join(map(to_source, node.arguments))})", _ATOM
    if isinstance(node, Not):
        return f"!{_within(node.operand, _NOT)}", _NOT
    if isinstance(node, Compare):
        tight = _TIGHTNESS[node.operator]
        left, right = _within(node.left, tight), _within(node.right, tight + 1)
        return f"{left} {node.operator} {right}", tight
    assert isinstance(node, Logical)
    tight = _TIGHTNESS[node.operator]
    inner = [_within(operand, tight + 1) for operand in node.operands]
    return f" {node.operator} ".join(inner), tight


def _within(node: Node, tightness: int) -> str:
    text, own = _source(node)
    return text if own >= tightness else f"({text})"


def _literal(value: object) -> str:
    if isinstance(value, str):
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    if isinstance(value, float):
        return "NaN" if isnan(value) else repr(value).replace("inf", "Infinity")
    return to_text(value) or "null"
