"""Text by the line, with bounded lines and without terminal colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def path_of(text: str) -> str:
    """A path as tools write it, with forward slashes and without a leading `./`."""
    return text.strip().replace("\\", "/").removeprefix("./")


def summary(problems: Iterable[str], most: int = 3) -> str:
    """What a tool says went wrong, in one line: the first few, and how many more."""
    unique = list(dict.fromkeys(" ".join(problem.split())[:300] for problem in problems))
    more = f"; and {len(unique) - most} more" if len(unique) > most else ""
    return "; ".join(unique[:most]) + more


def position(number: int | None) -> int:
    """A line or column as a report has it; 0 where it is missing, negative or absurd."""
    return number if number is not None and 0 < number <= 10_000_000 else 0
