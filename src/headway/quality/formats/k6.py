"""k6's end-of-test summary: from `handleSummary` (JSON.stringify(data)) and `--summary-export`.

The two differ: `handleSummary` puts numbers under `values` and thresholds as `{"ok": true}`;
the older export has them flat, and its `true` means that the threshold was crossed.
"""

from __future__ import annotations

import re

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import LoadResult

NAME = "k6"
KIND: Kind = "load"
SYNTAX = "json"

_PERCENTILE = re.compile(r"p\((\d{1,3}(?:\.\d{1,6})?)\)$")


class _State(Struct, frozen=True):
    testRunDurationMs: float = 0.0


class _Document(Struct):
    metrics: dict[str, dict[str, object]]
    state: _State = _State()


def detect(head: Head) -> bool:
    return head.has("metrics", "root_group")


def parse(source: Source) -> Report:
    """HTTP requests over all; iterations where the script makes no HTTP requests."""
    document = decode(source, _Document)
    seconds = document.state.testRunDurationMs / 1000
    thresholds: dict[str, bool] = {}
    numbers: dict[str, dict[str, float]] = {}
    for name, metric in document.metrics.items():
        numbers[name] = _numbers(metric)
        thresholds.update(_thresholds(source, name, metric))
    checks = numbers.get("checks", {})
    measures = {f"checks.{key}": checks[key] for key in ("passes", "fails") if key in checks}
    measures["thresholds.failed"] = float(sum(not held for held in thresholds.values()))
    result = _result(numbers, seconds, thresholds)
    return Report(tool="k6", kind=KIND, measures=measures, load=(result,))


def _numbers(metric: dict[str, object]) -> dict[str, float]:
    inside = metric.get("values")
    values = inside if isinstance(inside, dict) else metric
    return {
        str(key): float(value)
        for key, value in values.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def _thresholds(source: Source, name: str, metric: dict[str, object]) -> dict[str, bool]:
    """Condition → held."""
    given = metric.get("thresholds")
    found: dict[str, bool] = {}
    for condition, state in (given if isinstance(given, dict) else {}).items():
        if isinstance(state, bool):
            held = not state
        elif isinstance(state, dict) and isinstance(state.get("ok"), bool):
            held = state["ok"]
        else:
            raise source.error(
                "a threshold that neither held nor was crossed",
                path=f"$.metrics.{name}.thresholds.{condition}",
            )
        found[f"{name}: {condition}"] = held
    return found


def _result(
    numbers: dict[str, dict[str, float]], seconds: float, thresholds: dict[str, bool]
) -> LoadResult:
    http = "http_reqs" in numbers
    counts = numbers.get("http_reqs" if http else "iterations", {})
    times = numbers.get("http_req_duration" if http else "iteration_duration", {})
    # Of the rate "requests that failed", `passes` counts those for which that is so.
    failed = numbers.get("http_req_failed", {}) if http else {}
    percentiles = {"50": times["med"]} if "med" in times else {}
    for key, value in times.items():
        match = _PERCENTILE.match(key)
        if match:
            percentiles[match[1]] = value
    rate = counts.get("rate", 0.0)
    requests = int(counts.get("count", 0.0))
    return LoadResult(
        requests=requests,
        failures=int(failed.get("passes", 0.0)),
        duration=seconds or (requests / rate if rate > 0 else 0.0),
        throughput=rate,
        mean=times.get("avg"),
        minimum=times.get("min"),
        maximum=times.get("max"),
        percentiles=percentiles,
        thresholds=thresholds,
    )
