"""Evidence that one version is worse than another, as a bet that good versions win on average.

An *e-value* is a number >= 0 whose mean is at most 1 if the null hypothesis is true, here
"the canary's rate of bad answers is at most ratio x the stable version's + rise, whatever that
rate is just now". Products over looks stay so, and by Ville's inequality such a product ever
reaches 1/alpha with probability at most alpha: no matter how often one looks, or when one stops.

A look has n_c and n_s requests, k_c and k_s of them bad. With any step d >= 0 for the canary,
s = ratio d n_c/n_s for the stable version, and any guess b of its rate (made before the look),
c = ratio b + rise, the factor

    (1 + (1-c) d)^k_c (1 - c d)^(n_c-k_c) (1 - (1-b) s)^k_s (1 + b s)^(n_s-k_s)

is an e-value: its mean is at most exp(n_c d (p_c - c) - n_s s (p_s - b)), which is
exp(n_c d (p_c - ratio p_s - rise)). A wrong guess costs power, never validity. Where bad answers
are rare no guess is needed: `rare` is the limit for rates near 0, exact for Poisson counts.
docs/analysis.md has the proof and the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log1p

from msgspec import Struct

# How many times worse the canary might be; money is spread over these.
ERROR_BETS = (1.5, 3.0, 8.0, 40.0)
LATENCY_BETS = (1.25, 1.6, 2.5, 5.0, 20.0)
# What one look may at most multiply by: one bad second (a pause of one instance) is not a bad
# version. Clipping from above only lowers the mean.
ERROR_CAP = log(5.0)
RARE_CAP = log(4.0)  # latency bounds that few requests pass
COMMON_CAP = log(2.5)  # those that many do: a pause makes all requests slow at once
COMMON = 0.05  # bad answers more frequent than this aren't rare
SATURATED = 0.98  # nearly all are slower than this bound: it can tell nothing
SAFE = 0.95  # of the way to a factor of zero


class Look(Struct, frozen=True):
    """Requests of both versions since the look before, and how many were bad in a column."""

    canary: float
    stable: float
    bad_canary: float
    bad_stable: float


def caps(seconds: float) -> float:
    """How much the caps stretch for looks that are further apart: up to 1.5 from 5 s on."""
    return 1.0 + 0.5 * min(1.0, max(0.0, seconds - 1.0) / 4.0)


def rare_terms(
    canary: float, stable: float, ratio: float, bets: Sequence[float]
) -> list[tuple[float, float, float]]:
    """(ln bet, ln D, d) of each bet for `rare`: the same for every column of a look."""
    share = ratio * canary / (ratio * canary + stable)
    terms = []
    for bet in bets:
        whole = 1.0 + share * (bet - 1.0)
        terms.append((log(bet), log(whole), bet / whole - 1.0))
    return terms


def rare(
    wealth: Sequence[float],
    look: Look,
    terms: Sequence[tuple[float, float, float]],
    rise: float,
    cap: float,
) -> list[float]:
    """Each bet's wealth after a look at a column whose bad answers are rare."""
    bad, both = look.bad_canary, look.bad_canary + look.bad_stable
    tolerated = rise * look.canary
    return [
        money * exp(min(cap, bad * gain - both * whole - tolerated * step))
        for money, (gain, whole, step) in zip(wealth, terms, strict=True)
    ]


def common(
    wealth: Sequence[float],
    look: Look,
    bets: Sequence[float],
    margin: tuple[float, float],
    guess: float,
    cap: float,
) -> list[float]:
    """Each bet's wealth after a look at a column in which a share near `guess` is bad.

    `guess` is of the stable version, known before the look; 0 < ratio guess + rise < 1.
    """
    ratio, rise = margin
    tolerated = ratio * guess + rise
    control = look.stable / (ratio * look.canary + look.stable)
    odds = tolerated / (1.0 - tolerated)
    spread = control / (tolerated * (1.0 - tolerated))
    out = []
    for money, bet in zip(wealth, bets, strict=True):
        worse = bet * odds / (1.0 + bet * odds)  # the rate that this bet is for
        step = (worse - tolerated) * spread
        out.append(money * exp(min(cap, log_factor(look, guess, tolerated, step, ratio))))
    return out


def log_factor(look: Look, stable: float, canary: float, step: float, ratio: float) -> float:
    """The logarithm of the factor above for the guesses of both rates, `step` being d.

    The step is shortened where a factor would come near zero, which keeps it an e-value.
    """
    back = ratio * step * look.canary / look.stable
    down = max(canary * step, (1.0 - stable) * back)
    if down > SAFE:
        step *= SAFE / down
        back *= SAFE / down
    good_canary, good_stable = look.canary - look.bad_canary, look.stable - look.bad_stable
    total = 0.0
    if look.bad_canary:
        total += look.bad_canary * log1p((1.0 - canary) * step)
    if good_canary:
        total += good_canary * log1p(-canary * step)
    if look.bad_stable:
        total += look.bad_stable * log1p(-(1.0 - stable) * back)
    if good_stable:
        total += good_stable * log1p(stable * back)
    return total


def started(before: float, after: float, share: float, scale: float = 600.0) -> float:
    """Money for bets that start between two moments (seconds since the first look).

    `share` in all, spread over all time to come: half of it within `scale`. Harm that begins
    late is found by bets that haven't lost anything yet.
    """
    return share * (1.0 / (1.0 + before / scale) - 1.0 / (1.0 + after / scale))
