"""From a YAML tree to the Structs of the sections, with every mistake and its place.

Types are strict: a text is not made of a number, a number not of a text. Where several shapes
may stand, the one that fits what is written is taken, and its mistakes are told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from typing import Any

from headway.config import quantity, words
from headway.config.shape import (
    Anything,
    Bounds,
    Choice,
    Either,
    Flag,
    Many,
    Measure,
    Moment,
    Nothing,
    Number,
    Record,
    Shape,
    Table,
    Text,
)
from headway.config.tree import Tree, Where
from headway.errors import HeadwayError, Problem, nearest
from headway.workflow.source import Node
from headway.workflow.syntax.reader import kind_of

WRONG: Any = object()  # in place of a value that couldn't be read
_SHORT = 8  # names that are listed beside the nearest
_SCALARS = ("str", "int", "float", "bool", "null")


class Reader:
    """Reads one file; `problems` collects what is wrong with it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self._depth = 0  # Structs around the one that is read

    def read(self, node: Node, shape: Shape, where: Where = (), key: Node | None = None) -> Any:
        """The value, or WRONG after noting why. `key` is the node of the key that it is under."""
        match shape:
            case Record():
                return self.record(node, shape, where, key)
            case Table():
                return self.table(node, shape, where, key)
            case Many():
                return self.many(node, shape, where, key)
            case Either(options=options):
                return self.either(node, options, where, key)
            case Anything():
                return plain(node)
        return self.scalar(node, shape, where, key)

    def wrong(self, node: Node, where: Where, message: str, hint: str = "") -> Any:
        problem = self.tree.problem(node, where, message, hint)
        if problem not in self.problems:  # the node is there once more, by an alias
            self.problems.append(problem)
        return WRONG

    def wrong_kind(
        self, node: Node, shape: Shape, where: Where, key: Node | None, hint: str = ""
    ) -> Any:
        wanted = words.expected(shape)
        if node.kind == "null":
            hint = hint or "give it a value, or remove the key"
            return self.wrong(key or node, where, f"there is no value; {wanted} is expected", hint)
        shown = f" ({self.tree.raw(node)[:40]})" if node.kind in ("int", "float", "bool") else ""
        at = key if node.kind in ("map", "seq") and key is not None else node
        what = f'"{node.value[:40]}"' if node.kind == "str" else kind_of(node) + shown
        return self.wrong(at, where, f"{wanted} is expected, not {what}", hint)

    # --- collections -------------------------------------------------------------------------

    def record(
        self,
        node: Node,
        shape: Record,
        where: Where,
        key: Node | None,
        skipped: Collection[str] = (),
    ) -> Any:
        """`skipped` keys are known and not looked at."""
        if node.kind != "map":
            return self.wrong_kind(node, shape, where, key, _keys_hint(shape))
        before = len(self.problems)
        values: dict[str, Any] = {}
        self._depth += 1
        for name, value in node.value:
            known = shape.keys.get(name.value)
            if name.value in skipped:
                continue
            if name.value == shape.tag_key and shape.tag_key:
                self.tag(value, shape, (*where, name.value), name)
            elif known is None:
                self.unknown(name, shape, where)
            else:
                found = self.read(value, known.shape, (*where, name.value), name)
                values[known.field] = found
        self._depth -= 1
        self.missing(node, shape, where, key, skipped)
        if len(self.problems) > before:
            return WRONG
        return self.made(node, shape, values, where, key)

    def made(
        self, node: Node, shape: Record, values: dict[str, Any], where: Where, key: Node | None
    ) -> Any:
        """The Struct, after what it says itself about its values.

        Only the outermost Struct of a section is asked, and the file as a whole: a Struct's
        `problems` has what those in it say.
        """
        try:
            made: Any = shape.type(**values)
        except (ValueError, TypeError) as error:
            return self.wrong(key or node, where, str(error))
        wrong = False
        said: Iterable[tuple[str, str, str]] = ()
        if self._depth <= 1 and hasattr(made, "problems"):
            said = made.problems()
        for path, message, hint in said:
            at, place = self.tree.find_from(node, key, path, where)
            self.wrong(at or node, place, message, hint)
            wrong = True
        return WRONG if wrong else made

    def unknown(self, name: Node, shape: Record, where: Where) -> None:
        known = sorted(shape.keys)
        if shape.tag_key:
            known.append(shape.tag_key)
        close = nearest(name.value.replace("-", "_"), known)
        hint = f"known: {', '.join(known)}"
        if close:
            hint = f'did you mean "{close}"?' + (f" {hint}" if len(known) <= _SHORT else "")
        self.wrong(name, where, f'unknown key "{name.value}"', hint)

    def missing(
        self, node: Node, shape: Record, where: Where, key: Node | None, skipped: Collection[str]
    ) -> None:
        """Notes keys that are missing, but none that is there misspelt."""
        given = {name.value for name, _ in node.value}
        strange = given - shape.keys.keys()
        for name, known in shape.keys.items():
            if not known.required or name in given or name in skipped:
                continue
            if any(nearest(other, shape.keys) == name for other in strange):
                continue
            hint = f"{known.name}: {words.expected(known.shape)}"
            self.wrong(key or node, where, f'the key "{name}" is missing', hint)

    def tag(self, value: Node, shape: Record, where: Where, key: Node) -> None:
        if value.value != shape.tag:
            self.wrong_kind(value, Choice((shape.tag,)), where, key)

    def table(self, node: Node, shape: Table, where: Where, key: Node | None) -> Any:
        if node.kind != "map":
            return self.wrong_kind(node, shape, where, key)
        before = len(self.problems)
        values: dict[Any, Any] = {}
        for name, value in node.value:
            if not name.value:
                self.wrong(name, where, "a key is empty")
                continue
            place = (*where, name.value)
            self.scalar(name, shape.key, place, name)
            values[name.value] = self.read(value, shape.value, place, name)
        self.count(node, shape, where, key)
        return values if len(self.problems) == before else WRONG

    def many(self, node: Node, shape: Many, where: Where, key: Node | None) -> Any:
        if node.kind != "seq":
            hint = ""
            if node.kind == "str" and isinstance(shape.item, Text | Measure | Choice):
                hint = f"write [{self.tree.raw(node)}]"
            return self.wrong_kind(node, shape, where, key, hint)
        before = len(self.problems)
        items = [
            self.read(item, shape.item, (*where, number), None)
            for number, item in enumerate(node.value)
        ]
        self.count(node, shape, where, key)
        return shape.make(items) if len(self.problems) == before else WRONG

    def count(self, node: Node, shape: Many | Table, where: Where, key: Node | None) -> None:
        found, noun = len(node.value), "key" if isinstance(shape, Table) else "item"
        if found < shape.least:
            self.wrong(key or node, where, f"at least {_of(shape.least, noun)} needed, not {found}")
        elif shape.most is not None and found > shape.most:
            self.wrong(key or node, where, f"at most {_of(shape.most, noun)} allowed, not {found}")

    # --- one of several ----------------------------------------------------------------------

    def either(self, node: Node, options: tuple[Shape, ...], where: Where, key: Node | None) -> Any:
        fitting = [option for option in options if fits(node, option)]
        if node.kind != "str" and any(isinstance(o, Number) for o in fitting):
            fitting = [o for o in fitting if not isinstance(o, Measure)]
        if len(fitting) > 1 and node.kind == "map":
            fitting = self.tagged(node, fitting, where, key)
            if not fitting:
                return WRONG
        if not fitting:
            return self.wrong_kind(node, Either(options), where, key)
        told: list[list[Problem]] = []
        for option in fitting:
            before = len(self.problems)
            value = self.read(node, option, where, key)
            if len(self.problems) == before:
                return value
            told.append(self.problems[before:])
            del self.problems[before:]
        others = [o for o in options if o not in fitting and not isinstance(o, Nothing)]
        by_choice = isinstance(fitting[0], Choice) and bool(others)
        if node.kind not in _SCALARS or (len(told) == 1 and not by_choice):
            fewest = min(told, key=len)
            self.problems += fewest
            return WRONG
        return self.none_of(node, options, where, key)

    def none_of(
        self, node: Node, options: tuple[Shape, ...], where: Where, key: Node | None
    ) -> Any:
        """A scalar that several options could have read, and none could."""
        choices = [str(v) for o in options if isinstance(o, Choice) for v in o.values]
        close = nearest(str(node.value), choices) if choices else None
        hint = f'did you mean "{close}"?' if close else ""
        if node.kind == "str" and quantity.is_bare(node.value):
            hint = "leave out the quotes" if any(isinstance(o, Number) for o in options) else hint
        return self.wrong_kind(node, Either(options), where, key, hint)

    def tagged(
        self, node: Node, options: list[Shape], where: Where, key: Node | None
    ) -> list[Shape]:
        """Of several Structs the one that the mapping says it is; none after noting why."""
        tags = {str(o.tag): o for o in options if isinstance(o, Record) and o.tag_key}
        if not tags:
            return options
        tag_key = next(iter(tags.values())).tag_key
        for name, value in node.value:
            if name.value == tag_key:
                found = tags.get(str(value.value)) if value.kind in _SCALARS else None
                if found is None:
                    self.read(value, Choice(tuple(tags)), (*where, tag_key), name)
                    return []
                return [found]
        wanted = words.either(tags)
        self.wrong(key or node, where, f'the key "{tag_key}" is missing', f"{tag_key}: {wanted}")
        return []

    # --- scalars -----------------------------------------------------------------------------

    def scalar(self, node: Node, shape: Shape, where: Where, key: Node | None) -> Any:
        match shape:
            case Text():
                return self.text(node, shape, where, key)
            case Number():
                return self.number(node, shape, where, key)
            case Flag():
                return self.flag(node, shape, where, key)
            case Choice():
                return self.choice(node, shape, where, key)
            case Measure():
                return self.measure(node, shape, where, key)
            case Moment():
                return self.moment(node, shape, where, key)
        return None if node.kind == "null" else self.wrong_kind(node, shape, where, key)

    def text(self, node: Node, shape: Text, where: Where, key: Node | None) -> Any:
        if node.kind != "str":
            hint = ""
            if node.kind in ("int", "float", "bool"):
                hint = f'put it in quotes: "{self.tree.raw(node)}"'
            return self.wrong_kind(node, shape, where, key, hint)
        value = str(node.value)
        if len(value) < shape.least:
            wanted = "it is empty" if not value else f"it is shorter than {shape.least} characters"
            return self.wrong(node, where, wanted)
        if shape.most is not None and len(value) > shape.most:
            return self.wrong(node, where, f"it is longer than {shape.most} characters")
        if shape.pattern and not re.search(shape.pattern, value):
            return self.wrong(
                node, where, f'"{value[:60]}" is not allowed', f"it must match {shape.pattern}"
            )
        return value

    def number(self, node: Node, shape: Number, where: Where, key: Node | None) -> Any:
        value = node.value
        if node.kind == "float" and not math.isfinite(value):
            return self.wrong(node, where, f"a number is expected, not {self.tree.raw(node)}")
        if node.kind not in ("int", "float"):
            hint = ""
            if node.kind == "str" and quantity.is_bare(value):
                hint = "leave out the quotes"
            elif node.kind == "str" and value[:1].isdigit():
                hint = "it is written without a unit"
            return self.wrong_kind(node, shape, where, key, hint)
        if shape.whole and not isinstance(value, int):
            return self.wrong(node, where, f"{self.tree.raw(node)} is not a whole number")
        if not shape.whole:
            value = float(value)
        return self.bounded(node, value, shape.bounds, words.written, where)

    def bounded(self, node: Node, value: Any, bounds: Bounds, text: Any, where: Where) -> Any:
        limit = words.beyond(value, bounds, text)
        if limit:
            return self.wrong(node, where, f"{self.tree.raw(node)} is not allowed: {limit}")
        return value

    def flag(self, node: Node, shape: Flag, where: Where, key: Node | None) -> Any:
        if node.kind == "bool":
            return node.value
        hint = ""
        if node.kind == "str" and node.value.lower() in _WORDS:
            hint = f"write {_WORDS[node.value.lower()]}, without quotes"
        return self.wrong_kind(node, shape, where, key, hint)

    def choice(self, node: Node, shape: Choice, where: Where, key: Node | None) -> Any:
        for value in shape.values:
            if type(value) is type(node.value) and value == node.value:
                return value
        if node.kind in ("map", "seq", "null"):
            return self.wrong_kind(node, shape, where, key)
        known = [words.written(value) for value in shape.values]
        raw = str(node.value)
        close = nearest(raw, known)
        hint = f"allowed: {', '.join(known)}"
        if close:
            hint = f'did you mean "{close}"? {hint}'
        return self.wrong(node, where, f'"{raw[:40]}" is not allowed', hint)

    def measure(self, node: Node, shape: Measure, where: Where, key: Node | None) -> Any:
        found = quantity.describe(shape.type)
        zero = found.zero and node.kind in ("int", "float") and node.value == 0
        if node.kind in ("int", "float", "str") and not zero and found.with_unit is not None:
            text = self.tree.raw(node) if node.kind != "str" else node.value
            if quantity.is_bare(text) and not (found.zero and text.strip() == "0"):
                message = f"{text.strip()} has no unit; {words.expected(shape)} is expected"
                value = abs(float(text))
                return self.wrong(node, where, message, f"write {found.with_unit(value)}")
        if node.kind != "str" and not zero:
            return self.wrong_kind(node, shape, where, key)
        try:
            value = shape.type.parse("0" if zero else node.value)  # type: ignore[attr-defined]
        except HeadwayError as error:
            return self.wrong(node, where, error.message, error.hint)
        if not isinstance(value, shape.type):
            value = shape.type(value)
        return self.bounded(node, value, shape.bounds, found.text, where)

    def moment(self, node: Node, shape: Moment, where: Where, key: Node | None) -> Any:
        pattern = words.MOMENTS[shape.type][2]
        if node.kind != "str" or not re.fullmatch(pattern, node.value):
            return self.wrong_kind(node, shape, where, key)
        try:
            return shape.type.fromisoformat(node.value)  # type: ignore[attr-defined]
        except ValueError as error:
            return self.wrong(node, where, f"{node.value}: {error}")


_WORDS = {"true": "true", "yes": "true", "on": "true"} | dict.fromkeys(
    ("false", "no", "off"), "false"
)


def _of(count: int, noun: str) -> str:
    return f"{count} {noun} is" if count == 1 else f"{count} {noun}s are"


def _keys_hint(shape: Record) -> str:
    return f"its keys: {', '.join(sorted(shape.keys))}"


def fits(node: Node, shape: Shape) -> bool:
    """Whether a node is of the kind that a shape is written as; its value may still be wrong."""
    match shape:
        case Anything():
            return True
        case Record() | Table():
            return node.kind == "map"
        case Many():
            return node.kind == "seq"
        case Nothing():
            return node.kind == "null"
        case Flag():
            return node.kind == "bool"
        case Number():
            return node.kind in ("int", "float")
        case Measure():
            return node.kind in ("str", "int", "float")
        case Choice(values=values):
            return any(type(value) is type(node.value) for value in values)
        case Text() | Moment():
            return node.kind == "str"
        case Either(options=options):
            return any(fits(node, option) for option in options)


def plain(node: Node) -> Any:
    """A node as plain Python."""
    if node.kind == "map":
        return {key.value: plain(value) for key, value in node.value}
    if node.kind == "seq":
        return [plain(item) for item in node.value]
    return node.value
