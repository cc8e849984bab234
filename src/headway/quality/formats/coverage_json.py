"""coverage.py's JSON (`coverage json`), formats 1 to 3 (coverage.py 5 and newer)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.collect import Collected
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import convert, decode, items
from headway.quality.reading.source import WHOLE

NAME = "coverage-json"
KIND: Kind = "coverage"
SYNTAX = "json"


class _Meta(Struct, frozen=True):
    version: str = ""


class _File(Struct):
    executed_lines: list[int]
    missing_lines: list[int]
    excluded_lines: list[int] = []
    executed_branches: list[tuple[int, int]] = []
    missing_branches: list[tuple[int, int]] = []


class _Totals(Struct):
    num_statements: int
    covered_lines: int
    num_branches: int | None = None
    covered_branches: int | None = None


class _Document(Struct):
    files: dict[str, _File]
    meta: _Meta = _Meta()
    totals: _Totals | None = None


def detect(head: Head) -> bool:
    return head.has("meta.version", "files") and "meta.branch_coverage" in head.values


def parse(source: Source) -> Report:
    """Lines and, from format 2 on, branches; a large file is streamed and has no `measures`."""
    collected = Collected()
    if source.size <= WHOLE:
        document = decode(source, _Document)
        for path, file in document.files.items():
            _add(source, collected, path, file)
        version, measures = document.meta.version, _measures(document.totals)
    else:
        for path, value in items(source, "files"):
            _add(source, collected, path, convert(source, value, _File, f"$.files.{path}"))
        version, measures = source.head.values.get("meta.version", ""), {}
    return Report(
        tool="coverage.py",
        tool_version=version,
        kind=KIND,
        measures=measures,
        coverage=collected.files(),
    )


def _add(source: Source, collected: Collected, path: str, file: _File) -> None:
    marks = collected.file(path.replace("\\", "/"))
    # Lines that ran though the configuration excludes them are listed as executed too.
    excluded = set(file.excluded_lines)
    try:
        for line in file.executed_lines:
            if line not in excluded:
                marks.add(line, True)
        for line in file.missing_lines:
            marks.add(line, False)
    except ValueError as error:
        raise source.error(str(error), path=f"$.files.{path}") from None
    ways: dict[int, tuple[list[str], list[str]]] = {}
    for start, end in file.executed_branches:
        ways.setdefault(start, ([], []))[0].append(_way(end))
    for start, end in file.missing_branches:
        ways.setdefault(start, ([], []))[1].append(_way(end))
    for line, (taken, missed) in sorted(ways.items()):
        marks.branch(line, len(taken), len(taken) + len(missed), missed)
    marks.close()


def _way(end: int) -> str:
    """The XML report writes `exit` for what this one writes as a negative line."""
    return "exit" if end < 0 else str(end)


def _measures(totals: _Totals | None) -> dict[str, float]:
    if totals is None:
        return {}
    measures = {
        "coverage.lines": totals.num_statements,
        "coverage.covered_lines": totals.covered_lines,
        "coverage.branches": totals.num_branches,
        "coverage.covered_branches": totals.covered_branches,
    }
    return {name: float(value) for name, value in measures.items() if value is not None}
