"""radon's JSON: `cc` (cyclomatic complexity), `mi` (maintainability index), `raw` (line counts)."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Complexity, FileMetrics

NAME = "radon"
KIND: Kind = "complexity"
SYNTAX = "json"

# What one file's entry has, for each of radon's commands.
_CC = ("[].complexity", "[].lineno", "[].rank")
_MI = (".mi", ".rank")
_RAW = (".loc", ".lloc", ".sloc")
_RAW_NAMES = {
    "loc": "lines",
    "sloc": "code_lines",
    "lloc": "logical_lines",
    "comments": "comment_lines",
    "blank": "blank_lines",
}


class _Block(Struct):
    type: str
    name: str
    lineno: int
    complexity: float
    endline: int = 0
    classname: str | None = None


class _File(Struct):
    error: str = ""
    mi: float | None = None
    loc: float | None = None
    sloc: float | None = None
    lloc: float | None = None
    comments: float | None = None
    blank: float | None = None


def detect(head: Head) -> bool:
    names = [name for name in head.values if not name.startswith("[]")]
    return any(_under(names, ends) for ends in (_CC, _MI, _RAW))


def _under(names: list[str], ends: tuple[str, ...]) -> bool:
    """One and the same file has all of these; files' names are not known before."""
    known = set(names)
    first = ends[0]
    return any(
        name.endswith(first) and all(name[: -len(first)] + end in known for end in ends[1:])
        for name in names
    )


def parse(source: Source) -> Report:
    """`cc` gives functions and methods, `mi` and `raw` a file's measures."""
    files = decode(source, dict[str, list[_Block] | _File])
    functions: dict[tuple[str, str, int], Complexity] = {}
    metrics: list[FileMetrics] = []
    failed: list[str] = []
    for name, entry in files.items():
        path = name.replace("\\", "/")
        if isinstance(entry, list):
            for block in entry:
                if block.type != "class":  # its methods are listed beside it
                    one = _complexity(path, block)
                    functions[one.file, one.name, one.line] = one
        elif entry.error:
            failed.append(f"{path}: {entry.error}")
        else:
            metrics.append(FileMetrics(path=path, measures=_measures(entry)))
    return Report(
        tool="radon",
        kind=KIND,
        complexity=tuple(functions.values()),
        files=tuple(metrics),
        complete=not failed,
        reason="; ".join(failed)[:1000],
    )


def _complexity(path: str, block: _Block) -> Complexity:
    name = f"{block.classname}.{block.name}" if block.classname else block.name
    return Complexity(
        file=path,
        name=name,
        line=max(block.lineno, 0),
        end_line=max(block.endline, 0),
        cyclomatic=block.complexity,
    )


def _measures(file: _File) -> dict[str, float]:
    found = {} if file.mi is None else {"maintainability": file.mi}
    for ours_of, ours in _RAW_NAMES.items():
        value = getattr(file, ours_of)
        if value is not None:
            found[ours] = value
    return found
