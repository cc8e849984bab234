"""A YAML file that was read: its text, its tree, and where things are in it."""

from __future__ import annotations

import re
from typing import TypeAlias

from headway.errors import Place, Problem
from headway.workflow.source import Node, one_line
from headway.workflow.syntax.reader import label

Where: TypeAlias = tuple[str | int, ...]  # keys and indexes from the root of the file

_QUOTED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'(?:[^']|'')*'")}
_TOKEN = re.compile(r"[^\s,\]}]+")


class Tree:
    """`root` is None when there is no file, or nothing in it."""

    def __init__(self, path: str, text: str = "", root: Node | None = None) -> None:
        self.path = path
        self.text = text
        self.root = root
        self._lines = text.removeprefix("\ufeff").splitlines()

    def problem(
        self, node: Node | None, where: Where, message: str, hint: str = "", rule: str = "config"
    ) -> Problem:
        """A mistake at a node, underlined; the message begins with its path."""
        message = one_line(f"{label(where)}: {message}" if where else message)
        length = len(self.raw(node)) if node is not None else 1
        return Problem(message, self.place_of(node), rule, one_line(hint), length=max(1, length))

    def place_of(self, node: Node | None) -> Place:
        if node is None:
            return Place(self.path, 1, 1)
        if node.line > len(self._lines):  # nothing, where the file ends
            last = self._lines[-1] if self._lines else ""
            return Place(self.path, max(1, len(self._lines)), len(last) + 1)
        return Place(self.path, node.line, node.column)

    def raw(self, node: Node) -> str:
        """A scalar as it is written, as far as it is on its first line; "" for the others."""
        if node.kind in ("map", "seq", "null") or node.line > len(self._lines):
            return ""
        rest = self._lines[node.line - 1][node.column - 1 :]
        if rest[:1] in _QUOTED:
            found = _QUOTED[rest[0]].match(rest)
            return found[0] if found else rest
        if node.kind == "str":
            first = str(node.value).split("\n", 1)[0]
            return first if rest.startswith(first) else rest
        found = _TOKEN.match(rest)
        return found[0] if found else ""

    def find(self, path: str) -> tuple[Node | None, Where]:
        """The node that a dotted path leads to, and its keys: `gates.coverage.min`, `waivers.0`.

        Of what isn't there, the nearest thing around it. A scalar is given itself, a mapping or
        a list its key, since that is where people look for it. Keys may have dots in them.
        """
        return self.find_from(self.root, None, path)

    def find_from(
        self, node: Node | None, key: Node | None, path: str, where: Where = ()
    ) -> tuple[Node | None, Where]:
        """The same from a node in the tree on, whose key is `key`."""
        while node is not None and path:
            step = _step(node, path)
            if step is None:
                break
            name, key, node, path = step
            where = (*where, name)
        if node is not None and node.kind in ("map", "seq", "null") and key is not None:
            return key, where
        return node, where


def _step(node: Node, path: str) -> tuple[str | int, Node | None, Node, str] | None:
    """One key or index of the path, its key node and value, and the rest of the path."""
    if node.kind == "map":
        fitting = [
            (key, value)
            for key, value in node.value
            if path == key.value or path.startswith((f"{key.value}.", f"{key.value}["))
        ]
        if not fitting:
            return None
        key, value = max(fitting, key=lambda pair: len(pair[0].value))
        return key.value, key, value, path[len(key.value) :].removeprefix(".")
    if node.kind == "seq":
        found = re.match(r"\[?(\d+)\]?(?:\.|$|(?=\[))", path)
        if found and int(found[1]) < len(node.value):
            return int(found[1]), None, node.value[int(found[1])], path[found.end() :]
    return None
