"""Counts and numbers from any JSON over HTTP; `{group}` in the address is the group's name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from headway.clients.http import request
from headway.delivery.metrics.base import Counts
from headway.delivery.metrics.plain import counts, number, point
from headway.errors import HeadwayError


class HttpMetrics:
    """`url` answers, for a group, `{"requests": 10, "errors": 1}`, and, where latencies are
    known, `"edges": [50, 100]` (ms) and `"buckets": [7, 9]`. `pointer` (RFC 6901) says where
    in the answer that is."""

    def __init__(
        self,
        url: str = "",
        *,
        pointer: str = "",
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> None:
        self._url, self._pointer = url, pointer
        self._headers, self._timeout = dict(headers or {}), timeout

    def read(self, groups: Sequence[str]) -> dict[str, Counts]:
        found = {}
        for group in groups:
            answer = self._ask(self._url, group)
            place = point(answer, self._pointer, self._url) if answer is not None else None
            if place is not None:
                found[group] = counts(place, self._url)
        return found

    def value(self, query: str, group: str) -> float | None:
        """`query` is an address, and after a blank the pointer: `http://… /data/0/value`."""
        url, _, pointer = query.partition(" ")
        answer = self._ask(url, group)
        return None if answer is None else number(point(answer, pointer.strip(), url), url)

    def _ask(self, url: str, group: str) -> object:
        """None when it has nothing about the group (404, 204)."""
        full = url.replace("{group}", quote(group, safe=""))
        reply = request("GET", full, headers=self._headers, timeout=self._timeout)
        if reply.status in (204, 404):
            return None
        if reply.status != 200:
            raise HeadwayError(f"{full} answers {reply.status}", hint="expected 200 and JSON")
        try:
            answer: object = json.loads(reply.body)
        except ValueError:
            raise HeadwayError(f"{full} doesn't answer with JSON") from None
        return answer
