"""Locust's `--json` output: one object for each request name, with a histogram of times."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import LoadResult

NAME = "locust-json"
KIND: Kind = "load"
SYNTAX = "json"

_SHOWN = (50.0, 66.0, 75.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.9)


class _Entry(Struct):
    name: str
    method: str | None
    num_requests: int
    num_failures: int
    start_time: float
    last_request_timestamp: float | None
    total_response_time: float
    response_times: dict[float, int]
    max_response_time: float | None = None
    min_response_time: float | None = None


def detect(head: Head) -> bool:
    return head.has("[].num_requests", "[].response_times", "[].num_failures")


def parse(source: Source) -> Report:
    """A result for each request name, and the one for all, which Locust leaves out here."""
    entries = decode(source, list[_Entry], strict=False)
    results = tuple(
        _result([entry], f"{entry.method or ''} {entry.name}".strip()) for entry in entries
    )
    total = _result(entries, "")
    measures = {"load.requests": float(total.requests), "load.failures": float(total.failures)}
    return Report(tool="locust", kind=KIND, measures=measures, load=(*results, total))


def _result(entries: list[_Entry], name: str) -> LoadResult:
    requests = sum(entry.num_requests for entry in entries)
    times: dict[float, int] = {}
    for entry in entries:
        for time, count in entry.response_times.items():
            times[time] = times.get(time, 0) + count
    ends = [entry.last_request_timestamp or entry.start_time for entry in entries]
    duration = max(ends, default=0.0) - min((entry.start_time for entry in entries), default=0.0)
    timed = sum(times.values())
    return LoadResult(
        name=name,
        requests=requests,
        failures=sum(entry.num_failures for entry in entries),
        duration=max(duration, 0.0),
        throughput=requests / duration if duration > 0 else 0.0,
        mean=sum(e.total_response_time for e in entries) / timed if timed > 0 else None,
        minimum=_least(entry.min_response_time for entry in entries),
        maximum=max((e.max_response_time for e in entries if e.max_response_time), default=None),
        percentiles=_percentiles(times, timed),
    )


def _least(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _percentiles(times: dict[float, int], timed: int) -> dict[str, float]:
    """By nearest rank over the histogram, as Locust's own tables do."""
    found: dict[str, float] = {}
    seen = 0
    wanted = list(_SHOWN)
    for time, count in sorted(times.items()):
        seen += count
        while wanted and seen >= timed * wanted[0] / 100:
            found[f"{wanted.pop(0):g}"] = time
    return found
