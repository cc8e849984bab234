"""Proof that the canary is worse by less than a margin, if at all: the reverse of `comparison`.

The null hypothesis is "some column is worse by the margin or more". Each column has evidence
against its part of it, with the same factors as `evidence` counted on good answers; all of them
must reach the limit, and then no correction for their number is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import evidence, totals
from headway.delivery.analysis.comparison import KNOWN, Comparison
from headway.delivery.analysis.evidence import Look
from headway.delivery.analysis.settings import Compare

MOST = 1e12  # more than enough: clipping from above is always allowed
STAKES = (0.5, 1.0)  # parts of the best step if the versions were alike


class Proof(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`evidence` that errors and every latency rose by less than `errors` and `latency`."""

    errors: float  # the margins, in shares of requests
    latency: float
    limit: float
    money: dict[str, tuple[float, ...]] = {}  # by column, "errors" or the edge

    @property
    def evidence(self) -> float:
        """Of the column that is the least proven."""
        return min((sum(money) for money in self.money.values()), default=1.0)

    @property
    def proven(self) -> bool:
        return bool(self.money) and self.evidence >= self.limit

    def observe(self, before: Comparison, after: Comparison) -> Proof:
        """What a comparison has learned between two of its states."""
        if after is before or before.started is None or before.known < KNOWN:
            return self
        money = dict(self.money)
        changed = _stake(money, "errors", _errors(before, after), self.errors, _error_rate(before))
        for index, (look, usual) in enumerate(_edges(before, after)):
            edge = f"{after.edges[index]:g}"
            changed |= _stake(money, edge, look, self.latency, usual)
        return replace(self, money=money) if changed else self


def proof(settings: Compare) -> Proof | None:
    """Nothing proven yet; None when steps never end early."""
    if not settings.promote_early:
        return None
    return Proof(
        errors=float(settings.promote_early),
        latency=float(settings.promote_early_latency),
        limit=1.0 / float(settings.false_promotions),
    )


def _stake(
    money: dict[str, tuple[float, ...]], column: str, look: Look | None, margin: float, usual: float
) -> bool:
    if look is None:
        return False
    old = money.get(column, (1.0 / len(STAKES),) * len(STAKES))
    money[column] = _better(old, look, margin, usual)
    return True


def _better(money: Sequence[float], look: Look, margin: float, usual: float) -> tuple[float, ...]:
    """Good answers: the null is good_canary <= good_stable - margin."""
    good = Look(
        look.canary,
        look.stable,
        look.canary - look.bad_canary,
        look.stable - look.bad_stable,
    )
    control = look.stable / (look.canary + look.stable)
    usual = min(usual, 0.9998)
    bad_stable = min(max(usual - margin * (1.0 - control), 1e-6), 0.9999 - margin)
    bad_canary = bad_stable + margin
    step = (bad_canary - usual) / (bad_canary * (1.0 - bad_canary))
    return tuple(
        [
            min(MOST, one * exp(_factor(good, 1.0 - bad_stable, 1.0 - bad_canary, step * part)))
            for one, part in zip(money, STAKES, strict=True)
        ]
    )


def _factor(good: Look, stable: float, canary: float, step: float) -> float:
    return min(700.0, evidence.log_factor(good, stable, canary, step, 1.0))


def _error_rate(state: Comparison) -> float:
    """Of both together so far; a little more than nothing, since nothing is never sure."""
    requests = state.stable.requests + state.canary.requests
    return (state.stable.errors + state.canary.errors + 0.5) / (requests + 100.0)


def _errors(before: Comparison, after: Comparison) -> Look | None:
    if after.canary.requests == before.canary.requests:
        return None
    return Look(
        after.canary.requests - before.canary.requests,
        after.stable.requests - before.stable.requests,
        after.canary.errors - before.canary.errors,
        after.stable.errors - before.stable.errors,
    )


def _edges(before: Comparison, after: Comparison) -> list[tuple[Look | None, float]]:
    """Of every edge; of none when bounds changed or no latencies came."""
    stable = totals.since(after.stable, before.stable)
    canary = totals.since(after.canary, before.canary)
    n_stable, n_canary = totals.timed(stable), totals.timed(canary)
    if before.edges != after.edges or not n_stable or not n_canary:
        return []
    slow = zip(
        totals.slower(stable, after.edges),
        totals.slower(canary, after.edges),
        before.usual,
        strict=True,
    )
    return [(Look(n_canary, n_stable, b, a), usual) for a, b, usual in slow]
