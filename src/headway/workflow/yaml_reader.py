"""The events of PyYAML's C parser made into a tree of nodes, within limits."""

from __future__ import annotations

from headway.errors import Place, Problem
from headway.workflow.scalar import Unfit, key_text, plain, tagged
from headway.workflow.source import MAX_CHARACTERS, MAX_NODES, Node, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, Final

_NOT_STRINGS: Final = frozenset("0123456789+-.~nNtTfF")  # how other plain scalars begin


def read(text: str, path: str, problems: list[Problem], max_depth: int) -> Node | None:
    """The tree of a text without a byte order mark; None when the text makes none.

    Mistakes are added to `problems`.
    """
    builder = _Builder(path, problems, max_depth)
    try:
        node = builder.build(text)
    except _Stop as stop:
        problems.append(stop.problem)
        return None
    if builder.aliased and (limit := _expanded_limit(node, max_depth)):
        problems.append(Problem(limit, Place(path, 1, 1), "limit"))
        return None
    return node


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
        self.merged = False

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
            raise _Stop(Problem("the file is empty", Place(self.path, 1, 1), "yaml"))
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
            self.merged = True
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
            return "str", event.value or event.tag
        return ("str", key_text(kind, value)) if is_key else (kind, value)

    def collection(self, event: Any, is_map: bool, is_key: bool) -> Node:
        mark = event.start_mark
        if is_key:
            hint = 'a value that begins with "{" or "[" must be in quotes'
            if is_map:
                hint = "expressions are written ${{ }}"
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
        if self.merged:  # told once: what reads the tree need not know of it
            pairs = [pair for pair in pairs if pair[0].value != "<<"]
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
                    Problem(one_line(message), place, "duplicate", hint, length=len(key.value) or 1)
                )

    def problem(self, event: Any, message: str, hint: str = "", length: int = 1) -> None:
        mark = event.start_mark
        place = Place(self.path, mark.line + 1, mark.column + 1)
        self.problems.append(Problem(one_line(message), place, "yaml", hint, length=length))

    def stop(self, event: Any, message: str, rule: str = "yaml", hint: str = "") -> _Stop:
        mark = event.start_mark
        place = Place(self.path, mark.line + 1, mark.column + 1)
        return _Stop(Problem(one_line(message), place, rule, hint))
