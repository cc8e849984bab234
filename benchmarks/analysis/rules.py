"""Rules that decide: Headway's, and those of others as their sources have them.

Every rule sees the totals of both versions each second and answers for all rollouts at once.
The others' data is perfectly fresh here, which flatters them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from workload import EDGES, Floats, Ints, Totals

from headway.delivery.analysis.judge import Judge, Sample, judge
from headway.delivery.analysis.settings import Analysis
from headway.delivery.metrics.base import Counts

CONTINUE, PROMOTE, ROLLBACK, HOLD = range(4)
CODES = {"continue": CONTINUE, "promote": PROMOTE, "rollback": ROLLBACK, "inconclusive": HOLD}


class Rule(Protocol):
    name: str
    steers: bool  # it holds or promotes, so it needs rollouts of its own

    def begin(self, rollouts: int, rng: np.random.Generator) -> None: ...

    def look(self, t: int, totals: Totals, live: NDArray[np.bool_], failing: Floats) -> Ints: ...


class Headway:
    """The judge that a rollout uses, with its defaults, reading once every `every` seconds."""

    steers = True

    def __init__(self, every: int = 1, settings: Analysis | None = None) -> None:
        self.every, self.settings = every, settings or Analysis()
        self.name = "Headway" if every == 1 else f"Headway, read each {every} s"

    def begin(self, rollouts: int, rng: np.random.Generator) -> None:
        zero = Counts(requests=0, errors=0, edges=(*EDGES, np.inf), buckets=(0,) * (len(EDGES) + 1))
        start = judge(self.settings).observe(Sample(t=0.0, stable=zero, canary=zero))
        self.states: list[Judge] = [start] * rollouts
        self.answers = np.zeros(rollouts, np.int64)

    def look(self, t: int, totals: Totals, live: NDArray[np.bool_], failing: Floats) -> Ints:
        if t % self.every:
            return self.answers
        buckets = np.cumsum(totals.histogram, -1)
        edges = (*EDGES, np.inf)
        for i in np.flatnonzero(live):
            sides = [
                Counts(
                    requests=int(totals.requests[side, i]),
                    errors=int(totals.errors[side, i]),
                    edges=edges,
                    buckets=tuple(buckets[side, i].tolist()),
                )
                for side in (0, 1)
            ]
            sample = Sample(t=float(t), stable=sides[0], canary=sides[1])
            self.states[i] = self.states[i].observe(sample)
            seen = self.states[i].comparison
            calm = seen.canary.requests >= seen.rule.min_requests and seen.peak < seen.rule.hold
            # Most looks are calm: the sentences about them aren't needed here.
            answer = "continue" if calm else self.states[i].assess().answer
            self.answers[i] = CODES[answer]
        return self.answers


class Recent:
    """Differences of totals over the last `window` seconds, taken each `every`."""

    def __init__(self, every: int, window: int) -> None:
        self.every, self.keep = every, window // every + 1
        self.seen: list[Totals] = []

    def take(self, t: int, totals: Totals) -> Totals | None:
        if t % self.every:
            return None
        self.seen = [*self.seen, totals.copy()][-self.keep :]
        now = self.seen[-1]
        return now.minus(self.seen[0]) if len(self.seen) == self.keep else now


def quantile(histogram: Ints, share: float) -> Floats:
    """As Prometheus' histogram_quantile; nan where nothing came."""
    below = np.cumsum(histogram, -1)
    whole = below[..., -1]
    at = np.argmax(below >= share * whole[..., None], -1)
    lower = np.array([0.0, *EDGES])[at]
    upper = np.array([*EDGES, EDGES[-1]], float)[at]
    inside = np.take_along_axis(histogram, at[..., None], -1)[..., 0]
    before = np.take_along_axis(below, at[..., None], -1)[..., 0] - inside
    with np.errstate(all="ignore"):
        value = lower + (upper - lower) * (share * whole - before) / np.maximum(inside, 1e-9)
    return np.where(whole > 0, value, np.nan)


class Argo:
    """Argo Rollouts: each minute, success >= 95 % and p95 <= 500 ms over the last minute; a
    metric that failed more often than its limit fails the rollout. No data is a failure."""

    steers = False

    def __init__(self, limit: int) -> None:
        self.limit, self.name = limit, f"Argo, limit {limit}"

    def begin(self, rollouts: int, rng: np.random.Generator) -> None:
        self.recent, self.failed = Recent(60, 60), np.zeros((2, rollouts), int)

    def look(self, t: int, totals: Totals, live: NDArray[np.bool_], failing: Floats) -> Ints:
        answers = np.zeros(len(live), np.int64)
        if (last := self.recent.take(t, totals)) is not None:
            with np.errstate(all="ignore"):
                good = 1.0 - last.errors[1] / last.requests[1] >= 0.95
            self.failed[0] += ~good
            self.failed[1] += ~(quantile(last.histogram[1], 0.95) <= 500.0)
            answers[(self.failed > self.limit).any(0)] = ROLLBACK
        return answers


class Flagger:
    """Flagger: at each tick first the count of failed checks, then the check: success >= 99 %
    and p99 <= 500 ms over the last minute; a failed check halts, five roll back."""

    steers = True

    def __init__(self, every: int) -> None:
        self.every, self.name = every, f"Flagger, {every} s"

    def begin(self, rollouts: int, rng: np.random.Generator) -> None:
        self.recent, self.failed = Recent(self.every, 60), np.zeros(rollouts, int)
        self.halted = np.zeros(rollouts, bool)

    def look(self, t: int, totals: Totals, live: NDArray[np.bool_], failing: Floats) -> Ints:
        last = self.recent.take(t, totals)
        over = np.zeros(len(live), bool)
        if last is not None:
            over = self.failed >= 5
            with np.errstate(all="ignore"):
                good = 1.0 - last.errors[1] / last.requests[1] >= 0.99
            self.halted = ~(good & (quantile(last.histogram[1], 0.99) <= 500.0))
            self.failed += self.halted
        return np.where(over, ROLLBACK, np.where(self.halted, HOLD, CONTINUE))


class Kayenta:
    """Kayenta's judge on points of a minute (error rate, p95), two groups of weight 50, at the
    end of each step from the sixth point on; `critical` metrics fail at once."""

    steers = False

    def __init__(self, critical: bool) -> None:
        self.critical = critical
        self.name = "Kayenta, critical" if critical else "Kayenta"

    def begin(self, rollouts: int, rng: np.random.Generator) -> None:
        self.recent = Recent(60, 60)
        self.points: list[list[Floats]] = [[], []]

    def look(self, t: int, totals: Totals, live: NDArray[np.bool_], failing: Floats) -> Ints:
        answers = np.zeros(len(live), np.int64)
        last = self.recent.take(t, totals)
        if last is None:
            return answers
        with np.errstate(all="ignore"):
            self.points[0].append(last.errors / last.requests)
        self.points[1].append(quantile(last.histogram, 0.95))
        if t % 120 or t > 600 or len(self.points[0]) < 6:
            return answers
        series = [np.array(points) for points in self.points]
        for i in np.flatnonzero(live):
            high = sum(much_higher(one[:, 1, i], one[:, 0, i]) for one in series)
            score = 0 if high and self.critical else 100 - 50 * high
            if score < 50 or (t >= 600 and score < 75):
                answers[i] = ROLLBACK
        return answers


def much_higher(new: Floats, old: Floats) -> bool:
    """Mann-Whitney with a tolerance, as Kayenta has it: the lower 98 % bound of the shift is
    beyond a quarter of its estimate, and the mean isn't lower."""
    new, old = new[~np.isnan(new)], old[~np.isnan(old)]
    if len(new) < 2 or len(old) < 2:
        return False
    shifts = np.subtract.outer(new, old).ravel()
    tolerance, least = 0.25 * abs(float(np.median(shifts))), float(new.min() - old.max())

    def score(shift: float) -> float:
        wins = (shifts > shift).sum() + 0.5 * (shifts == shift).sum() - len(shifts) / 2.0
        n = len(new) + len(old)
        _, ties = np.unique(np.concatenate((new - shift, old)), return_counts=True)
        variance = len(shifts) / 12.0 * (n + 1 - (ties**3 - ties).sum() / (n * (n - 1)))
        return float((wins - 0.5 * np.sign(wins)) / np.sqrt(variance)) if variance > 0 else 0.0

    shifted = least > tolerance if score(least) <= 2.3263 else score(tolerance) > 2.3263
    means = float(new.mean()), float(old.mean())
    return bool(shifted and (0.0 in means or means[0] >= means[1]))


class Threshold:
    """The plain alert: more than 5 % errors (a minute's rate, looked at each 15 s) for two
    minutes, or three failed health checks, 10 s apart."""

    steers = False
    name = "5 % for 2 min, health"

    def begin(self, rollouts: int, rng: np.random.Generator) -> None:
        self.recent, self.rng = Recent(15, 60), rng
        self.high = np.zeros(rollouts, int)
        self.checks = np.zeros(rollouts, int)

    def look(self, t: int, totals: Totals, live: NDArray[np.bool_], failing: Floats) -> Ints:
        answers = np.zeros(len(live), np.int64)
        if t % 10 == 0:
            bad = self.rng.random(len(live)) < failing
            self.checks = np.where(bad, self.checks + 1, 0)
            answers[self.checks >= 3] = ROLLBACK
        if (last := self.recent.take(t, totals)) is not None:
            with np.errstate(all="ignore"):
                high = last.errors[1] / last.requests[1] > 0.05
            self.high = np.where(high, self.high + 1, 0)
            answers[self.high >= 9] = ROLLBACK
        return answers


def everyone() -> list[Rule]:
    return [
        Headway(),
        Argo(3),
        Argo(0),
        Flagger(60),
        Flagger(10),
        Kayenta(False),
        Kayenta(True),
        Threshold(),
    ]
