"""Limits that hold whatever the stable version does: errors, latency, own queries.

A limit broken by the canary alone takes it back. One that both versions break is an outage
which no rollback mends: it holds. One that may be broken by chance holds, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import percentile, sentences
from headway.delivery.analysis.percentile import SURE
from headway.delivery.analysis.settings import Limits
from headway.delivery.analysis.window import Window
from headway.delivery.metrics.base import Counts


class Range(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The limit of an own query, and how often in a row it may be broken."""

    failures: int
    min: float | None = None
    max: float | None = None
    unit: str = ""


class Finding(Struct, frozen=True):
    answer: Literal["rollback", "inconclusive"]
    reason: str


class Guards(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`percentiles` are the limits of 0.95, 0.99 in ms; `broken` how often in a row a query
    has been beyond its limit, `answers` what it said last (None: nothing)."""

    min_requests: int
    stable: Window
    canary: Window
    error_rate: float | None = None
    percentiles: tuple[tuple[float, float], ...] = ()
    ranges: dict[str, Range] = {}
    answers: dict[str, float | None] = {}
    broken: dict[str, int] = {}

    def observe(
        self,
        t: float,
        stable: Counts | None,
        canary: Counts | None,
        answers: Mapping[str, float | None] | None = None,
    ) -> Guards:
        """`answers`: of queries just asked."""
        broken = dict(self.broken)
        for name, value in (answers or {}).items():
            beyond = value is not None and name in self.ranges and _beyond(self.ranges[name], value)
            if value is not None:
                broken[name] = broken.get(name, 0) + 1 if beyond else 0
        return replace(
            self,
            stable=self.stable.observe(t, stable),
            canary=self.canary.observe(t, canary),
            answers={**self.answers, **(answers or {})},
            broken=broken,
        )

    def findings(self) -> Iterator[Finding]:
        """What speaks against the canary now."""
        if self.error_rate is not None:
            yield from _errors(self, self.error_rate)
        for share, limit in self.percentiles:
            yield from _latency(self, share, limit)
        for name, limits in self.ranges.items():
            yield from _query(self, name, limits)


def guards(settings: Limits) -> Guards:
    """Nothing seen yet."""
    pairs = ((0.95, settings.p95), (0.99, settings.p99))
    window = Window(length=float(settings.window))
    return Guards(
        min_requests=settings.min_requests,
        stable=window,
        canary=window,
        error_rate=None if settings.error_rate is None else float(settings.error_rate),
        percentiles=tuple((share, float(limit) * 1000.0) for share, limit in pairs if limit),
        ranges={
            name: Range(failures=query.failures, min=query.min, max=query.max, unit=query.unit)
            for name, query in settings.queries.items()
        },
    )


def _errors(state: Guards, limit: float) -> Iterator[Finding]:
    recent = state.canary.recent
    if recent.requests < state.min_requests or recent.errors <= limit * recent.requests:
        return
    low, _ = percentile.bounds(recent.errors, recent.requests, SURE)
    other = state.stable.recent
    both = other.requests >= state.min_requests and other.errors > limit * other.requests
    yield _finding(
        both,
        low > limit,
        f"errors: {sentences.percent(recent.errors / recent.requests)} of"
        f" {sentences.count(recent.requests)} requests in {_span(state)},"
        f" the limit is {sentences.percent(limit)}",
        f"{sentences.percent(other.errors / other.requests)}" if both else "",
    )


def _latency(state: Guards, share: float, limit: float) -> Iterator[Finding]:
    recent, other = state.canary.recent, state.stable.recent
    estimate = percentile.percentile(recent, share)
    least = percentile.at_least(recent, share)
    if estimate is None or least is None or recent.requests < state.min_requests:
        return
    if estimate.value <= limit:
        return
    theirs = percentile.interpolated(other, share) or 0.0
    both = other.requests >= state.min_requests and theirs > limit
    yield _finding(
        both,
        least > limit,
        f"p{share * 100:.0f}: {sentences.milliseconds(estimate.value)}"
        f" ({sentences.between(estimate.low, estimate.high)}) in {_span(state)},"
        f" the limit is {sentences.milliseconds(limit)}",
        sentences.milliseconds(theirs) if both else "",
    )


def _finding(both: bool, sure: bool, text: str, stable: str) -> Finding:
    if both:
        return Finding(
            "inconclusive",
            f"{text}; the stable version has {stable}, too: both suffer, the release isn't why",
        )
    if not sure:
        return Finding("inconclusive", f"{text}; with so few requests it may be chance")
    return Finding("rollback", text)


def _query(state: Guards, name: str, limits: Range) -> Iterator[Finding]:
    value, times = state.answers.get(name, 0.0), state.broken.get(name, 0)
    if value is None:
        yield Finding("inconclusive", f"{name}: no answer; nothing can be said of it")
    elif times:
        unit = f" {limits.unit}" if limits.unit else ""
        low = "" if limits.min is None else f"at least {limits.min:g}{unit}"
        high = "" if limits.max is None else f"at most {limits.max:g}{unit}"
        bound = low if low and (not high or value < (limits.min or 0.0)) else high
        often = f"{times} of {limits.failures} times in a row"
        reason = f"{name}: {value:g}{unit}, {bound} is allowed; {often}"
        yield Finding("rollback" if times >= limits.failures else "inconclusive", reason)


def _beyond(limits: Range, value: float) -> bool:
    too_much = limits.max is not None and value > limits.max
    return too_much or (limits.min is not None and value < limits.min)


def _span(state: Guards) -> str:
    return "the last " + sentences.about(state.canary.seconds).removeprefix("about ")
