"""Counters and a histogram in Prometheus' text format."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict

BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """`release` labels every sample, so that two releases can be compared side by side."""

    def __init__(self, release: str) -> None:
        self._release = release
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str, int], int] = defaultdict(int)
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._orders = 0

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request; `route` is the pattern, so that labels stay few."""
        with self._lock:
            self._requests[method, route, status] += 1
            self._buckets[bisect_left(BUCKETS, seconds)] += 1
            self._seconds += seconds

    def order(self) -> None:
        with self._lock:
            self._orders += 1

    def render(self) -> str:
        with self._lock:
            return "\n".join([*self._counters(), *self._histogram()]) + "\n"

    def _counters(self) -> list[str]:
        lines = ["# TYPE shop_requests_total counter"]
        for (method, route, status), count in sorted(self._requests.items()):
            labels = f'method="{method}",route="{route}",status="{status}"'
            lines.append(f'shop_requests_total{{release="{self._release}",{labels}}} {count}')
        lines.append("# TYPE shop_orders_total counter")
        lines.append(f'shop_orders_total{{release="{self._release}"}} {self._orders}')
        return lines

    def _histogram(self) -> list[str]:
        name, release = "shop_request_seconds", f'release="{self._release}"'
        lines, total = [f"# TYPE {name} histogram"], 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'{name}_bucket{{{release},le="{bound}"}} {total}')
        lines.append(f"{name}_sum{{{release}}} {self._seconds:.6f}")
        lines.append(f"{name}_count{{{release}}} {total}")
        return lines
