"""Counts and numbers from Prometheus, over its HTTP API.

In every query `{group}` stands for the group's name. `requests` and `errors` give one number
each; `buckets` gives a number for each `le` (in the unit of the metric, seconds by custom).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from headway.clients.http import request
from headway.delivery.metrics.base import Counts
from headway.errors import HeadwayError


class Prometheus:
    """`url` is the server's: `http://localhost:9090`."""

    def __init__(
        self,
        url: str,
        *,
        requests: str = "",
        errors: str = "",
        buckets: str = "",
        unit: float = 1000.0,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> None:
        """`unit`: milliseconds in the unit of `le`."""
        self._url = url.rstrip("/")
        self._requests, self._errors, self._buckets = requests, errors, buckets
        self._unit, self._headers, self._timeout = unit, dict(headers or {}), timeout

    def read(self, groups: Sequence[str]) -> dict[str, Counts]:
        found = {group: self._counts(group) for group in groups}
        return {group: counts for group, counts in found.items() if counts is not None}

    def value(self, query: str, group: str) -> float | None:
        """Raises HeadwayError when the query gives more than one number."""
        series = self._ask(query, group)
        if not series:
            return None
        if len(series) > 1:
            raise HeadwayError(
                f"Prometheus gives {len(series)} numbers for {query}, not one",
                hint="put sum(…) around it",
            )
        number = series[0][1]
        return number if math.isfinite(number) else None

    def _counts(self, group: str) -> Counts | None:
        requests = self.value(self._requests, group)
        if requests is None:
            return None
        # A counter of errors that never happened isn't there.
        errors = (self.value(self._errors, group) or 0.0) if self._errors else 0.0
        edges, buckets = self._histogram(group, round(requests))
        total = round(requests)
        return Counts(
            requests=total, errors=min(round(errors), total), edges=edges, buckets=buckets
        )

    def _histogram(self, group: str, requests: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
        if not self._buckets:
            return (), ()
        found: dict[float, float] = {}
        for labels, number in self._ask(self._buckets, group):
            bound = _number(labels.get("le", "")) * self._unit
            found[bound] = found.get(bound, 0.0) + number
        edges = sorted(edge for edge in found if math.isfinite(edge))
        if not edges:
            return (), ()
        buckets = [min(round(found[edge]), requests) for edge in edges]
        return (*edges, math.inf), (*buckets, requests)

    def _ask(self, query: str, group: str) -> list[tuple[dict[str, str], float]]:
        text = query.replace("{group}", group)
        url = f"{self._url}/api/v1/query?{urlencode({'query': text})}"
        reply = request("GET", url, headers=self._headers, timeout=self._timeout)
        try:
            answer: dict[str, Any] = json.loads(reply.body)
            if answer["status"] != "success":
                raise HeadwayError(f"Prometheus refuses {text}: {answer.get('error', '')}")
            return _series(answer["data"])
        except (ValueError, KeyError, TypeError, IndexError):
            raise HeadwayError(
                f"{self._url} answers {reply.status}, and not as Prometheus does",
                hint="expected the server's address, such as http://localhost:9090",
            ) from None


def _series(data: dict[str, Any]) -> list[tuple[dict[str, str], float]]:
    if data["resultType"] == "scalar":
        return [({}, _number(data["result"][1]))]
    if data["resultType"] != "vector":
        raise HeadwayError(
            f"the query gives a {data['resultType']}, not numbers of now", hint="drop the [range]"
        )
    return [(entry["metric"], _number(entry["value"][1])) for entry in data["result"]]


def _number(text: str) -> float:
    try:
        return float(text)  # Prometheus writes +Inf and NaN as Python reads them
    except ValueError:
        return math.nan
