"""The summary that `hey` prints."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines
from headway.quality.report import LoadResult

NAME = "hey"
KIND: Kind = "load"
SYNTAX = "text"

_NUMBER = r"(\d{1,15}(?:\.\d{1,15})?)"
_TOTAL = re.compile(rf"\s+(Total|Slowest|Fastest|Average|Requests/sec):\s+{_NUMBER}(?: secs)?$")
_PERCENTILE = re.compile(rf"\s+{_NUMBER}% in {_NUMBER} secs$")
_STATUS = re.compile(r"\s+\[(\d{1,12})\]\s+(\d{1,12}) responses$")
_ERROR = re.compile(r"\s+\[(\d{1,12})\]\s+\S")


def detect(head: Head) -> bool:
    found = [line.strip() for line in head.lines]
    return "Summary:" in found[:5] and any(line.startswith("Slowest:") for line in found)


def parse(source: Source) -> Report:
    """Responses with a status of 400 and more, and requests without one, are failures."""
    totals: dict[str, float] = {}
    percentiles: dict[str, float] = {}
    statuses: dict[int, int] = {}
    errors = 0
    section = ""
    for _, line in lines(source):
        if line[:1].strip():
            section = line.split(":")[0].split(" (")[0]
        elif match := _TOTAL.match(line):
            totals.setdefault(match[1], float(match[2]))
        elif match := _PERCENTILE.match(line):
            # Of a short run the last ones are missing and printed as 0% in 0 seconds.
            if float(match[1]) > 0:
                percentiles[f"{float(match[1]):g}"] = float(match[2]) * 1000
        elif match := _STATUS.match(line):
            status, count = int(match[1]), int(match[2])
            statuses[status] = statuses.get(status, 0) + count
        elif section == "Error distribution" and (match := _ERROR.match(line)):
            errors += int(match[1])
    if "Requests/sec" not in totals or not (statuses or errors):
        hint = "was it stopped before it ended?"
        raise source.error("the summary of hey has no requests in it", hint=hint)
    return Report(tool="hey", kind=KIND, load=(_result(totals, percentiles, statuses, errors),))


def _result(
    totals: dict[str, float], percentiles: dict[str, float], statuses: dict[int, int], errors: int
) -> LoadResult:
    answered = sum(statuses.values())

    def milliseconds(name: str) -> float | None:
        return totals[name] * 1000 if answered and name in totals else None

    return LoadResult(
        requests=answered + errors,
        failures=errors + sum(count for status, count in statuses.items() if status >= 400),
        duration=totals.get("Total", 0.0),
        throughput=totals["Requests/sec"],
        mean=milliseconds("Average"),
        minimum=milliseconds("Fastest"),
        maximum=milliseconds("Slowest"),
        percentiles=percentiles,
    )
