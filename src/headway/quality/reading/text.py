"""Text by the line, with bounded lines and without terminal colours."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.reading.head import plain
from headway.quality.reading.source import CHUNK, MIB, Source

MAX_LINE = MIB


def raw_lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line without its end). Raises ReportError for a line over 16 MiB."""
    number = 0
    rest = b""
    for chunk in source.chunks(CHUNK):
        parts = (rest + chunk).split(b"\n") if rest else chunk.split(b"\n")
        rest = parts.pop()
        for line in parts:
            number += 1
            yield number, line.rstrip(b"\r")
        if len(rest) > 16 * MAX_LINE:
            raise source.error("a line is longer than 16 MiB", line=number + 1)
    if rest:
        yield number + 1, rest.rstrip(b"\r")


def lines(source: Source) -> Iterator[tuple[int, str]]:
    """(number from 1, line without its end or colours); bytes that aren't UTF-8 become U+FFFD.

    Raises ReportError for a line over 1 MiB.
    """
    for number, raw in raw_lines(source):
        if len(raw) > MAX_LINE:
            raise source.error("a line is longer than 1 MiB", line=number)
        yield number, plain(raw.decode("utf-8", "replace"))
