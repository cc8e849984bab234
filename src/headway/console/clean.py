"""Takes out of text what would drive the terminal instead of being read.

A step may print anything: escape sequences that move the cursor, clear the screen, change the
title or the clipboard. On a terminal only colours and other looks (SGR) are kept, and those end
with their line. Off a terminal nothing is changed: files and pipes get the bytes as they are.

The patterns are a module of their own: most runs off a terminal never need them.
"""

from __future__ import annotations


def one_line(text: str) -> str:
    """For names and messages: no control characters, no line breaks."""
    if text.isprintable():
        return text
    from headway.console.escapes import strip_text

    return strip_text(text.replace("\n", " ").replace("\t", " "))


def lines(data: bytes, *, colour: bool, utf8: bool = True) -> bytes:
    """Output for a terminal; of a line that was overwritten (`\\r`) the last form stays."""
    from headway.console.escapes import strip

    return strip(data, colour=colour, utf8=utf8)
