"""The end of a log that may have been turned over."""

from __future__ import annotations

import os

_BLOCK = 1 << 16


def tail(path: str, lines: int) -> bytes:
    """The last lines of `path`, and of `path.1` when it has fewer; nothing when it isn't there."""
    found = _tail(path, lines)
    missing = lines - found.count(b"\n")
    return _tail(f"{path}.1", missing) + found if missing > 0 else found


def _tail(path: str, lines: int) -> bytes:
    if lines <= 0:
        return b""
    try:
        with open(path, "rb") as file:
            end = file.seek(0, os.SEEK_END)
            text = b""
            while end > 0 and text.count(b"\n") <= lines:
                start = max(0, end - _BLOCK)
                file.seek(start)
                text = file.read(end - start) + text
                end = start
    except FileNotFoundError:
        return b""
    return b"".join(text.splitlines(keepends=True)[-lines:])
