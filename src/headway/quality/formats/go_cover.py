"""Go's coverage profiles (`go test -coverprofile`), described in `go doc cmd/cover`.

A profile counts statements in blocks; a line counts as coverable when a block with statements
touches it, and as hit when one of these ran.
"""

from __future__ import annotations

import re

from headway.quality.collect import Collected
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.lines import MAX_LINE
from headway.quality.reading.source import WHOLE
from headway.quality.reading.text import raw_lines

NAME = "go-cover"
KIND: Kind = "coverage"
SYNTAX = "text"

MAX_BLOCK = 100_000  # lines; no function is longer
_MODE = re.compile(r"mode: (set|count|atomic)\s*$")
_BLOCK = re.compile(rb"(.+):(\d{1,9})\.\d{1,9},(\d{1,9})\.\d{1,9} (\d{1,9}) (\d{1,19})$")


def detect(head: Head) -> bool:
    lines = head.lines or head.text.splitlines()
    return bool(lines) and _MODE.match(lines[0]) is not None


def parse(source: Source) -> Report:
    """`measures` has statements, Go's own measure, unless the profile is very large."""
    collected = Collected()
    # With -coverpkg every test binary lists every block: count each once.
    blocks: dict[bytes, tuple[int, bool]] | None = {} if source.size <= WHOLE else None
    for number, line in raw_lines(source):
        if not line or line.startswith(b"mode: "):
            continue
        match = _BLOCK.match(line)
        if match is None:
            what = f"not a block of a profile: {line[:60].decode('utf-8', 'replace')!r}"
            hint = "expected `file.go:line.column,line.column statements count`"
            raise source.error(what, line=number, hint=hint)
        first, last, statements, count = (int(part) for part in match.groups()[1:])
        if not first <= last <= min(MAX_LINE, first + MAX_BLOCK):
            raise source.error(f"a block from line {first} to line {last}", line=number)
        if blocks is not None:
            key = line.rpartition(b" ")[0]
            hit = count > 0 or blocks.get(key, (0, False))[1]
            blocks[key] = (statements, hit)
        if statements:
            collected.file(match[1].decode("utf-8", "replace")).add_range(first, last, count > 0)
    measures = {}
    if blocks is not None:
        measures["coverage.statements"] = float(sum(n for n, _ in blocks.values()))
        measures["coverage.covered_statements"] = float(sum(n for n, h in blocks.values() if h))
    return Report(tool="go", kind=KIND, measures=measures, coverage=collected.files())
