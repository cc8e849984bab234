"""What Envoy counted, by group: from the statistics of each group's cluster.

Answers are counted once they are complete, in the histogram of their latency; requests that
got none have counters of their own. Both are since Envoy's start or the cluster's making, so
they start again from zero after either.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence

from headway.clients.envoy import Admin
from headway.delivery.metrics.base import Counts
from headway.delivery.routers.envoy_config import stat_name

# A request that got no answer moves exactly one of these.
UNANSWERED = (
    "upstream_rq_pending_failure_eject",  # no connection
    "upstream_cx_destroy_remote_with_active_rq",  # the connection broke
    "upstream_rq_rx_reset",
    "upstream_rq_timeout",
    "upstream_cx_none_healthy",
    "upstream_rq_pending_overflow",
)
MERGE = 0.01  # seconds in which Envoy's workers hand their histograms in, once asked


class EnvoyMetrics:
    def __init__(self, environment: str, admin: Admin) -> None:
        self._environment, self._admin = environment, admin

    def read(self, groups: Sequence[str]) -> dict[str, Counts]:
        prefixes = {g: f"cluster.{stat_name(self._environment, g)}." for g in groups}
        if not prefixes:
            return {}
        any_of = "|".join(re.escape(prefix) for prefix in prefixes.values())
        counters = "|".join((*UNANSWERED, "upstream_rq_5xx"))
        # In this order no error is counted before its request: asking makes the workers hand
        # their histograms in, so the second answer is a little younger than the first.
        counted = self._admin.stats(f"^({any_of})({counters})$")
        time.sleep(MERGE)
        latencies = self._admin.histograms(f"^({any_of})upstream_rq_time$")
        found = {g: _counts(prefix, counted, latencies) for g, prefix in prefixes.items()}
        return {g: counts for g, counts in found.items() if counts is not None}


def _counts(
    prefix: str,
    counted: dict[str, int],
    latencies: dict[str, tuple[tuple[float, ...], tuple[int, ...]]],
) -> Counts | None:
    unanswered = sum(int(counted.get(prefix + name, 0)) for name in UNANSWERED)
    edges, buckets = latencies.get(f"{prefix}upstream_rq_time", ((), ()))
    # The last bound is an hour: slower ones aren't counted.
    answered = buckets[-1] if buckets else 0
    if not (answered or unanswered):
        return None
    requests = answered + unanswered
    return Counts(
        requests=requests,
        errors=min(int(counted.get(f"{prefix}upstream_rq_5xx", 0)), requests),
        edges=(*edges, math.inf) if edges else (),
        buckets=(*buckets, requests) if edges else (),
    )
