"""What a real Envoy counted, request by request."""

from __future__ import annotations

import math
import os
import signal
import time
from itertools import pairwise

from machine import NAME, Load, Machine, addresses, eventually, get, group, healthy, routing, until

from headway.delivery.metrics.envoy import EnvoyMetrics


def test_requests_errors_and_latencies_of_each_group(machine: Machine):
    there = machine.serve(v1={}, v2={})
    router = machine.router()
    metrics = EnvoyMetrics(NAME, router.admin)
    router.apply(routing(there, shares={"v1": 10000}, preview="v2"), 1)
    assert metrics.read(["v1", "v2"]) == {}
    for _ in range(7):
        get(router.url)
    for status in (500, 503, 404):
        get(f"{router.preview_url}/status/{status}")
    get(f"{router.preview_url}/slow?ms=130")
    found = metrics.read(["v1", "v2", "v3"])
    assert found.keys() == {"v1", "v2"}
    assert (found["v1"].requests, found["v1"].errors) == (7, 0)
    assert (found["v2"].requests, found["v2"].errors) == (4, 2)
    for counts in found.values():
        assert counts.edges[-1] == math.inf
        assert counts.buckets[-1] == counts.requests
        assert list(counts.buckets) == sorted(counts.buckets)
    by_edge = dict(zip(found["v2"].edges, found["v2"].buckets, strict=True))
    assert by_edge[120] == 3
    assert by_edge[250] == 4


def test_no_answer_is_an_error_slower_than_every_bound(machine: Machine):
    there = machine.serve(v1={})
    router = machine.router(timeout="50ms")
    router.apply(routing(there, shares={"v1": 10000}), 1)
    metrics = EnvoyMetrics(NAME, router.admin)
    get(router.url)
    assert get(f"{router.url}/slow?ms=9999").status == 504
    assert get(f"{router.url}/die").status == 503
    counts = metrics.read(["v1"])["v1"]
    assert (counts.requests, counts.errors) == (3, 2)
    assert counts.buckets[-2:] == (1, 3)


def test_readings_only_grow_under_load_and_add_up_after_it(machine: Machine):
    platform, router = machine.platform({"ERRORS": "50"}), machine.router()
    platform.apply((group("v1", 2),), 1)
    statuses = until(platform, lambda all_: healthy(all_, 2))
    router.apply(routing(addresses(statuses), shares={"v1": 10000}), 1)
    metrics = EnvoyMetrics(NAME, router.admin)
    load = Load(router.url, 2)
    readings = []
    for number in range(25):
        readings.append(metrics.read(["v1"]).get("v1"))
        if number == 10:
            os.kill(statuses[0].pid, signal.SIGKILL)
        time.sleep(0.05)
    requests, failed = load.finish()
    seen = [r for r in readings if r is not None]
    for before, after in pairwise(seen):
        assert after.requests >= before.requests
        assert after.errors >= before.errors
        assert all(b <= a for b, a in zip(before.buckets, after.buckets, strict=True))
        assert after.errors <= after.requests
    last = metrics.read(["v1"])["v1"]
    # wrk may end while answers are under way: one a connection.
    assert requests <= last.requests <= requests + 16
    assert failed <= last.errors <= failed + 16


def test_counts_begin_again_with_envoy(machine: Machine):
    there = machine.serve(v1={})
    router = machine.router()
    router.apply(routing(there, shares={"v1": 10000}), 1)
    metrics = EnvoyMetrics(NAME, router.admin)
    for _ in range(5):
        get(router.url)
    assert metrics.read(["v1"])["v1"].requests == 5
    os.kill(machine.supervisor.status()["envoy"].pid, signal.SIGKILL)
    eventually(lambda: router.observe() is not None)
    get(router.url)
    assert metrics.read(["v1"])["v1"].requests == 1
