"""The syntax tree of an expression: one small class for each construct.

Nodes are never changed once made (parse hands the same tree out again for the same text).
They are equal when they mean the same; positions don't count. `offset` and `length` are
characters from 0 in the expression's text and mark the name or symbol to underline.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Node:
    __slots__ = ("length", "offset")
    parts: tuple[str, ...] = ()  # the attributes that make the meaning

    offset: int
    length: int

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.meaning() == other.meaning()

    def __hash__(self) -> int:
        return hash((type(self), self.meaning()))

    def meaning(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.parts)

    def children(self) -> tuple[Node, ...]:
        return ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.meaning()!r}"


class Literal(Node):
    """null, true, false, a number or a string."""

    __slots__ = ("value",)
    parts = ("value",)

    def __init__(self, value: object, offset: int = 0, length: int = 1) -> None:
        self.value = value
        self.offset = offset
        self.length = length

    def meaning(self) -> tuple[object, ...]:
        return type(self.value), repr(self.value)  # 1 is not true, and NaN is the same NaN


class Context(Node):
    """A context by its name (`github`), in lower case."""

    __slots__ = ("name",)
    parts = ("name",)

    def __init__(self, name: str, offset: int = 0, length: int = 1) -> None:
        self.name = name
        self.offset = offset
        self.length = length


class Property(Node):
    """`base.name` or `base['name']`; positions are those of the name."""

    __slots__ = ("base", "name")
    parts = ("base", "name")

    def __init__(self, base: Node, name: str, offset: int = 0, length: int = 1) -> None:
        self.base = base
        self.name = name
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return (self.base,)


class Index(Node):
    """`base[key]` with anything but a string literal as the key."""

    __slots__ = ("base", "key")
    parts = ("base", "key")

    def __init__(self, base: Node, key: Node, offset: int = 0, length: int = 1) -> None:
        self.base = base
        self.key = key
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return self.base, self.key


class Filter(Node):
    """`base.*` or `base[*]`: every item of an array, every value of an object."""

    __slots__ = ("base",)
    parts = ("base",)

    def __init__(self, base: Node, offset: int = 0, length: int = 1) -> None:
        self.base = base
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return (self.base,)


class Call(Node):
    """A function with its documented spelling (`toJSON`) and its arguments."""

    __slots__ = ("arguments", "name")
    parts = ("name", "arguments")

    def __init__(
        self, name: str, arguments: tuple[Node, ...], offset: int = 0, length: int = 1
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return self.arguments


class Not(Node):
    __slots__ = ("operand",)
    parts = ("operand",)

    def __init__(self, operand: Node, offset: int = 0, length: int = 1) -> None:
        self.operand = operand
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


class Compare(Node):
    """`left operator right` with one of == != < <= > >=."""

    __slots__ = ("left", "operator", "right")
    parts = ("operator", "left", "right")

    def __init__(
        self, operator: str, left: Node, right: Node, offset: int = 0, length: int = 1
    ) -> None:
        self.operator = operator
        self.left = left
        self.right = right
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return self.left, self.right


class Logical(Node):
    """Operands of a chain of && or of ||: `a && (b && c)` is one chain of three."""

    __slots__ = ("operands",)
    parts = ("operands",)
    operator = ""

    def __init__(self, operands: tuple[Node, ...], offset: int = 0, length: int = 1) -> None:
        self.operands = operands
        self.offset = offset
        self.length = length

    def children(self) -> tuple[Node, ...]:
        return self.operands


class And(Logical):
    __slots__ = ()
    operator = "&&"


class Or(Logical):
    __slots__ = ()
    operator = "||"


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, each before what it contains, from left to right."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children()))


def depth(node: Node) -> int:
    """How many nodes there are from this one to the deepest in it, both included."""
    level: tuple[Node, ...] = (node,)
    count = 0
    while level:
        level = tuple(child for parent in level for child in parent.children())
        count += 1
    return count
