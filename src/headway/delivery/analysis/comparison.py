"""The canary against the stable version beside it, valid at every moment it is looked at.

A state that takes in cumulative counts, one reading after the other. See `evidence` for what
makes it valid and docs/analysis.md for what it achieves.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import evidence, totals
from headway.delivery.analysis.evidence import ERROR_BETS, LATENCY_BETS, Look
from headway.delivery.analysis.settings import Compare
from headway.delivery.metrics.base import Counts

ENOUGH = 10  # requests of both versions in a look; fewer wait for the next
FIRST = 0.8  # of the money is bet at once, the rest on harm that begins later
KNOWN = 200  # requests after which the usual latencies are known well enough
MEMORY = 60.0  # seconds over which they are
Money = tuple[tuple[float, ...], ...]


class Rule(Struct, frozen=True, kw_only=True):
    """What is tested: plain numbers, so that a state can be kept and read back anywhere."""

    errors: tuple[float, float]  # ratio, rise
    latency: tuple[float, float] | None  # None: latencies aren't compared
    limit: float  # evidence to roll back: 1 / the tolerated share of false rollbacks
    hold: float
    min_requests: int


def rule(settings: Compare) -> Rule:
    errors, latency = settings.errors, settings.latency
    return Rule(
        errors=(float(errors.ratio), float(errors.rise)),
        latency=(float(latency.ratio), float(latency.rise)) if settings.watch_latency else None,
        limit=1.0 / float(settings.false_rollbacks),
        hold=float(settings.hold_at),
        min_requests=settings.min_requests,
    )


class Comparison(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was learned so far. `observe` gives the next one; nothing else changes it.

    `stable` and `canary` are totals of what was compared, since the first reading.
    """

    rule: Rule
    started: float | None = None
    looked: float = 0.0  # seconds after `started`, errors
    timed: float = 0.0  # the same, latencies
    stable: Counts = totals.NONE
    canary: Counts = totals.NONE
    peak: float = 0.0  # the most evidence there ever was
    # Readings that the looks before ended with: errors, then latencies
    last: tuple[Counts, Counts] | None = None
    last_timed: tuple[Counts, Counts] | None = None
    errors: tuple[float, ...] = ()  # money of each bet
    edges: tuple[float, ...] = ()  # bounds in ms that both versions have
    latency: Money = ()  # per edge, of each bet
    weights: tuple[float, ...] = ()  # per edge
    usual: tuple[float, ...] = ()  # share of requests slower than each edge
    sure: float = 0.0  # how much is behind `usual`: 1 is a minute or more
    known: int = 0  # requests behind it
    idle: float = 0.0  # money for latencies while there are no edges

    @property
    def evidence(self) -> float:
        return sum(self.errors) + sum(map(sum, self.latency)) + self.idle

    @property
    def by_column(self) -> dict[str, float]:
        """Evidence of `errors` and `over 250 ms` …; they add up to `evidence`."""
        columns = {"errors": sum(self.errors)}
        for edge, money in zip(self.edges, self.latency, strict=True):
            columns[f"over {edge:g} ms"] = sum(money)
        return columns

    def observe(self, t: float, stable: Counts | None, canary: Counts | None) -> Comparison:
        """With a reading at `t` seconds of any clock. None: that one could not be read."""
        if stable is None or canary is None:
            return self
        stable, canary = totals.finite(stable), totals.finite(canary)
        if self.started is None or self.last is None or self.last_timed is None:
            return _begin(self, t, stable, canary)
        after = _errors(self, max(0.0, t - self.started), stable, canary)
        if after.rule.latency is not None:
            after = _latency(after, max(0.0, t - self.started), stable, canary)
        found = after.evidence
        return replace(after, peak=found) if found > after.peak else after


def compare(settings: Compare) -> Comparison:
    """Nothing seen yet."""
    return Comparison(rule=rule(settings))


def _begin(state: Comparison, t: float, stable: Counts, canary: Counts) -> Comparison:
    """The first reading is only where counting starts; it may tell what latencies are usual."""
    with_latency = state.rule.latency is not None
    half = 0.5 if with_latency else 1.0
    money = FIRST * half / len(ERROR_BETS)
    begun = replace(
        state,
        started=t,
        last=(stable, canary),
        last_timed=(stable, canary),
        errors=(money,) * len(ERROR_BETS),
        idle=FIRST * (1.0 - half),
    )
    if with_latency:
        begun = _with_edges(begun, _shared(stable, canary))
    before = totals.timed(stable)
    if before >= KNOWN and begun.edges:
        slow = totals.slower(stable, begun.edges)
        usual = tuple(count / before for count in slow)
        begun = _weighted(replace(begun, usual=usual, sure=1.0, known=before))
    return begun


def _errors(state: Comparison, now: float, stable: Counts, canary: Counts) -> Comparison:
    assert state.last is not None
    new_stable = totals.since(stable, state.last[0])
    new_canary = totals.since(canary, state.last[1])
    if not _enough(new_stable.requests, new_canary.requests):
        return _without_control(state, new_stable, new_canary, stable, canary, now)
    ratio, rise = state.rule.errors
    look = Look(new_canary.requests, new_stable.requests, new_canary.errors, new_stable.errors)
    fresh = evidence.started(state.looked, max(now, state.looked), 1.0 - FIRST)
    fresh *= (0.5 if state.rule.latency is not None else 1.0) / len(ERROR_BETS)
    money = evidence.rare(
        [one + fresh for one in state.errors],
        look,
        evidence.rare_terms(look.canary, look.stable, ratio, ERROR_BETS),
        rise,
        evidence.ERROR_CAP * evidence.caps(now - state.looked),
    )
    return replace(
        state,
        looked=max(now, state.looked),
        last=(stable, canary),
        stable=_sum(state.stable, new_stable),
        canary=_sum(state.canary, new_canary),
        errors=tuple(money),
    )


def _without_control(
    state: Comparison,
    new_stable: Counts,
    new_canary: Counts,
    stable: Counts,
    canary: Counts,
    now: float,
) -> Comparison:
    if not _alone(now - state.looked, new_stable.requests, new_canary.requests):
        return state
    return replace(state, looked=now, last=(stable, canary))


def _latency(state: Comparison, now: float, stable: Counts, canary: Counts) -> Comparison:
    assert state.last_timed is not None
    assert state.rule.latency is not None
    shared = _shared(stable, canary)
    if shared != state.edges:
        moved = replace(state, last_timed=(stable, canary), timed=max(now, state.timed))
        return _with_edges(moved, shared)
    new_stable = totals.since(stable, state.last_timed[0])
    new_canary = totals.since(canary, state.last_timed[1])
    n_stable, n_canary = totals.timed(new_stable), totals.timed(new_canary)
    if not state.edges or not _enough(n_stable, n_canary):
        if _alone(now - state.timed, n_stable, n_canary):
            return replace(state, last_timed=(stable, canary), timed=now)
        return state
    passed = max(0.0, now - state.timed)
    slow_stable = totals.slower(new_stable, state.edges)
    slow_canary = totals.slower(new_canary, state.edges)
    fresh = evidence.started(state.timed, state.timed + passed, 1.0 - FIRST) * 0.5
    money = _bet(state, (n_stable, n_canary), (slow_stable, slow_canary), fresh, passed)
    kept = exp(-passed / MEMORY)
    after = replace(
        state,
        timed=state.timed + passed,
        last_timed=(stable, canary),
        stable=_add_buckets(state.stable, new_stable),
        canary=_add_buckets(state.canary, new_canary),
        latency=money,
        usual=_usual(state, (n_stable, n_canary), (slow_stable, slow_canary), kept),
        sure=state.sure * kept + 1.0 - kept,
        known=state.known + n_stable + n_canary,
    )
    return _weighted(after) if state.known < KNOWN <= after.known else after


def _bet(
    state: Comparison,
    requests: tuple[int, int],
    slow: tuple[list[int], list[int]],
    fresh: float,
    passed: float,
) -> Money:
    margin = state.rule.latency
    assert margin is not None
    n_stable, n_canary = requests
    terms = evidence.rare_terms(n_canary, n_stable, margin[0], LATENCY_BETS)
    stretch = evidence.caps(passed)
    rare_cap, common_cap = evidence.RARE_CAP * stretch, evidence.COMMON_CAP * stretch
    out = []
    for index, money in enumerate(state.latency):
        guess = state.usual[index]
        if fresh:
            share = fresh * state.weights[index] / len(LATENCY_BETS)
            money = tuple([one + share for one in money])
        if guess > evidence.COMMON and margin[0] * guess + margin[1] >= evidence.SATURATED:
            out.append(money)
            continue
        look = Look(n_canary, n_stable, slow[1][index], slow[0][index])
        if guess > evidence.COMMON:
            out.append(tuple(evidence.common(money, look, LATENCY_BETS, margin, guess, common_cap)))
        else:
            out.append(tuple(evidence.rare(money, look, terms, margin[1], rare_cap)))
    return tuple(out)


def _usual(
    state: Comparison,
    requests: tuple[int, int],
    slow: tuple[list[int], list[int]],
    kept: float,
) -> tuple[float, ...]:
    """The stable version's share of slow requests that best explains both at the margin's edge,
    over about a minute. It is used for the next look, never for the one that it comes from."""
    assert state.rule.latency is not None
    ratio, rise = state.rule.latency
    n_stable, n_canary = requests
    whole = ratio * n_canary + n_stable
    old, new = state.sure * kept, 1.0 - kept
    both = old + new or 1.0
    return tuple(
        [
            (share * old + new * max(0.0, a + b - rise * n_canary) / whole) / both
            for share, a, b in zip(state.usual, *slow, strict=True)
        ]
    )


def _with_edges(state: Comparison, edges: tuple[float, ...]) -> Comparison:
    """Money on latencies is spread over other edges, evenly until more is known."""
    money = state.idle + sum(map(sum, state.latency))
    if not edges:
        return replace(state, edges=(), latency=(), weights=(), usual=(), idle=money)
    weight = 1.0 / len(edges)
    each = (money * weight / len(LATENCY_BETS),) * len(LATENCY_BETS)
    return replace(
        state,
        edges=edges,
        latency=(each,) * len(edges),
        weights=(weight,) * len(edges),
        usual=(0.0,) * len(edges),
        sure=0.0,
        known=0,
        idle=0.0,
    )


def _weighted(state: Comparison) -> Comparison:
    """Money on latencies goes to edges where a change would show. It is moved between looks by
    what is known then, which no look can turn to its advantage."""
    weights = weigh(state.usual)
    money = sum(map(sum, state.latency))
    return replace(
        state,
        weights=weights,
        latency=tuple((money * w / len(LATENCY_BETS),) * len(LATENCY_BETS) for w in weights),
    )


def weigh(usual: Sequence[float]) -> tuple[float, ...]:
    """The weight of each edge by the share of requests usually slower than it; sums to 1.

    Edges that nearly all requests pass, or of which a slower one is as empty, tell little.
    """
    parts, empty = [], 1.5
    for share in usual:
        if share >= 0.9:
            parts.append(0.2)
        elif share >= 0.6:
            parts.append(0.6)
        elif share >= 0.05:
            parts.append(1.0)
        elif share >= 0.002:
            parts.append(1.5)
        else:
            parts.append(empty)
            empty = max(0.2, empty * 0.8)
    whole = sum(parts)
    return tuple(part / whole for part in parts)


def _enough(stable: int, canary: int) -> bool:
    return stable > 0 and canary > 0 and stable + canary >= ENOUGH


def _alone(seconds: float, stable: int, canary: int) -> bool:
    """Many requests that have had nothing beside them for a minute will not be compared: they
    would be set against the first few of the other version, much later."""
    return seconds >= MEMORY and min(stable, canary) == 0 and max(stable, canary) >= 600


def _shared(stable: Counts, canary: Counts) -> tuple[float, ...]:
    if stable.edges == canary.edges:
        return tuple(edge for edge in stable.edges if edge < totals.ENDLESS)
    theirs = set(canary.edges)
    return tuple(edge for edge in stable.edges if edge < totals.ENDLESS and edge in theirs)


def _sum(total: Counts, new: Counts) -> Counts:
    return Counts(
        requests=total.requests + new.requests,
        errors=total.errors + new.errors,
        edges=total.edges,
        buckets=total.buckets,
    )


def _add_buckets(total: Counts, new: Counts) -> Counts:
    same = total.edges == new.edges
    buckets = tuple(map(int.__add__, total.buckets, new.buckets)) if same else new.buckets
    return Counts(requests=total.requests, errors=total.errors, edges=new.edges, buckets=buckets)
