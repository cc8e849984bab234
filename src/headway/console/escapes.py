"""What of a step's output a terminal would obey instead of showing. Patterns for `clean`.

ECMA-48: control sequences, control strings (to their end or the line's), other escapes, and
single control characters of both sets. Tab and newline stay.
"""

from __future__ import annotations

import re

_RESET = b"\x1b[0m"
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


def strip_text(text: str) -> str:
    return _TEXT.sub("", text)


def strip(data: bytes, *, colour: bool, utf8: bool) -> bytes:
    """See `clean.lines`."""
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
    return kept + _RESET if b"\x1b[" in kept else kept
