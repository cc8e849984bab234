"""The factors are e-values: their mean is at most 1, by counting every possible outcome."""

from __future__ import annotations

from math import comb, exp, inf, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headway.delivery.analysis import evidence
from headway.delivery.analysis.evidence import LATENCY_BETS, Look

SHARES = st.floats(0.0, 1.0)
FEW = st.integers(1, 5)
BETS = st.sampled_from((*evidence.ERROR_BETS, *LATENCY_BETS))


def chance(bad: int, of: int, share: float) -> float:
    return comb(of, bad) * share**bad * (1.0 - share) ** (of - bad)


def mean(canary: int, stable: int, shares: tuple[float, float], factor) -> float:
    """Of a factor, over all that can happen to so many requests; shares: canary, stable."""
    return sum(
        chance(a, canary, shares[0]) * chance(b, stable, shares[1]) * factor(a, b)
        for a in range(canary + 1)
        for b in range(stable + 1)
    )


@given(FEW, FEW, SHARES, st.floats(1.0, 2.0), st.floats(0.0, 0.1), BETS, SHARES)
def test_a_bet_on_rare_answers_wins_nothing_on_average(n, m, stable, ratio, rise, bet, part):
    canary = part * min(1.0, ratio * stable + rise)  # anything that is tolerated
    terms = evidence.rare_terms(n, m, ratio, (bet,))

    def factor(a: int, b: int) -> float:
        return evidence.rare([1.0], Look(n, m, a, b), terms, rise, inf)[0]

    assert mean(n, m, (canary, stable), factor) <= 1.0 + 1e-9


@given(
    FEW, FEW, SHARES, st.floats(1.0, 2.0), st.floats(0, 0.1), BETS, st.floats(0.01, 0.97), SHARES
)
def test_nor_on_frequent_ones_whatever_is_guessed(n, m, stable, ratio, rise, bet, guess, part):
    canary = part * min(1.0, ratio * stable + rise)
    assume(ratio * guess + rise < 0.99)

    def factor(a: int, b: int) -> float:
        return evidence.common([1.0], Look(n, m, a, b), (bet,), (ratio, rise), guess, inf)[0]

    assert mean(n, m, (canary, stable), factor) <= 1.0 + 1e-9


@given(FEW, FEW, SHARES, st.floats(0.0, 0.2), st.floats(0.0, 50.0), st.floats(0.01, 0.75), SHARES)
def test_nor_in_reverse(n, m, stable, margin, step, guess, part):
    """Good answers, and a null that the canary is worse by the margin or more."""
    assume(stable >= margin)
    canary = part * (stable - margin)

    def factor(a: int, b: int) -> float:
        look = Look(n, m, a, b)
        return exp(evidence.log_factor(look, guess + margin, guess, step, 1.0))

    assert mean(n, m, (canary, stable), factor) <= 1.0 + 1e-9


@given(st.integers(2, 400), st.integers(2, 400), st.data())
def test_a_bad_answer_more_of_the_canary_is_never_evidence_for_it(n, m, data):
    a, b = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, m - 1))
    guess = data.draw(st.floats(0.06, 0.8))
    terms = evidence.rare_terms(n, m, 1.1, LATENCY_BETS)

    def wealth(bad_canary: int, bad_stable: int) -> tuple[list[float], list[float]]:
        look = Look(n, m, bad_canary, bad_stable)
        return (
            evidence.rare([1.0] * 5, look, terms, 0.001, inf),
            evidence.common([1.0] * 5, look, LATENCY_BETS, (1.1, 0.001), guess, inf),
        )

    for now, more, less in zip(wealth(a, b), wealth(a + 1, b), wealth(a, b + 1), strict=True):
        assert all(x <= y or y == pytest.approx(x) for x, y in zip(now, more, strict=True))
        assert all(x >= y or y == pytest.approx(x) for x, y in zip(now, less, strict=True))


@given(st.integers(1, 50), st.integers(1, 50), st.data())
def test_one_look_or_two_are_the_same_while_shares_are(n, m, data):
    a, c = (data.draw(st.integers(0, n)) for _ in range(2))
    b, d = (data.draw(st.integers(0, m)) for _ in range(2))

    def rare(wealth: list[float], look: Look) -> list[float]:
        terms = evidence.rare_terms(look.canary, look.stable, 1.1, LATENCY_BETS)
        return evidence.rare(wealth, look, terms, 0.001, inf)

    def common(wealth: list[float], look: Look) -> list[float]:
        return evidence.common(wealth, look, LATENCY_BETS, (1.1, 0.001), 0.3, inf)

    for bet in (rare, common):
        twice = bet(bet([1.0] * 5, Look(n, m, a, b)), Look(n, m, c, d))
        assert bet([1.0] * 5, Look(2 * n, 2 * m, a + c, b + d)) == pytest.approx(twice)


def test_a_look_wins_at_most_its_cap():
    terms = evidence.rare_terms(100, 100, 1.1, (40.0,))
    money = evidence.rare([1.0], Look(100, 100, 100, 0), terms, 0.001, log(5.0))
    assert money == [pytest.approx(5.0)]


def test_looks_further_apart_may_win_a_little_more():
    assert evidence.caps(1.0) == 1.0
    assert evidence.caps(3.0) == 1.25
    assert evidence.caps(15.0) == evidence.caps(5.0) == 1.5


def test_money_for_late_bets_is_never_more_than_there_is():
    spent = sum(evidence.started(t, t + 1.0, 0.2) for t in range(100_000))
    assert 0.19 < spent <= 0.2
    assert evidence.started(0.0, 600.0, 0.2) == pytest.approx(0.1)
