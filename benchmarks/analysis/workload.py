"""Rollouts that never happened: what both versions answer, a second at a time.

Many rollouts run in lock-step as rows of numpy arrays. Whatever happens to both versions alike
(load, mood of the database, pauses of the network) is in every scenario; what is wrong with the
new version, or with one of its instances, is the scenario's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"

EDGES = (5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000)  # ms
MEDIAN, SPREAD = 80.0, 0.5  # lognormal latency: median in ms, sigma
SLOW = MEDIAN * np.exp(SPREAD * 1.6449)  # the usual p95
SHARES = (0.10, 0.25, 0.50, 0.75, 1.0)
STEP, END = 120, 1200  # seconds of a step; of the longest rollout
MEMORY = 60.0  # seconds over which what is common drifts


@dataclass(frozen=True)
class Scenario:
    """What the new version does differently; `good` ones must not be rolled back."""

    name: str
    good: bool = False
    errors: float = 0.0  # more of the requests fail
    dead: bool = False  # all fail
    leak: float = 0.0  # more fail with every second
    slower: float = 1.0  # factor of latency
    stuck: float = 0.0  # so many take 1.5 s longer
    from_share: float = 0.0  # only at this share of traffic and above
    outage: tuple[float, float] | None = None  # of both: error rate, seconds
    noisy: bool = False  # instances differ: latencies, errors, pauses of their own


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("the same", good=True),
        Scenario("both fail 3 % for 60 s", good=True, outage=(0.03, 60)),
        Scenario("both fail 20 % for 300 s", good=True, outage=(0.20, 300)),
        Scenario("noisy instances", good=True, noisy=True),
        Scenario("errors +0.03 points, 3 % slower", good=True, errors=0.0003, slower=1.03),
        Scenario("errors +0.5 points", errors=0.005),
        Scenario("errors +1 point", errors=0.01),
        Scenario("errors +5 points", errors=0.05),
        Scenario("everything fails", dead=True),
        Scenario("20 % slower", slower=1.2),
        Scenario("50 % slower", slower=1.5),
        Scenario("twice as slow", slower=2.0),
        Scenario("2 % take 1.5 s longer", stuck=0.02),
        Scenario("errors leak, +5 points in 10 min", leak=0.05 / 600),
        Scenario("errors +5 points from 50 % on", errors=0.05, from_share=0.5),
    )
}


@dataclass
class Totals:
    """Since the rollout began; the first axis is stable, canary; the second the rollouts."""

    requests: Ints
    errors: Ints
    histogram: Ints  # per bucket, not cumulative; the last beyond all edges

    def copy(self) -> Totals:
        return Totals(self.requests.copy(), self.errors.copy(), self.histogram.copy())

    def minus(self, other: Totals) -> Totals:
        return Totals(
            self.requests - other.requests,
            self.errors - other.errors,
            self.histogram - other.histogram,
        )


@dataclass
class Traffic:
    """`rollouts` of one scenario at `rate` requests a second, `base` of which fail anyway."""

    scenario: Scenario
    rate: float
    base: float
    rollouts: int
    rng: np.random.Generator
    totals: Totals = field(init=False)

    def __post_init__(self) -> None:
        n = self.rollouts
        zero = np.zeros((2, n), np.int64)
        buckets = np.zeros((2, n, len(EDGES) + 1), np.int64)
        self.totals = Totals(zero, zero.copy(), buckets)
        self.mood = self.rng.normal(size=(3, n))  # latency, errors, load: common to both
        self.own = self.rng.normal(size=(2, 2, n))  # (latency, errors) of each version's instances
        late = 300 if (self.scenario.outage or (0, 0))[1] > 100 else 400
        self.outage_at = self.rng.uniform(30, late, n)

    def second(self, t: float, share: Floats, live: NDArray[np.bool_]) -> Floats:
        """Lets a second pass; gives how many bad answers the canary gave beyond the usual."""
        scenario, rng = self.scenario, self.rng
        kept = np.exp(-1.0 / MEMORY)
        fresh = np.sqrt(1.0 - kept * kept)
        self.mood = kept * self.mood + fresh * rng.normal(size=self.mood.shape)
        level = np.log(MEDIAN) + 0.08 * self.mood[0]
        failing = self.base * np.exp(0.3 * self.mood[1] - 0.045)
        load = self.rate * np.exp(0.1 * self.mood[2]) * live
        if scenario.outage:
            error_rate, seconds = scenario.outage
            within = (t >= self.outage_at) & (t < self.outage_at + seconds)
            failing = np.where(within, error_rate, failing)
        paused = np.repeat(0.2 * (rng.random((1, self.rollouts)) < 1 / 60), 2, 0)
        levels, failings = np.stack([level, level]), np.stack([failing, failing])
        if scenario.noisy:
            levels, failings, paused = self._noise(share, levels, failings, paused, kept)
        usual_level, usual_failing = levels[1].copy(), failings[1].copy()
        bad = share >= scenario.from_share
        failings[1] += np.where(bad, scenario.errors + scenario.leak * t, 0.0)
        if scenario.dead:
            failings[1] = np.where(bad, 1.0, failings[1])
        levels[1] += np.where(bad, np.log(scenario.slower), 0.0)
        stuck = np.stack([np.zeros(self.rollouts), np.where(bad, scenario.stuck, 0.0)])
        failings = np.minimum(failings, 1.0)
        arriving = np.stack([load * (1.0 - share), load * share])
        self._count(arriving, levels, paused, stuck, failings)
        if scenario.slower > 1.0 or scenario.stuck:
            harm = _beyond(SLOW, levels[1]) - _beyond(SLOW, usual_level)
            return arriving[1] * np.where(bad, harm * (1 - scenario.stuck) + scenario.stuck, 0.0)
        return arriving[1] * np.where(bad, failings[1] - usual_failing, 0.0)

    def _noise(
        self, share: Floats, levels: Floats, failings: Floats, paused: Floats, kept: float
    ) -> tuple[Floats, Floats, Floats]:
        """Ten instances, each with moods and pauses of its own: few are noisier than many."""
        fresh = np.sqrt(1.0 - kept * kept)
        self.own = kept * self.own + fresh * self.rng.normal(size=self.own.shape)
        instances = np.maximum(1.0, np.stack([10.0 - 10.0 * share, 10.0 * share]))
        levels = levels + 0.05 * self.own[0] / np.sqrt(instances)
        failings = failings * np.exp(0.5 * self.own[1] / np.sqrt(instances))
        whole = instances.astype(int)
        return levels, failings, np.maximum(paused, self.rng.binomial(whole, 1 / 60) / whole)

    def _count(
        self, arriving: Floats, levels: Floats, paused: Floats, stuck: Floats, failings: Floats
    ) -> None:
        edges = np.array(EDGES, float)
        over = _beyond(edges, levels[..., None])
        if paused.any():
            later = _beyond(np.maximum(edges - 300.0, 1e-3), levels[..., None])
            over = over * (1.0 - paused[..., None]) + later * paused[..., None]
        if stuck.any():
            later = _beyond(np.maximum(edges - 1500.0, 1e-3), levels[..., None])
            over = over * (1.0 - stuck[..., None]) + later * stuck[..., None]
        ends = np.ones((*levels.shape, 1))
        parts = -np.diff(np.concatenate((ends, over, 0.0 * ends), -1), axis=-1)
        came = self.rng.poisson(np.maximum(arriving[..., None] * parts, 0.0))
        requests = came.sum(-1)
        self.totals.requests += requests
        self.totals.errors += self.rng.binomial(requests, failings)
        self.totals.histogram += came


def _beyond(edge: Floats | float, level: Floats) -> Floats:
    """The share of requests that take longer than an edge."""
    share: Floats = 1.0 - ndtr((np.log(edge) - level) / SPREAD)
    return share
