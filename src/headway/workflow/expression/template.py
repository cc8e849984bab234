"""Strings with `${{ }}` in them, and conditions.

Source: GitHub's pages "Workflow syntax" (`if`, expressions in values) and, for the reading of
a string with several expressions, GitHub's own workflow reader: such a string is one call of
`format`, which is why the limits on expressions hold for the whole string.
"""

from __future__ import annotations

from headway.workflow.expression.errors import EvaluationError, ExpressionError
from headway.workflow.expression.evaluator import Scope, evaluate, run
from headway.workflow.expression.function import MANY, STATUS
from headway.workflow.expression.node import Call, Context, Literal, Node, depth, walk
from headway.workflow.expression.parser import MAX_DEPTH, MAX_LENGTH, parse, utf16_length
from headway.workflow.expression.value import WHITESPACE, to_text, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.errors import Place

OPEN, CLOSE = "${{", "}}"


class Embedded:
    """An expression in a longer text; `offset` is where its text starts in the whole."""

    __slots__ = ("node", "offset", "text")

    def __init__(self, node: Node, offset: int, text: str) -> None:
        self.node = node
        self.offset = offset
        self.text = text


class _Source:
    """What Template and Condition share. Equal, and hashed, by `raw`."""

    __slots__ = ("parts", "place", "raw")

    raw: str
    place: Place
    parts: tuple[str | Embedded, ...]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.raw!r})"

    @property
    def expressions(self) -> tuple[Embedded, ...]:
        return tuple(part for part in self.parts if not isinstance(part, str))


class Template(_Source):
    """A string that may hold `${{ }}`; `place` is where `raw` starts in its file.

    Raises ExpressionError, with offsets into `raw`, for a badly written one.
    """

    __slots__ = ("lone",)

    def __init__(self, raw: str, place: Place) -> None:
        self.raw = raw
        self.place = place
        self.parts = split(raw)
        only = self.parts[0] if len(self.parts) == 1 else None
        self.lone = only.node if isinstance(only, Embedded) else None

    @property
    def constant(self) -> bool:
        """Whether it is a plain string: no expression, or only a quoted one (`${{ 'x' }}`)."""
        return self.lone is None and all(isinstance(part, str) for part in self.parts)

    @property
    def inserts(self) -> bool:
        """Whether it is `${{ insert }}`: the key whose value's own keys go in its place."""
        return self.lone == _INSERT

    def evaluate(self, scope: Scope) -> object:
        """A lone expression's own value, whatever its type; otherwise a string.

        Raises EvaluationError, with the template's place.
        """
        try:
            if self.lone is not None:
                return evaluate(self.lone, scope)
            return self._joined(scope)
        except EvaluationError as error:
            error.place = error.place or self.place
            raise

    def text(self, scope: Scope) -> str:
        """`evaluate` cast to a string: '' for null, 'Array' and 'Object' for those."""
        return to_text(self.evaluate(scope))

    def _joined(self, scope: Scope) -> str:
        scope.spent = 0
        pieces = []
        for part in self.parts:
            piece = part if isinstance(part, str) else to_text(run(part.node, scope))
            scope.spend(len(piece))
            pieces.append(piece)
        return "".join(pieces)


class Condition(_Source):
    """The `if:` of a job or a step, with or without `${{ }}`.

    Without a status function in it, `success()` must hold too; an empty one is `success()`.
    `implicit=False` leaves that out (`pre-if` and `post-if` of an action). Text outside
    `${{ }}` makes GitHub see a string that is not empty, hence true: `always_true_text`.
    Raises ExpressionError, with offsets into `raw`.
    """

    __slots__ = ("always_true_text", "mixed", "needs_success")

    def __init__(self, raw: str, place: Place, implicit: bool = True) -> None:
        self.raw = raw
        self.place = place
        self.parts = _condition_parts(raw)
        self.mixed = len(self.parts) > 1
        self.always_true_text = self.mixed and any(isinstance(part, str) for part in self.parts)
        self.needs_success = implicit and not any(
            isinstance(node, Call) and node.name in STATUS
            for part in self.expressions
            for node in walk(part.node)
        )

    def evaluate(self, scope: Scope) -> bool:
        """Whether the job or step is to run. Raises EvaluationError, with the place."""
        try:
            if self.needs_success and not truthy(evaluate(_SUCCESS, scope)):
                return False
            scope.spent = 0
            values = [p if isinstance(p, str) else run(p.node, scope) for p in self.parts]
        except EvaluationError as error:
            error.place = error.place or self.place
            raise
        if self.mixed:
            return any(to_text(value) for value in values)
        return all(truthy(value) for value in values)


_SUCCESS = Call("success", ())
_INSERT = Context("insert")


def _condition_parts(raw: str) -> tuple[str | Embedded, ...]:
    offset = 0
    if OPEN in raw:
        parts = split(raw)
        if len(parts) > 1 or not isinstance(parts[0], str):
            return parts
        # GitHub takes `${{ 'text' }}` for the plain string, and that for the condition.
        offset, raw = raw.find("'") + 1, parts[0]
    if not raw.strip(WHITESPACE):
        return ()
    try:
        return (Embedded(parse(raw), offset, raw),)
    except ExpressionError as error:
        raise error.shifted(offset) if offset else error from None


def split(raw: str) -> tuple[str | Embedded, ...]:
    """The text and the expressions of a string, in order; always at least one part.

    Raises ExpressionError for an expression that is badly written, empty or never closed,
    and where the string as a whole exceeds GitHub's limits.
    """
    start = raw.find(OPEN)
    if start < 0:
        return (raw,)
    parts: list[str | Embedded] = []
    at = 0
    while start >= 0:
        if start > at:
            parts.append(raw[at:start])
        at = _end(raw, start)
        parts.append(_embedded(raw, start + len(OPEN), at - len(CLOSE)))
        start = raw.find(OPEN, at)
    if at < len(raw):
        parts.append(raw[at:])
    if len(parts) > 1:
        _check_whole(raw, parts)
    else:
        only = parts[0]
        if isinstance(only, Embedded) and isinstance(only.node, Literal) and only.text[0] == "'":
            return (str(only.node.value),)
    return tuple(parts)


def _end(raw: str, start: int) -> int:
    """Where the expression opened at `start` is over; `}}` in quotes doesn't count."""
    at = start + len(OPEN)
    while (end := raw.find(CLOSE, at)) >= 0:
        quote = raw.find("'", at, end)
        if quote < 0:
            return end + len(CLOSE)
        closing = raw.find("'", quote + 1)
        if closing < 0:
            hint = "a quote in it is never closed"
            raise ExpressionError("the expression is never closed with }}", start, 3, hint)
        at = closing + 1
    raise ExpressionError("the expression is never closed with }}", start, len(OPEN))


def _embedded(raw: str, start: int, end: int) -> Embedded:
    inner = raw[start:end]
    text = inner.strip(WHITESPACE)
    if not text:
        message = "an expression was expected between ${{ and }}"
        raise ExpressionError(message, start - len(OPEN), end + len(CLOSE) - start + len(OPEN))
    offset = start + len(inner) - len(inner.lstrip(WHITESPACE))
    try:
        return Embedded(parse(text), offset, text)
    except ExpressionError as error:
        raise error.shifted(offset) from None


def _check_whole(raw: str, parts: list[str | Embedded]) -> None:
    """GitHub's limits hold for the `format(…)` that the string stands for."""
    expressions = [part for part in parts if isinstance(part, Embedded)]
    if len(expressions) >= MANY:
        extra = expressions[MANY - 1]
        message = f"GitHub takes at most {MANY - 1} expressions in one string"
        raise ExpressionError(message, extra.offset, len(extra.text))
    if len(raw) * 2 > MAX_LENGTH:
        _check_length(raw, parts)
    for part in expressions:
        if len(part.text) >= MAX_DEPTH - 1 and depth(part.node) >= MAX_DEPTH:
            message = f"the expression is nested deeper than {MAX_DEPTH - 1} levels"
            hint = "text around it counts as one level more"
            raise ExpressionError(message, part.offset, len(part.text), hint)


def _check_length(raw: str, parts: list[str | Embedded]) -> None:
    length = len("format('')")
    count = 0
    for part in parts:
        if isinstance(part, str):
            length += utf16_length(part) + sum(map(part.count, "'{}"))  # each is doubled
        else:
            length += len(f"{{{count}}}, ") + utf16_length(part.text)
            count += 1
    if length > MAX_LENGTH:
        raise ExpressionError(
            f"a string with expressions in it may have {MAX_LENGTH:,} characters, not {length:,}",
            0,
            len(raw),
            "put the values into env, or the text into a file",
        )


def templated(raw: str, place: Place) -> str | Template:
    """A Template, or the string itself when nothing in it needs evaluating.

    Raises ExpressionError like Template.
    """
    if OPEN not in raw:
        return raw
    template = Template(raw, place)
    return str(template.parts[0]) if template.constant else template


def resolve(data: object, scope: Scope) -> object:
    """`data` (nested dicts and lists) with every Template in it evaluated, keys included.

    A mapping at the key `${{ insert }}`, and a list that an item of a list evaluates to, go in
    there with their own keys and items, as GitHub's workflow reader does it. The result shares
    nothing with `data` but what the templates gave. Raises EvaluationError.
    """
    if isinstance(data, Template):
        return data.evaluate(scope)
    if isinstance(data, dict):
        return _mapping(data, scope)
    if isinstance(data, (list, tuple)):
        return _list(data, scope)
    return data


def _mapping(data: dict[object, object], scope: Scope) -> dict[object, object]:
    found: dict[object, object] = {}
    for key, value in data.items():
        resolved = resolve(value, scope)
        if not isinstance(key, Template):
            found[key] = resolved
        elif not key.inserts:
            _add(found, {key.text(scope): resolved}, key.place)
        elif isinstance(resolved, dict):
            _add(found, resolved, key.place)
        else:
            error = EvaluationError("the value at ${{ insert }} must be a mapping")
            error.place = key.place
            raise error
    return found


def _add(found: dict[object, object], more: dict[object, object], place: Place) -> None:
    known = {str(key).lower() for key in found}
    for key, value in more.items():
        if str(key).lower() in known:
            error = EvaluationError(f'the key "{key}" is there twice')
            error.place = place
            raise error
        found[key] = value


def _list(data: list[object] | tuple[object, ...], scope: Scope) -> list[object]:
    """The items of a list that an expression gives take the expression's place."""
    found: list[object] = []
    for item in data:
        value = resolve(item, scope)
        if isinstance(item, Template) and isinstance(value, list):
            found += value
        else:
            found.append(value)
    return found
