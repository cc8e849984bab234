"""Locust's CSV files (`--csv PREFIX`): `_stats.csv`, and its companions for their error counts.

A pattern such as `reports/*.csv` finds `_failures`, `_exceptions` and `_stats_history` too.
"""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines
from headway.quality.report import LoadResult

NAME = "locust-csv"
KIND: Kind = "load"
SYNTAX = "text"

_STATS = "Type,Name,Request Count,Failure Count,"
_COMPANIONS = {
    "Method,Name,Error,Occurrences": "load.failed_requests",
    "Count,Message,Traceback,Nodes": "load.exceptions",
    "Timestamp,User Count,Type,Name,": "",
}
_PERCENTILE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)%$")


def detect(head: Head) -> bool:
    first = _first(head)
    return first.startswith(_STATS) or _companion(first) is not None


def parse(source: Source) -> Report:
    measure = _companion(_first(source.head))
    if measure is not None:
        return Report(tool="locust", kind=KIND, measures=_counted(source, measure))
    load = tuple(_result(source, number, row) for number, row in _rows(source))
    measures = {}
    for total in load:
        if not total.name:
            measures = {
                "load.requests": float(total.requests),
                "load.failures": float(total.failures),
            }
    return Report(tool="locust", kind=KIND, measures=measures, load=load)


def _first(head: Head) -> str:
    return next(iter(head.lines or head.text.splitlines()), "")


def _companion(first: str) -> str | None:
    return next((name for start, name in _COMPANIONS.items() if first.startswith(start)), None)


def _rows(source: Source) -> list[tuple[int, dict[str, str]]]:
    import csv

    reader = csv.DictReader((line for _, line in lines(source)), strict=True)
    try:
        return [(reader.line_num, {k: v or "" for k, v in row.items() if k}) for row in reader]
    except csv.Error as error:
        raise source.error(f"malformed CSV: {error}", line=reader.line_num) from None


def _counted(source: Source, measure: str) -> dict[str, float]:
    column = {"load.failed_requests": "Occurrences", "load.exceptions": "Count"}.get(measure)
    if column is None:
        return {}
    return {measure: sum(_number(source, line, row, column) for line, row in _rows(source))}


def _result(source: Source, line: int, row: dict[str, str]) -> LoadResult:
    def number(column: str) -> float:
        return _number(source, line, row, column)

    percentiles = {}
    for column, value in row.items():
        match = _PERCENTILE.match(column)
        if match and match[1] != "100" and value not in ("", "N/A"):
            percentiles[match[1]] = number(column)
    requests = int(number("Request Count"))
    throughput = number("Requests/s")
    kind, name = row.get("Type", ""), row.get("Name", "")
    total = name == "Aggregated" and not kind
    return LoadResult(
        name="" if total else f"{kind} {name}".strip(),
        requests=requests,
        failures=int(number("Failure Count")),
        duration=requests / throughput if throughput > 0 else 0.0,
        throughput=throughput,
        mean=number("Average Response Time"),
        minimum=number("Min Response Time"),
        maximum=number("Max Response Time"),
        percentiles=percentiles,
    )


def _number(source: Source, line: int, row: dict[str, str], column: str) -> float:
    text = row.get(column, "")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1e15:
        raise source.error(f"{column} is {text[:40]!r}, not a number", line=line)
    return value
