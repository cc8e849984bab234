"""Source lines with their coverage, packed small enough for thousands of files in one page."""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable

from headway.quality import branches, lines
from headway.quality.report import FileCoverage

SourceOf = Callable[[str], str | None]  # a file's text by its path in the repository

LONGEST = 400_000  # characters of a file that are worth looking at in a browser
ROOM = 24_000_000  # bytes of all files, packed
NOTHING, HIT, MISSED, PARTLY = " +-~"  # a line isn't code, was run, wasn't, not every way


def packed(
    files: Iterable[FileCoverage], source_of: SourceOf | None
) -> tuple[dict[str, int], list[str]]:
    """(path → number, the packed files); files that aren't there have no number."""
    numbers: dict[str, int] = {}
    found: list[str] = []
    room = ROOM
    for file in files:
        text = source_of(file.path) if source_of is not None else None
        if not text or len(text) > LONGEST:
            continue
        data = pack(f"{marks(file, text.count(chr(10)) + 1)}\n{text}")
        room -= len(data)
        if room < 0:
            break
        numbers[file.path] = len(found)
        found.append(data)
    return numbers, found


def pack(text: str) -> str:
    """Deflated (zlib), in base 64."""
    return b64encode(zlib.compress(text.encode("utf-8", "replace"), 6)).decode()


def marks(file: FileCoverage, length: int) -> str:
    """One character a line, from the first."""
    found = [NOTHING] * (length + 1)
    for line in lines.unpack(file.coverable):
        if line <= length:
            found[line] = MISSED
    for line in lines.unpack(file.covered):
        if line <= length:
            found[line] = HIT
    for branch in branches.unpack(file.branch_data):
        if branch.line <= length and found[branch.line] == HIT and branch.taken < branch.total:
            found[branch.line] = PARTLY
    return "".join(found[1:])
