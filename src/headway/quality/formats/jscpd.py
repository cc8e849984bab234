"""jscpd's JSON report: copied passages, two places each."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Duplication, Span

NAME = "jscpd"
KIND: Kind = "duplication"
SYNTAX = "json"


class _Place(Struct):
    name: str
    start: int
    end: int


class _Clone(Struct):
    firstFile: _Place
    secondFile: _Place
    lines: int
    tokens: int = 0


class _Total(Struct):
    lines: int
    duplicatedLines: int
    percentage: float
    clones: int = 0


class _Statistics(Struct):
    total: _Total


class _Document(Struct):
    duplicates: list[_Clone]
    statistics: _Statistics


def detect(head: Head) -> bool:
    return head.has("duplicates", "statistics")


def parse(source: Source) -> Report:
    document = decode(source, _Document)
    total = document.statistics.total
    return Report(
        tool="jscpd",
        kind=KIND,
        measures={
            "duplication.lines": float(total.lines),
            "duplication.duplicated_lines": float(total.duplicatedLines),
            "duplication.percent": total.percentage,
            "duplication.clones": float(total.clones),
        },
        duplication=tuple(_duplication(clone) for clone in document.duplicates),
    )


def _duplication(clone: _Clone) -> Duplication:
    spans = sorted(
        Span(place.name.replace("\\", "/"), place.start, place.end)
        for place in (clone.firstFile, clone.secondFile)
    )
    return Duplication(places=tuple(spans), lines=clone.lines, tokens=clone.tokens)
