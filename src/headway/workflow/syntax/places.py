"""Where a character of a scalar's value stands in the file.

A value and its text in the file hold the same characters but for white space (folded lines,
the indentation of blocks) and escapes. So the place is found by walking the text and counting
the characters that aren't white space.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.workflow.source import Node

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+|[&!][^\s,\[\]{}]*[ \t]*\n\s*)*")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\n]*)?\r?\n")
_BLANK = " \t\r\n"
_HEXADECIMAL = {"x": 2, "u": 4, "U": 8}
_WHITE_ESCAPES = "nrtNLP_ \t"  # escapes that stand for white space


def locate(lines: list[str], node: Node, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of the character at `offset` of a scalar's value."""
    line, column = node.line, node.column
    if node.kind != "str" or not 0 < line <= len(lines):
        return line, column
    text = "\n".join(lines[line - 1 :])
    start = _start(text, column - 1)
    if start < 0:
        return line, column
    wanted = sum(1 for char in node.value[:offset] if not char.isspace())
    blank = node.value[offset : offset + 1].isspace()
    after = start
    for count, (begin, end) in enumerate(_characters(text, start)):
        if count == wanted and not (blank and count):
            return _place(text, begin, line)
        after = end
        if count == wanted - 1 and (blank or offset >= len(node.value)):
            return _place(text, end, line)
    return _place(text, after, line)


def plain_text(lines: list[str], node: Node) -> str:
    """A plain scalar of one line as it is written: `1.10` of a number. "" if there is none."""
    line = lines[node.line - 1] if 0 < node.line <= len(lines) else ""
    match = re.match(r"[^\s,\[\]{}#'\"&!*|>%@`]+", line[node.column - 1 :])
    return match[0] if match else ""


def _start(text: str, at: int) -> int:
    """Where the scalar itself begins, after an anchor or a tag."""
    match = _PROPERTIES.match(text, at)
    return match.end() if match else at


def _place(text: str, at: int, line: int) -> tuple[int, int]:
    return line + text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1) + 1


def _characters(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Start and end, in the text, of each character of the value that isn't white space."""
    quote = text[start : start + 1]
    if quote == "'":
        yield from _single(text, start + 1)
    elif quote == '"':
        yield from _double(text, start + 1)
    else:
        header = _HEADER.match(text, start)
        for at in range(header.end() if header else start, len(text)):
            if not text[at].isspace():
                yield at, at + 1


def _single(text: str, at: int) -> Iterator[tuple[int, int]]:
    while at < len(text):
        length = 1
        if text[at] == "'":
            if text[at + 1 : at + 2] != "'":
                return
            length = 2
        if not text[at].isspace():
            yield at, at + length
        at += length


def _double(text: str, at: int) -> Iterator[tuple[int, int]]:
    while at < len(text) and text[at] != '"':
        length, white = 1, text[at].isspace()
        if text[at] == "\\":
            escape = text[at + 1 : at + 2]
            length = 2 + _HEXADECIMAL.get(escape, 0)
            white = escape in _WHITE_ESCAPES or escape in _BLANK
        if not white:
            yield at, at + length
        at += length
