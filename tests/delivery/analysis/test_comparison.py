"""The canary against the stable version: what it finds, what it doesn't, and what may go wrong
with readings."""

from __future__ import annotations

import random
from math import inf, isfinite

import msgspec
import pytest
from fabricated import EDGES, USUAL, ZERO, counts, rollout
from hypothesis import given
from hypothesis import strategies as st

from headway.delivery.analysis.comparison import Comparison, compare, weigh
from headway.delivery.analysis.judge import Sample
from headway.delivery.analysis.settings import Compare
from headway.delivery.metrics.base import Counts
from headway.units import Share

ERRORS_ONLY = Compare(watch_latency=False)


def watched(samples, settings: Compare | None = None) -> Comparison:
    state = compare(settings or Compare())
    for sample in samples:
        state = state.observe(sample.t, sample.stable, sample.canary)
    return state


def found_after(samples, settings: Compare | None = None) -> float | None:
    """Seconds until the evidence is enough; None: never."""
    state = compare(settings or Compare())
    for sample in samples:
        state = state.observe(sample.t, sample.stable, sample.canary)
        if state.peak >= state.rule.limit:
            return sample.t
    return None


@pytest.mark.parametrize(
    ("what", "within"),
    [
        ({"errors": (0.002, 1.0)}, 8),
        ({"errors": (0.002, 0.05)}, 30),
        ({"errors": (0.002, 0.02)}, 90),
        ({"slower": (USUAL, (0.9, 0.5, 0.1, 0.001))}, 30),
        ({"slower": (USUAL, (0.8, 0.3, 0.04, 0.02))}, 120),
    ],
)
def test_harm_is_found(what, within):
    assert (found_after(rollout(1, 120, **what)) or inf) <= within


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"errors": (0.3, 0.3)},  # both are ill
        {"slower": ((1.0, 0.9, 0.7, 0.3), (1.0, 0.9, 0.7, 0.3))},
        {"errors": (0.05, 0.001)},  # it is better
        {"errors": (0.002, 0.0028)},  # within what is tolerated
    ],
)
def test_what_is_no_harm_is_not(what):
    assert found_after(rollout(2, 200, **what)) is None


def test_a_common_shock_is_nobodys_fault():
    rng = random.Random(3)
    state, totals = compare(Compare()).observe(0.0, ZERO, ZERO), [0, 0, 0, 0]
    for t in range(1, 181):
        rate = 0.4 if 60 <= t < 120 else 0.002
        for side, requests in ((0, 75), (2, 25)):
            totals[side] += requests
            totals[side + 1] += sum(rng.random() < rate for _ in range(requests))
        state = state.observe(float(t), counts(*totals[:2]), counts(*totals[2:]))
    assert state.peak < 10


def boundary(seed: int, drifting: float) -> float:
    """The most evidence of a rollout that is exactly as bad as is tolerated, all the time."""
    rng = random.Random(seed)
    state, totals = compare(ERRORS_ONLY).observe(0.0, ZERO, ZERO), [0, 0, 0, 0]
    for t in range(1, 121):
        stable = 0.02 * (1.0 + drifting * (1 if t // 20 % 2 else -1))
        for side, requests, share in ((0, 40, stable), (2, 20, 1.1 * stable + 0.001)):
            totals[side] += requests
            totals[side + 1] += sum(rng.random() < share for _ in range(requests))
        state = state.observe(float(t), counts(*totals[:2]), counts(*totals[2:]))
    return state.peak


@pytest.mark.parametrize("drifting", [0.0, 0.8])
def test_at_the_margin_evidence_is_as_rare_as_is_stated(drifting):
    """Ville: P(E ever >= x) <= 1/x. Of 150 rollouts more than 16 reach 20 with a chance below
    0.1 % even if the bound were only just met (5 %); more than 7 reach 100 likewise."""
    peaks = [boundary(seed, drifting) for seed in range(150)]
    assert sum(peak >= 20 for peak in peaks) <= 16
    assert sum(peak >= 100 for peak in peaks) <= 7


def test_latencies_at_the_margin_don_t_roll_back():
    most = [min(1.0, 1.15 * share + 0.005) for share in USUAL]
    peaks = [watched(rollout(seed, 60, slower=(USUAL, most))).peak for seed in range(40)]
    assert sum(peak >= 20 for peak in peaks) <= 7


def test_a_source_that_starts_again_changes_nothing():
    plain, restarted = compare(Compare()), compare(Compare())
    base = ZERO
    for sample in rollout(4, 60, errors=(0.002, 0.03)):
        if sample.t == 30.0:
            base = sample.canary  # and the next reading counts from here
        plain = plain.observe(sample.t, sample.stable, sample.canary)
        shown = since_restart(sample.canary, base) if sample.t > 30.0 else sample.canary
        restarted = restarted.observe(sample.t, sample.stable, shown)
    assert restarted.evidence == pytest.approx(plain.evidence)
    assert restarted.canary == plain.canary


def since_restart(now: Counts, base: Counts) -> Counts:
    return Counts(
        requests=now.requests - base.requests,
        errors=now.errors - base.errors,
        edges=EDGES,
        buckets=tuple(a - b for a, b in zip(now.buckets, base.buckets, strict=True)),
    )


def test_a_missing_reading_is_made_up_by_the_next():
    whole = list(rollout(5, 60))
    holes = [s if s.t % 7 else Sample(t=s.t) for s in whole]
    a, b = watched(whole), watched([holes[0], *whole[0:1], *holes[1:], whole[-1]])
    assert (a.canary.requests, a.stable.errors) == (b.canary.requests, b.stable.errors)


@pytest.mark.parametrize("cadence", [1, 5, 15])
def test_any_cadence_finds_it(cadence):
    samples = [s for s in rollout(6, 120, errors=(0.002, 0.06)) if s.t % cadence == 0]
    assert found_after(samples) is not None


@given(st.integers(0, 59))
def test_kept_and_read_back_it_goes_on_as_if_nothing_had_been(at):
    samples = KEPT
    state = compare(Compare())
    for sample in samples:
        state = state.observe(sample.t, sample.stable, sample.canary)
        if sample.t == at:
            state = msgspec.json.decode(msgspec.json.encode(state), type=Comparison)
    assert state == watched(samples)


KEPT = list(rollout(7, 60, errors=(0.002, 0.02)))
READINGS = st.lists(
    st.tuples(
        st.floats(-10, 1e6),
        *(
            st.none()
            | st.builds(
                lambda n, k, edges, buckets: Counts(
                    requests=n, errors=k, edges=edges, buckets=tuple(buckets[: len(edges)])
                ),
                st.integers(0, 10**9),
                st.integers(0, 10**9),
                st.sampled_from([EDGES, (10.0, inf), (), (10.0, 50.0, 100.0, 250.0, 500.0)]),
                st.lists(st.integers(0, 10**9), min_size=5, max_size=5),
            )
            for _ in range(2)
        ),
    ),
    max_size=12,
)


@given(READINGS)
def test_odd_readings_do_no_harm(readings):
    state = compare(Compare())
    for t, stable, canary in readings:
        state = state.observe(t, stable, canary)
        assert isfinite(state.evidence)
        assert state.evidence >= 0.0
    again = msgspec.json.decode(msgspec.json.encode(state), type=Comparison)
    assert again == state


def test_requests_without_a_control_are_never_compared():
    """At 100 % the stable version has no traffic: a trickle of it much later proves nothing."""
    state = watched(rollout(8, 30))
    stable, canary = state.last
    for t in range(31, 300):
        canary = counts(canary.requests + 100, canary.errors + 10)
        state = state.observe(float(t), stable, canary)
    state = state.observe(300.0, counts(stable.requests + 5, stable.errors), canary)
    assert state.evidence < 1.0


def test_histograms_may_lag_behind_requests():
    state = compare(Compare()).observe(0.0, ZERO, ZERO)
    for t in range(1, 61):
        late = max(0, t - t % 5)  # buckets are merged every five seconds
        state = state.observe(float(t), lagging(75 * t, 75 * late), lagging(25 * t, 25 * late))
    assert state.peak < 2


def lagging(requests: int, timed: int) -> Counts:
    slow = tuple(timed - int(timed * share) for share in (*USUAL, 0.0))
    return Counts(requests=requests, errors=0, edges=EDGES, buckets=slow)


def test_without_latencies_only_errors_are_compared():
    plain = [
        Sample(t=s.t, stable=only_errors(s.stable), canary=only_errors(s.canary))
        for s in rollout(9, 60, errors=(0.002, 0.05))
    ]
    assert list(watched(plain, ERRORS_ONLY).by_column) == ["errors"]
    assert found_after(plain) is not None


def only_errors(reading: Counts) -> Counts:
    return Counts(requests=reading.requests, errors=reading.errors)


def test_what_served_before_the_rollout_tells_which_latencies_are_usual():
    served = counts(100_000, 100, [80_000, 30_000, 2_000, 100])
    state = compare(Compare()).observe(0.0, served, ZERO)
    assert state.usual == pytest.approx(USUAL)
    assert state.weights[1] < state.weights[2]


def test_stricter_bounds_need_more():
    strict = Compare(false_rollbacks=Share(0.0001))
    samples = list(rollout(10, 120, errors=(0.002, 0.04)))
    assert (found_after(samples) or inf) < (found_after(samples, strict) or inf)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20).map(lambda x: sorted(x, reverse=True)))
def test_weights_are_a_whole(usual):
    assert sum(weigh(usual)) == pytest.approx(1.0)
