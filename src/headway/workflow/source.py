"""YAML text as a tree of nodes that know their place.

PyYAML's C parser gives the events; what a scalar means is decided here, by YAML 1.2's core
schema as GitHub's own reader does it: `on`, `yes` and `off` are strings, `0x1F` and `0o17`
numbers. Anchors and aliases are expanded, merge keys are refused, keys compare without case.
"""

from __future__ import annotations

from headway.errors import InvalidFile, Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

MAX_SIZE: Final = 1024 * 1024  # characters; GitHub's limit
MAX_DEPTH: Final = 50  # collections inside each other; GitHub's limit for workflows
MAX_NODES: Final = 100_000  # aliases expanded
MAX_CHARACTERS: Final = 10 * 1024 * 1024  # in all scalars, aliases expanded; GitHub's limit

_LONGEST: Final = 500  # characters of a message
KINDS: Final = ("map", "seq", "str", "int", "float", "bool", "null")


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
    from headway.workflow.yaml_reader import read

    return read(text, path, problems, max_depth), problems


def decoded(text: str | bytes) -> str:
    """The text as far as it can be shown."""
    return text if isinstance(text, str) else text.decode("utf-8-sig", "replace")


def one_line(message: str) -> str:
    """A message with a user's text in it, as one line that isn't endless."""
    message = " ".join(message.splitlines())
    return message if len(message) <= _LONGEST else message[:_LONGEST] + "…"


def _not_utf8(data: bytes, start: int, path: str) -> Problem:
    before = data[:start].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    line = before.count("\n") + 1
    place = Place(path, line, len(before) - (before.rfind("\n") + 1) + 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem("the file is UTF-16", place, "yaml", "save it as UTF-8")
    message = f"byte 0x{data[start]:02X} is not UTF-8"
    return Problem(message, place, "yaml", "save the file as UTF-8")
