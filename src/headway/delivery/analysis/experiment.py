"""A/B tests: the effect of each variant on a number, with an interval that always holds.

Interval and verdict may be looked at whenever one likes, and the test may end at any look: the
chance that an interval is ever wrong is at most 1 - confidence, for all variants together. The
base rate may change as it likes (day and night), as long as it changes for all alike; the
effect is the difference to the control.

Made of sums only: between two looks, n subjects with the sum S and the sum of squares Q of
their values y, scaled to 0 <= y <= 1. With a guess g of the mean made before the look,
V = Q - 2gS + n g^2 is the sum of (y - g)^2, and for 0 <= l < 1

    exp(l (S - n m) - psi(l) V),   psi(l) = -ln(1 - l) - l

has a mean of at most 1 if m is the true mean (Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform,
nonparametric, nonasymptotic confidence sequences", after Fan, Grama and Liu); the same with
both signs turned. Multiplied for both variants, with l in proportion to the other's n, the
unknown base cancels and only the difference d remains: exp(A - B d). A mixture over steps l is
below 1/alpha for all time with probability 1 - alpha; the d for which it is make the interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, inf, log, log1p
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import sentences, totals
from headway.delivery.analysis.assessment import Assessment
from headway.delivery.analysis.settings import Experiment as Settings
from headway.delivery.metrics.base import Counts
from headway.units import elapsed

STEPS = (0.4, 0.25, 0.14, 0.08, 0.045, 0.025, 0.014, 0.008, 0.0045, 0.0025)
SAID = {
    "better": "better",
    "worse": "worse",
    "alike": "no difference that matters",
    "open": "open",
}
PRIOR = 20.0  # subjects' worth of ignorance in the guess of a mean


class Subjects(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Totals of one variant, since any moment: how many, the sum of their values and of the
    values' squares. Of conversions all sums are the number of those that converted."""

    count: int
    total: float
    squares: float


def conversions(subjects: int, converted: int) -> Subjects:
    return Subjects(count=subjects, total=float(converted), squares=float(converted))


class Arm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One variant. `up` and `down` are (A, B) of each step: evidence that the effect is above
    or below a value. Scaled to 0..1."""

    last: Subjects | None = None
    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    up: tuple[tuple[float, float], ...] = ((0.0, 0.0),) * len(STEPS)
    down: tuple[tuple[float, float], ...] = ((0.0, 0.0),) * len(STEPS)
    low: float = -1.0  # the interval so far; it never grows again
    high: float = 1.0

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0


class Effect(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A variant against the control, in the metric's own unit (shares: 0 to 1).

    `relative` is the effect as a part of the control's mean; None when that is 0."""

    variant: str
    subjects: int
    mean: float
    control_subjects: int
    control: float
    effect: float
    low: float
    high: float
    verdict: Literal["better", "worse", "alike", "open"]
    relative: float | None = None


class Experiment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was learned so far; `observe` gives the next one."""

    control: str
    metric: str
    higher: bool
    confidence: float
    margin: float
    least: float
    most: float
    min_subjects: int
    max_time: float
    arms: dict[str, Arm]
    bound: float = 0.0  # ms, of `metric: latency`
    started: float | None = None
    now: float = 0.0

    def observe(self, t: float, readings: Mapping[str, Subjects | None]) -> Experiment:
        """With totals of each group at `t` seconds; what is missing is taken at the next look."""
        control = readings.get(self.control)
        state = replace(self, now=t, started=t if self.started is None else self.started)
        if control is None:
            return state
        arms = dict(self.arms)
        base = arms[self.control]
        news: dict[str, tuple[Subjects, Subjects]] = {}  # variant → its new, the control's new
        for name, arm in self.arms.items():
            if name == self.control:
                continue
            reading = readings.get(name)
            if reading is None:
                return state  # all are taken together, so that all have the same control
            news[name] = (_since(reading, arm.last), _since(control, base.last))
        if base.last is not None:
            if any(not new.count or not old.count for new, old in news.values()):
                return state
            variants = len(news)
            for name, (new, old) in news.items():
                arms[name] = _look(self, arms[name], base, new, old, variants)
            arms[self.control] = _added(base, next(iter(news.values()))[1], self)
        for name in arms:
            arms[name] = replace(arms[name], last=readings[name])
        return replace(state, arms=arms)

    def pair(self, stable: Counts | None, canary: Counts | None) -> dict[str, Subjects]:
        """Subjects of the control and the only variant, when requests are the subjects."""
        if len(self.arms) != 2 or self.metric not in ("errors", "latency"):
            return {}
        return {
            name: from_counts(self.metric, self.bound, counts)
            for name, counts in zip(self.arms, (stable, canary), strict=True)
            if counts is not None
        }

    def effects(self) -> list[Effect]:
        """Of each variant, the best first."""
        span = self.most - self.least
        base = self.arms[self.control]
        out = []
        for name, arm in self.arms.items():
            if name == self.control:
                continue
            difference = (arm.mean - base.mean) * span
            control = self.least + base.mean * span if base.count else 0.0
            out.append(
                Effect(
                    variant=name,
                    subjects=arm.count,
                    mean=self.least + arm.mean * span if arm.count else 0.0,
                    control_subjects=base.count,
                    control=control,
                    effect=difference,
                    low=arm.low * span,
                    high=arm.high * span,
                    verdict=self._verdict(arm.low * span, arm.high * span),
                    relative=difference / control if control else None,
                )
            )
        return sorted(out, key=lambda one: -one.effect if self.higher else one.effect)

    def assess(self) -> Assessment:
        """`promote` with the winner, the control included, once every comparison is decided;
        `inconclusive` while it is open."""
        effects = self.effects()
        reasons = tuple(sentence(self, effect) for effect in effects)
        fewest = min(arm.count for arm in self.arms.values())
        if fewest < self.min_subjects:
            seen = f"{fewest:,} of {self.min_subjects:,} in the smallest group"
            text = f"too few subjects to say: {seen}"
            return Assessment(
                answer="inconclusive", reasons=(text, *reasons), t=self.now, wait=self._wait(fewest)
            )
        winner = self._winner(effects)
        if winner:
            return Assessment(answer="promote", winner=winner, reasons=reasons, t=self.now)
        age = self.now - (self.started if self.started is not None else self.now)
        if self.max_time and age >= self.max_time:
            text = f"no winner within {elapsed(self.max_time)}; the decision is a person's"
            return Assessment(answer="inconclusive", reasons=(text, *reasons), t=self.now)
        return Assessment(answer="inconclusive", reasons=reasons, t=self.now)

    def _winner(self, effects: list[Effect]) -> str:
        better = [effect for effect in effects if effect.verdict == "better"]
        if better:
            return better[0].variant
        if all(effect.verdict in ("worse", "alike") for effect in effects):
            return self.control
        return ""

    def _verdict(self, low: float, high: float) -> Literal["better", "worse", "alike", "open"]:
        if not self.higher:
            low, high = -high, -low
        if low > self.margin:
            return "better"
        if high < -self.margin:
            return "worse"
        if self.margin > 0.0 and low > -self.margin and high < self.margin:
            return "alike"
        return "open"

    def _wait(self, fewest: int) -> float | None:
        age = self.now - (self.started if self.started is not None else self.now)
        if not fewest or age <= 0.0:
            return None
        return (self.min_subjects - fewest) * age / fewest


def experiment(settings: Settings, control: str, variants: tuple[str, ...]) -> Experiment:
    """Nothing seen yet, of `control` (the group that serves now) and the variants beside it."""
    value = settings.metric == "value"
    return Experiment(
        control=control,
        metric=settings.metric,
        higher=settings.better == "higher" and settings.metric not in ("errors", "latency"),
        confidence=float(settings.confidence),
        margin=float(settings.margin) * (settings.value_max - settings.value_min if value else 1.0),
        least=settings.value_min if value else 0.0,
        most=settings.value_max if value else 1.0,
        min_subjects=settings.min_subjects,
        max_time=float(settings.max_time),
        arms={name: Arm() for name in (control, *variants)},
        bound=float(settings.latency) * 1000.0,
    )


def from_counts(metric: str, bound: float, counts: Counts) -> Subjects:
    """For `errors` and `latency`: requests that failed, or that took longer than `bound` ms.

    The bound should be an edge of the histogram; otherwise the next one above it is taken."""
    if metric == "errors":
        return conversions(counts.requests, counts.errors)
    edge = next((e for e in counts.edges if e >= bound), inf)
    slow = totals.slower(counts, (edge,))[0] if counts.edges else 0
    return conversions(totals.timed(counts), slow)


def sentence(state: Experiment, effect: Effect) -> str:
    """`v2 against v1: 5.2 % and 4.1 % of 10,210 and 10,190 subjects; +1.1 points, between +0.4
    and +1.8 with 95 % confidence: better`."""
    share = state.metric != "value"
    number = sentences.percent if share else "{:.4g}".format
    unit = " points" if share else ""
    relative = f" ({effect.relative:+.0%})" if effect.relative is not None else ""
    low, high = _signed(effect.low, share), _signed(effect.high, share)
    return (
        f"{effect.variant} against {state.control}: {number(effect.mean)} and"
        f" {number(effect.control)} of {effect.subjects:,} and {effect.control_subjects:,}"
        f" subjects; {_signed(effect.effect, share)}{unit}{relative}, between {low} and {high}"
        f" with {sentences.percent(state.confidence)} confidence: {SAID[effect.verdict]}"
    )


def _signed(value: float, share: bool) -> str:
    return f"{value * 100:+.2f}" if share else f"{value:+.4g}"


def _look(
    state: Experiment, arm: Arm, base: Arm, new: Subjects, old: Subjects, variants: int
) -> Arm:
    new, old = _scaled(state, new), _scaled(state, old)
    both = new.count + old.count
    spread_new, spread_old = _spread(new, _guess(arm)), _spread(old, _guess(base))
    up, down = [], []
    for index, step in enumerate(STEPS):
        mine, theirs = 2.0 * step * old.count / both, 2.0 * step * new.count / both
        gain = mine * new.total - theirs * old.total
        cost = _psi(mine) * spread_new + _psi(theirs) * spread_old
        slope = mine * new.count  # theirs * old.count is the same: the base cancels
        up.append((arm.up[index][0] + gain - cost, arm.up[index][1] + slope))
        down.append((arm.down[index][0] - gain - cost, arm.down[index][1] + slope))
    limit = log(2.0 * variants / (1.0 - state.confidence))
    low, high = _above(up, limit), -_above(down, limit)
    return replace(
        _added(arm, new, None),
        up=tuple(up),
        down=tuple(down),
        low=max(arm.low, low),
        high=min(arm.high, high),
    )


def _above(terms: list[tuple[float, float]], limit: float) -> float:
    """The largest effect that the mixture of exp(A - B d) rules out, to 1/4,000 of the span."""
    low, high = -1.0, 1.0
    if _mixture(terms, low) < limit:
        return low
    for _ in range(24):
        middle = (low + high) / 2.0
        if _mixture(terms, middle) >= limit:
            low = middle
        else:
            high = middle
    return low


def _mixture(terms: list[tuple[float, float]], effect: float) -> float:
    logs = [a - b * effect for a, b in terms]
    most = max(logs)
    return most + log(sum(exp(one - most) for one in logs) / len(logs))


def _psi(step: float) -> float:
    return -log1p(-step) - step


def _guess(arm: Arm) -> float:
    return (arm.total + 0.5) / (arm.count + PRIOR)


def _spread(new: Subjects, guess: float) -> float:
    return max(0.0, new.squares - 2.0 * guess * new.total + new.count * guess * guess)


def _scaled(state: Experiment, new: Subjects) -> Subjects:
    """Values as 0 to 1; sums that no such values can have are cut to what is possible."""
    span, least, count = state.most - state.least, state.least, new.count
    total = (new.total - count * least) / span
    squares = (new.squares - 2.0 * least * new.total + count * least * least) / (span * span)
    total = min(max(total, 0.0), float(count))
    return Subjects(count=count, total=total, squares=min(max(squares, 0.0), total))


def _added(arm: Arm, new: Subjects, state: Experiment | None) -> Arm:
    if state is not None:
        new = _scaled(state, new)
    return replace(
        arm,
        count=arm.count + new.count,
        total=arm.total + new.total,
        squares=arm.squares + new.squares,
    )


def _since(now: Subjects, before: Subjects | None) -> Subjects:
    """What came between two readings; a source that was restarted counts from zero."""
    if before is None or now.count < before.count:
        return now
    return Subjects(
        count=now.count - before.count,
        total=now.total - before.total,
        squares=now.squares - before.squares,
    )
