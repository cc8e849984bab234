"""What `wrk` prints, with `--latency` or without; wrk2's is alike."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines
from headway.quality.report import LoadResult

NAME = "wrk"
KIND: Kind = "load"
SYNTAX = "text"

_NUMBER = r"(\d{1,15}(?:\.\d{1,15})?)"
_TIME = rf"{_NUMBER}(us|ms|s|m|h)"
_RUN = re.compile(r"Running \S+ test @ (\S+)")
_LATENCY = re.compile(rf"\s+Latency\s+{_TIME}\s+\S+\s+{_TIME}")
_PERCENTILE = re.compile(rf"\s*{_NUMBER}%\s+{_TIME}\s*$")
_REQUESTS = re.compile(rf"\s+(\d{{1,15}}) requests in {_TIME}")
_SOCKETS = re.compile(r"\s+Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
_REFUSED = re.compile(r"\s+Non-2xx or 3xx responses: (\d{1,15})")
_RATE = re.compile(rf"Requests/sec:\s+{_NUMBER}")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0}


def detect(head: Head) -> bool:
    return any(_RUN.match(line) for line in head.lines[:5])


def parse(source: Source) -> Report:
    """A result for each run in the file; the only one is the result for all."""
    runs: list[tuple[str, _Run]] = []
    for _, line in lines(source):
        if match := _RUN.match(line):
            runs.append((match[1], _Run()))
        elif runs:
            runs[-1][1].read(line)
    for name, run in runs:
        if run.rate is None:
            hint = "was it stopped before it ended?"
            raise source.error(f"wrk's run against {name[:200]} has no result", hint=hint)
    load = tuple(run.result("" if len(runs) == 1 else name) for name, run in runs)
    return Report(tool="wrk", kind=KIND, load=load)


class _Run:
    def __init__(self) -> None:
        self.mean: float | None = None
        self.maximum: float | None = None
        self.percentiles: dict[str, float] = {}
        self.requests = 0
        self.seconds = 0.0
        self.errors = 0
        self.refused = 0
        self.rate: float | None = None

    def read(self, line: str) -> None:
        if match := _LATENCY.match(line):
            self.mean = float(match[1]) * _UNITS[match[2]]
            self.maximum = float(match[3]) * _UNITS[match[4]]
        elif match := _PERCENTILE.match(line):
            self.percentiles[f"{float(match[1]):g}"] = float(match[2]) * _UNITS[match[3]]
        elif match := _REQUESTS.match(line):
            self.requests = int(match[1])
            self.seconds = float(match[2]) * _UNITS[match[3]] / 1000
        elif match := _SOCKETS.match(line):
            self.errors = sum(int(count[:15]) for count in match.groups())
        elif match := _REFUSED.match(line):
            self.refused = int(match[1])
        elif match := _RATE.match(line):
            self.rate = float(match[1])

    def result(self, name: str) -> LoadResult:
        self.percentiles.pop("100", None)
        return LoadResult(
            name=name,
            requests=self.requests + self.errors,
            failures=self.refused + self.errors,
            duration=self.seconds,
            throughput=self.rate or 0.0,
            mean=self.mean if self.requests else None,
            maximum=self.maximum if self.requests else None,
            percentiles=self.percentiles if self.requests else {},
        )
