"""LCOV tracefiles, which geninfo, Jest, Vitest, c8, coverage.py, gcovr and Rust tools write.

The records are described in geninfo's manual page ("FILES").
"""

from __future__ import annotations

from headway.quality.collect import Collected, FileMarks
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import raw_lines

NAME = "lcov"
KIND: Kind = "coverage"
SYNTAX = "text"

_TOTALS = {
    b"LF": "coverage.lines",
    b"LH": "coverage.covered_lines",
    b"BRF": "coverage.branches",
    b"BRH": "coverage.covered_branches",
}
# (line, name of the way) → was it ever taken
_Ways = dict[int, dict[str, bool]]


def detect(head: Head) -> bool:
    first = next((line for line in head.lines if line.strip()), "")
    return first.startswith(("TN:", "SF:")) and any(li.startswith("SF:") for li in head.lines)


def parse(source: Source) -> Report:
    collected = Collected()
    totals: dict[str, float] = {}
    file: FileMarks | None = None
    ways: _Ways = {}
    number = 0
    for number, line in raw_lines(source):
        key, _, rest = line.partition(b":")
        try:
            if key == b"DA" and file is not None:
                row, hits = rest.split(b",", 2)[:2]
                file.add(int(row), float(hits) > 0)
            elif key == b"SF":
                path = rest.decode("utf-8", "replace").strip().replace("\\", "/")
                file, ways = collected.file(path), {}
            elif key == b"BRDA" and file is not None:
                _branch(rest, ways)
            elif key in _TOTALS and file is not None:
                name = _TOTALS[key]
                totals[name] = totals.get(name, 0.0) + int(rest)
            elif line == b"end_of_record" and file is not None:
                _close(file, ways)
                file = None
        except (ValueError, IndexError) as error:
            what = f"not a tracefile record: {line[:60].decode('utf-8', 'replace')!r}"
            hint = str(error) if "out of range" in str(error) else ""
            raise source.error(what, line=number, hint=hint) from None
    if file is not None:
        hint = "the tool was stopped while writing, or the disk was full; run it again"
        raise source.error("the tracefile ends before end_of_record", line=number, hint=hint)
    return Report(tool="lcov", kind=KIND, measures=totals, coverage=collected.files())


def _branch(rest: bytes, ways: _Ways) -> None:
    """`BRDA:line,[e]block,branch,taken`; a line that never ran has `-` for taken."""
    row, block, name = rest.split(b",", 2)
    name, _, taken = name.rpartition(b",")
    way = f"{block.decode('utf-8', 'replace')} {name.decode('utf-8', 'replace')}"
    hit = taken != b"-" and float(taken) > 0
    by_name = ways.setdefault(int(row), {})
    by_name[way] = by_name.get(way, False) or hit


def _close(file: FileMarks, ways: _Ways) -> None:
    for line, by_name in sorted(ways.items()):
        missed = [name for name, hit in by_name.items() if not hit]
        file.branch(line, len(by_name) - len(missed), len(by_name), missed)
    file.close()
