"""What buckets can tell of latencies, and counts of shares."""

from __future__ import annotations

from math import inf

import pytest
from fabricated import counts
from hypothesis import given
from hypothesis import strategies as st

from headway.delivery.analysis import percentile, totals
from headway.delivery.analysis.window import Window
from headway.delivery.metrics.base import Counts


@pytest.mark.parametrize(
    ("share", "value"),
    [(0.5, 50.0), (0.25, 25.0), (0.75, 81.25), (0.9, 100.0), (0.95, 175.0), (0.99, 235.0)],
)
def test_percentiles_are_interpolated_in_their_bucket(share, value):
    of = counts(1000, slower=[500, 100, 0, 0])
    assert percentile.interpolated(of, share) == pytest.approx(value)


def test_the_interval_has_the_bucket_s_width_in_it():
    estimate = percentile.percentile(counts(1000, slower=[500, 100, 0, 0]), 0.95)
    assert (estimate.low, estimate.high) == (100.0, 250.0)


def test_few_requests_make_a_wide_interval():
    estimate = percentile.percentile(counts(20, slower=[10, 2, 1, 0]), 0.95)
    assert estimate.low <= 100.0
    assert estimate.high == inf or estimate.high >= 1000.0


def test_beyond_the_last_bound_only_that_is_known():
    estimate = percentile.percentile(counts(100, slower=[100, 100, 100, 50]), 0.95)
    assert estimate.value == 1000.0
    assert estimate.high == inf


def test_of_nothing_there_is_no_percentile():
    assert percentile.percentile(counts(0), 0.95) is None
    assert percentile.interpolated(Counts(requests=5, errors=0), 0.5) is None


@pytest.mark.parametrize(
    ("bad", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 60, 0.0, 0.0602), (5, 100, 0.0215, 0.1118), (100, 100, 0.963, 1.0)],
)
def test_the_interval_of_a_share(bad, of, low, high):
    assert percentile.bounds(bad, of) == (pytest.approx(low, abs=1e-3), pytest.approx(high, 1e-3))


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_share_is_in_its_interval(bad, more):
    low, high = percentile.bounds(bad, bad + more)
    assert 0.0 <= low <= bad / (bad + more) <= high + 1e-12 <= 1.0 + 1e-12


def test_a_window_forgets():
    window = Window(length=60.0)
    for t in range(200):
        window = window.observe(float(t), counts(10 * t, t if t < 100 else 100))
    assert window.recent.requests == pytest.approx(600, abs=20)
    assert window.recent.errors == 0
    assert window.rate == pytest.approx(10.0)
    assert len(window.marks) <= 63


def test_a_window_survives_restarts_holes_and_clocks():
    window = Window(length=60.0)
    for t, requests in [(0, 100), (10, 200), (20, None), (30, 50), (25, 60), (40, 100)]:
        window = window.observe(float(t), None if requests is None else counts(requests))
    assert window.recent.requests == 200  # 100, then 50, 10, 40 after the restart
    assert window.seconds == 40.0


@pytest.mark.parametrize(
    ("now", "before", "requests", "errors"),
    [
        (counts(10, 2), counts(4, 1), 6, 1),
        (counts(3, 1), counts(4, 1), 3, 1),  # restarted
        (counts(8, 1), counts(4, 3), 8, 1),  # errors can't be taken back: restarted
        (counts(5, 9), counts(4, 1), 1, 1),  # more errors than requests
    ],
)
def test_what_came_between_two_readings(now, before, requests, errors):
    new = totals.since(now, before)
    assert (new.requests, new.errors) == (requests, errors)
