"""YAML text as a tree of nodes that know their place.

PyYAML's C parser gives the events; what a scalar means is decided here, by YAML 1.2's core
schema as GitHub's own reader does it: `on`, `yes` and `off` are strings, `0x1F` and `0o17`
numbers. Anchors and aliases are expanded, merge keys are refused, keys compare without case.

A tree can be kept: `freeze` gives plain tuples for `marshal`, `thaw` the tree again, so that
an unchanged file needs neither its text parsed nor YAML's module imported.
"""

from __future__ import annotations

from headway.errors import InvalidFile, Place, Problem
from headway.workflow.scalar import Unfit, key_text, plain, tagged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, Final

MAX_SIZE: Final = 1024 * 1024  # characters; GitHub's limit
MAX_DEPTH: Final = 50  # collections inside each other; GitHub's limit for workflows
MAX_NODES: Final = 100_000  # aliases expanded
MAX_CHARACTERS: Final = 10 * 1024 * 1024  # in all scalars, aliases expanded; GitHub's limit

_NOT_STRINGS: Final = frozenset("0123456789+-.~nNtTfF")  # how other plain scalars begin
KINDS: Final = ("map", "seq", "str", "int", "float", "bool", "null")
_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}


class Node:
    """A value of the file: `kind` is one of KINDS; line and column count from 1.

    `value` is a list of (key, value) nodes for a map, a list of nodes for a seq, and what the
    scalar means for the others. Keys are always of kind "str". An alias is the very node that
    its anchor is on: never change one.
    """

    __slots__ = ("column", "kind", "line", "value")

    def __init__(self, kind: str, value: Any, line: int, column: int) -> None:
        self.kind = kind
        self.value = value
        self.line = line
        self.column = column

    def __repr__(self) -> str:
        return f"Node({self.kind!r}, {self.value!r}, {self.line}, {self.column})"


def load(text: str | bytes, path: str, *, max_depth: int = MAX_DEPTH) -> Node:
    """The tree of a file's text. Raises InvalidFile with every mistake found in it."""
    node, problems = parse(text, path, max_depth=max_depth)
    if node is None or problems:
        raise InvalidFile(problems, {path: decoded(text)})
    return node


def parse(
    text: str | bytes, path: str, *, max_depth: int = MAX_DEPTH
) -> tuple[Node | None, list[Problem]]:
    """The tree and the mistakes; the tree is None when there is nothing to go on with.

    With mistakes like a key given twice there is a tree: more can be found out about it.
    """
    problems: list[Problem] = []
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return None, [_not_utf8(error.object, error.start, path)]
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_SIZE:
        message = f"the file has {len(text):,} characters; at most {MAX_SIZE:,} are allowed"
        return None, [Problem(message, Place(path, 1, 1), "limit")]
    builder = _Builder(path, problems, max_depth)
    try:
        node = builder.build(text)
        if builder.aliased and (limit := _expanded_limit(node, max_depth)):
            raise _Stop(Problem(limit, Place(path, 1, 1), "limit"))
    except _Stop as stop:
        problems.append(stop.problem)
        return None, problems
    return node, problems


def decoded(text: str | bytes) -> str:
    """The text as far as it can be shown."""
    return text if isinstance(text, str) else text.decode("utf-8-sig", "replace")


def freeze(node: Node) -> tuple[Any, ...]:
    """Nested tuples with the tree in them, for `marshal`."""
    value, kind = node.value, node.kind
    if kind == "map":
        value = tuple(freeze(part) for pair in value for part in pair)
    elif kind == "seq":
        value = tuple(freeze(item) for item in value)
    return (_CODES[kind], value, node.line, node.column)


def thaw(data: tuple[Any, ...]) -> Node:
    """The tree that `freeze` was given."""
    code, value, line, column = data
    if code == 0:
        parts = iter([thaw(part) for part in value])
        value = list(zip(parts, parts, strict=True))
    elif code == 1:
        value = [thaw(item) for item in value]
    return Node(KINDS[code], value, line, column)


def _not_utf8(data: bytes, start: int, path: str) -> Problem:
    before = data[:start].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    line = before.count("\n") + 1
    place = Place(path, line, len(before) - (before.rfind("\n") + 1) + 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem("the file is UTF-16", place, "yaml", "save it as UTF-8")
    message = f"byte 0x{data[start]:02X} is not UTF-8"
    return Problem(message, place, "yaml", "save the file as UTF-8")


def _expanded_limit(root: Node, max_depth: int) -> str:
    """Which limit the tree breaks once its aliases are expanded, or "". Never expands them."""
    known: dict[int, tuple[int, int, int]] = {}  # id of a collection: nodes, characters, depth

    def measure(node: Node) -> tuple[int, int, int]:
        # In the order of the file, so an alias's node is always known by then: nothing is
        # walked twice, and this recursion is no deeper than the file itself is nested.
        if node.kind not in ("map", "seq"):
            return 1, len(node.value) if node.kind == "str" else 0, 0
        found = known.get(id(node))
        if found is not None:
            return found
        parts = node.value
        if node.kind == "map":
            parts = [part for pair in parts for part in pair]
        nodes, characters, depth = 1, 0, 0
        for part in parts:
            more_nodes, more_characters, deep = measure(part)
            nodes, characters = nodes + more_nodes, characters + more_characters
            depth = max(depth, deep)
        known[id(node)] = found = (nodes, characters, depth + 1)
        return found

    nodes, characters, depth = measure(root)
    if depth > max_depth:
        return f"with aliases expanded, collections are nested more than {max_depth} deep"
    if nodes > MAX_NODES:
        return f"with aliases expanded, the file has {nodes:,} values, more than {MAX_NODES:,}"
    if characters > MAX_CHARACTERS:
        return f"with aliases expanded, the file has more than {MAX_CHARACTERS:,} characters"
    return ""


class _Stop(Exception):
    """A mistake after which there is no tree."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Builder:
    """Makes nodes of the parser's events."""

    def __init__(self, path: str, problems: list[Problem], max_depth: int) -> None:
        self.path = path
        self.problems = problems
        self.max_depth = max_depth
        self.anchors: dict[str, Node] = {}
        self.aliased = False

    def build(self, text: str) -> Node:
        import yaml
        from yaml._yaml import CParser

        try:
            return self.read(CParser(text).get_event, yaml.events)
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            from headway.workflow.yaml_error import explain

            raise _Stop(explain(error, text, self.path)) from None

    def read(self, next_event: Callable[[], Any], events: ModuleType) -> Node:
        scalar, alias = events.ScalarEvent, events.AliasEvent
        mapping, sequence = events.MappingStartEvent, events.SequenceStartEvent
        ends = (events.MappingEndEvent, events.SequenceEndEvent)
        document, end = events.DocumentStartEvent, events.StreamEndEvent
        outer: list[tuple[Node | None, list[Node], bool]] = []
        node: Node | None = None  # the innermost collection that is open
        items: list[Node] = []  # what is in it so far, keys and values of a map in turn
        is_map = False
        count = 0
        while True:
            event = next_event()
            count += 1
            cls = event.__class__
            if cls is scalar:
                items.append(self.scalar(event, is_map and not len(items) & 1))
            elif cls is mapping or cls is sequence:
                outer.append((node, items, is_map))
                node = self.collection(event, cls is mapping, is_map and not len(items) & 1)
                if len(outer) > self.max_depth:
                    limit = f"collections are nested more than {self.max_depth} deep"
                    raise self.stop(event, limit, "limit")
                items.append(node)
                items, is_map = [], cls is mapping
            elif cls in ends:
                assert node is not None
                node.value = self.pairs(items) if is_map else items
                node, items, is_map = outer.pop()
            elif cls is alias:
                items.append(self.alias(event, is_map and not len(items) & 1))
            elif cls is document:
                if items:
                    hint = "keep one document in the file: remove everything from this line on"
                    raise self.stop(event, "a second YAML document begins here", hint=hint)
            elif cls is end:
                break
        if count > MAX_NODES:
            raise self.stop(event, f"the file has more than {MAX_NODES:,} YAML values", "limit")
        if not items:
            raise self.stop(event, "the file is empty")
        return items[0]

    def scalar(self, event: Any, is_key: bool) -> Node:
        text, mark, is_plain = event.value, event.start_mark, event.implicit[0]
        kind = "str"
        if event.tag is not None or (is_plain and (not text or text[0] in _NOT_STRINGS)):
            kind, text = self.resolve(event, is_key)
        node = Node(kind, text, mark.line + 1, mark.column + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if is_key and is_plain and text == "<<":
            message = 'merge keys ("<<") are not supported by GitHub Actions'
            hint = "write the keys out, or use an alias for the whole mapping"
            self.problem(event, message, hint, length=2)
        return node

    def resolve(self, event: Any, is_key: bool) -> tuple[str, Any]:
        try:
            if event.tag is None:
                kind, value = plain(event.value)
            else:
                kind, value = tagged(event.value, event.tag, event.style in (None, ""))
        except Unfit as error:
            hint = ""
            if event.tag is not None and not event.tag.startswith("tag:yaml.org,2002:"):
                hint = 'a value that begins with "!" must be in quotes'
            self.problem(event, str(error), hint)
            return "str", event.value
        return ("str", key_text(kind, value)) if is_key else (kind, value)

    def collection(self, event: Any, is_map: bool, is_key: bool) -> Node:
        mark = event.start_mark
        if is_key:
            hint = 'a value that begins with "{" or "[" must be in quotes'
            raise self.stop(event, "a key must be a plain text, not a collection", hint=hint)
        node = Node("map" if is_map else "seq", None, mark.line + 1, mark.column + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: Any, is_key: bool) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            from headway.errors import did_you_mean

            hint = did_you_mean(event.anchor, self.anchors) if self.anchors else ""
            hint = hint or 'a value that begins with "*" must be in quotes'
            message = f'no anchor "&{event.anchor}" comes before this alias'
            raise self.stop(event, message, hint=hint)
        if node.kind in ("map", "seq"):
            if node.value is None:
                raise self.stop(event, f'the alias "*{event.anchor}" is inside its own anchor')
            if is_key:
                raise self.stop(event, "a key must be a plain text, not a collection")
        self.aliased = True
        if is_key and node.kind != "str":
            return Node("str", key_text(node.kind, node.value), node.line, node.column)
        return node

    def pairs(self, items: list[Node]) -> list[tuple[Node, Node]]:
        parts = iter(items)
        pairs = list(zip(parts, parts, strict=True))
        if len({key.value.lower() for key, _ in pairs}) != len(pairs):
            self.duplicates(pairs)
        return pairs

    def duplicates(self, pairs: list[tuple[Node, Node]]) -> None:
        first: dict[str, Node] = {}
        for key, _ in pairs:
            before = first.setdefault(key.value.lower(), key)
            if before is not key:
                hint = "" if before.value == key.value else "keys compare without case"
                place = Place(self.path, key.line, key.column)
                message = f'the key "{key.value}" is already given on line {before.line}'
                self.problems.append(
                    Problem(message, place, "duplicate", hint, length=len(key.value) or 1)
                )

    def problem(self, event: Any, message: str, hint: str = "", length: int = 1) -> None:
        mark = event.start_mark
        place = Place(self.path, mark.line + 1, mark.column + 1)
        self.problems.append(Problem(message, place, "yaml", hint, length=length))

    def stop(self, event: Any, message: str, rule: str = "yaml", hint: str = "") -> _Stop:
        mark = event.start_mark
        return _Stop(Problem(message, Place(self.path, mark.line + 1, mark.column + 1), rule, hint))
