"""From a tree and a Scope to a value."""

from __future__ import annotations

from headway.workflow.expression.errors import EvaluationError
from headway.workflow.expression.function import FUNCTIONS
from headway.workflow.expression.node import (
    And,
    Call,
    Compare,
    Context,
    Filter,
    Index,
    Literal,
    Node,
    Not,
    Or,
    Property,
)
from headway.workflow.expression.value import (
    ARRAY,
    COMPARE,
    MISSING,
    OBJECT,
    CaseSensitive,
    Filtered,
    is_primitive,
    kind,
    lookup,
    to_number,
    to_text,
    truthy,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_TEXT = 10_000_000  # characters that format, join and toJSON may write in one evaluation
_OBJECTS = frozenset((dict, CaseSensitive))  # the quick way to a property


class Scope:
    """What names mean during an evaluation.

    `contexts` maps names in lower case to values; `functions` holds hashFiles and the status
    functions under their documented names (`hashFiles`, `success`, `failure`, `always`,
    `cancelled`), called with their evaluated arguments. A context that isn't there is null.
    One Scope serves one thread at a time.
    """

    __slots__ = ("contexts", "functions", "spent")

    def __init__(
        self,
        contexts: Mapping[str, object],
        functions: Mapping[str, Callable[..., object]] | None = None,
    ) -> None:
        self.contexts = contexts
        self.functions = functions or {}
        self.spent = 0

    def spend(self, size: int) -> None:
        """Count characters that an expression writes. Raises EvaluationError beyond MAX_TEXT."""
        self.spent += size
        if self.spent > MAX_TEXT:
            raise EvaluationError(f"the expression writes more than {MAX_TEXT:,} characters")


def evaluate(node: Node, scope: Scope) -> object:
    """The value of an expression; raises EvaluationError when it has none.

    Objects and arrays of the contexts are handed out as they are, not copied.
    """
    scope.spent = 0
    return run(node, scope)


def run(node: Node, scope: Scope) -> object:
    """`evaluate` as one part of a longer evaluation: what was spent so far still counts."""
    value = _EVALUATE[type(node)](node, scope)
    return list(value) if type(value) is Filtered else value


class _Lazy:
    """A call's arguments: indexing evaluates."""

    __slots__ = ("nodes", "scope", "spend")

    def __init__(self, nodes: tuple[Node, ...], scope: Scope) -> None:
        self.nodes = nodes
        self.scope = scope
        self.spend = scope.spend

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, index: int) -> object:
        node = self.nodes[index]
        return _EVALUATE[type(node)](node, self.scope)


def _literal(node: Literal, scope: Scope) -> object:
    return node.value


def _context(node: Context, scope: Scope) -> object:
    return scope.contexts.get(node.name)


def _property(node: Property, scope: Scope) -> object:
    base = node.base
    value = _EVALUATE[type(base)](base, scope)
    if type(value) in _OBJECTS and node.name in value:  # type: ignore[operator]
        return value[node.name]  # type: ignore[index]
    return _member(value, node.name)


def _index(node: Index, scope: Scope) -> object:
    base, key = node.base, node.key
    value = _EVALUATE[type(base)](base, scope)
    if is_primitive(value):
        return None
    return _member(value, _EVALUATE[type(key)](key, scope))


def _member(value: object, key: object) -> object:
    """`value[key]`; null when there is none. After a filter: what each item has there."""
    group = kind(value)
    if group < ARRAY:
        return None
    if type(value) is Filtered:
        return Filtered(found for i in value if (found := _find(i, key)) is not MISSING)
    found = _find(value, key)
    return None if found is MISSING else found


def _find(value: object, key: object) -> object:
    group = kind(value)
    if group == OBJECT and is_primitive(key) and hasattr(value, "get"):
        return lookup(value, to_text(key))  # type: ignore[arg-type]
    if group == ARRAY:
        number = to_number(key)
        if 0 <= number < len(value):  # type: ignore[arg-type]
            return value[int(number)]  # type: ignore[index]
    return MISSING


def _filter(node: Filter, scope: Scope) -> object:
    base = node.base
    value = _EVALUATE[type(base)](base, scope)
    if type(value) is Filtered:
        return Filtered(inner for item in value for inner in _items(item))
    return Filtered(_items(value))


def _items(value: object) -> Iterator[object]:
    group = kind(value)
    if group == OBJECT and hasattr(value, "values"):
        yield from value.values()
    elif group == ARRAY:
        yield from value  # type: ignore[misc]


def _call(node: Call, scope: Scope) -> object:
    body = FUNCTIONS[node.name.lower()].body
    arguments = _Lazy(node.arguments, scope)
    if body is not None:
        return body(arguments)
    function = scope.functions.get(node.name)
    if function is None:
        raise EvaluationError(f"the function {node.name} is not available here")
    return function(*[arguments[i] for i in range(len(arguments))])


def _not(node: Not, scope: Scope) -> object:
    operand = node.operand
    return not truthy(_EVALUATE[type(operand)](operand, scope))


def _and(node: And, scope: Scope) -> object:
    value: object = None
    for operand in node.operands:
        value = _EVALUATE[type(operand)](operand, scope)
        if not truthy(value):
            break
    return value


def _or(node: Or, scope: Scope) -> object:
    value: object = None
    for operand in node.operands:
        value = _EVALUATE[type(operand)](operand, scope)
        if truthy(value):
            break
    return value


def _compare(node: Compare, scope: Scope) -> object:
    left, right = node.left, node.right
    return COMPARE[node.operator](
        _EVALUATE[type(left)](left, scope), _EVALUATE[type(right)](right, scope)
    )


_EVALUATE: dict[type[Node], Callable[..., object]] = {
    Literal: _literal,
    Context: _context,
    Property: _property,
    Index: _index,
    Filter: _filter,
    Call: _call,
    Not: _not,
    And: _and,
    Or: _or,
    Compare: _compare,
}
