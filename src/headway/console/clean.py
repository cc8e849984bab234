"""Takes out of text what would drive the terminal instead of being read.

A step may print anything: escape sequences that move the cursor, clear the screen, change the
title or the clipboard. On a terminal only colours and other looks (SGR) are kept, and those end
with their line. Off a terminal nothing is changed: files and pipes get the bytes as they are.
"""

from __future__ import annotations

import re

RESET = b"\x1b[0m"
# ECMA-48: control sequences, control strings (to their end or the line's), other escapes,
# and single control characters of both sets. Tab and newline stay.
_SEQUENCE = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f%s]"
)
_TEXT = re.compile(_SEQUENCE % r"\x80-\x9f")
_BYTES = re.compile((_SEQUENCE % "").encode("ascii"))
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_HIGH = re.compile(rb"[\x80-\x9f]")
_SUSPECT = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")
_SGR = re.compile(rb"\x1b\[[0-9;:]*m")
_OVERWRITTEN = re.compile(rb"[^\n]*\r(?!\n)(?=[^\n])")  # by a progress bar, up to its last \r


def one_line(text: str) -> str:
    """For names and messages: no control characters, no line breaks."""
    if text.isprintable():
        return text
    return _TEXT.sub("", text.replace("\n", " ").replace("\t", " "))


def lines(data: bytes, *, colour: bool, utf8: bool = True) -> bytes:
    """Output for a terminal; of a line that was overwritten (`\\r`) the last form stays."""
    if not utf8:  # there the second set of control characters are single bytes
        data = _HIGH.sub(b"", data)
    if not _SUSPECT.search(data):
        return data
    data = data.replace(b"\r\n", b"\n")
    if b"\r" in data:
        data = _OVERWRITTEN.sub(b"", data)
    data = _C1.sub(b"", data)
    if not colour or not _SGR.search(data):
        return _BYTES.sub(b"", data)
    return b"\n".join(_coloured(line) for line in data.split(b"\n"))


def _coloured(line: bytes) -> bytes:
    kept = _BYTES.sub(lambda m: m[0] if _SGR.fullmatch(m[0]) else b"", line)
    return kept + RESET if b"\x1b[" in kept else kept
