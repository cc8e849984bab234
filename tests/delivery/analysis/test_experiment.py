"""A/B tests: effects, intervals, and when a test ends."""

from __future__ import annotations

import random
from itertools import pairwise

import msgspec
import pytest
from fabricated import USUAL, counts, rollout
from msgspec.structs import replace

from headway.delivery.analysis.experiment import (
    Experiment,
    Subjects,
    conversions,
    experiment,
    from_counts,
)
from headway.delivery.analysis.judge import replay
from headway.delivery.analysis.settings import Analysis
from headway.delivery.analysis.settings import Experiment as Settings
from headway.units import Duration, Share

CONVERSIONS = Settings(metric="conversions")


def ran(
    seed: int, shares: dict[str, float], looks: int = 100, each: int = 100, **settings
) -> list[Experiment]:
    """Every state of a test in which so many convert; the first group is the control. The base
    rate moves by a half and back, as between day and night."""
    rng = random.Random(seed)
    control, *variants = shares
    state = experiment(Settings(**{"metric": "conversions", **settings}), control, tuple(variants))
    totals = {name: [0, 0] for name in shares}
    states = [state.observe(0.0, {name: conversions(0, 0) for name in shares})]
    for look in range(1, looks + 1):
        tide = 0.5 * shares[control] * (1 if look // 10 % 2 else -1)
        for name, share in shares.items():
            totals[name][0] += each
            totals[name][1] += sum(rng.random() < share + tide for _ in range(each))
        readings = {name: conversions(*both) for name, both in totals.items()}
        states.append(states[-1].observe(60.0 * look, readings))
    return states


def test_a_better_variant_wins_and_the_interval_says_by_how_much():
    state = ran(11, {"v1": 0.10, "v2": 0.16})[-1]
    (effect,) = state.effects()
    assert effect.verdict == "better"
    assert effect.low <= 0.06 <= effect.high
    said = state.assess()
    assert (said.answer, said.winner) == ("promote", "v2")
    assert said.reasons[0].startswith("v2 against v1: ")
    assert said.reasons[0].endswith("with 95 % confidence: better")


def test_a_worse_variant_leaves_the_control_the_winner():
    said = ran(1, {"v1": 0.16, "v2": 0.10})[-1].assess()
    assert (said.answer, said.winner) == ("promote", "v1")


def test_of_several_the_best_wins():
    state = ran(2, {"v1": 0.10, "v2": 0.17, "v3": 0.22, "v4": 0.10}, looks=150)[-1]
    assert state.effects()[0].variant == "v3"
    assert state.assess().winner == "v3"


def test_without_a_difference_there_is_no_winner():
    said = ran(3, {"v1": 0.1, "v2": 0.1})[-1].assess()
    assert said.answer == "inconclusive"
    assert said.reasons[0].endswith(": open")


def test_a_difference_below_the_margin_doesn_t_matter():
    state = ran(4, {"v1": 0.10, "v2": 0.101}, looks=200, margin=Share(0.05))[-1]
    assert state.effects()[0].verdict == "alike"
    assert state.assess().winner == "v1"


def test_intervals_hold_at_every_look():
    """Of 60 tests looked at 80 times each, at most 5 % may ever be wrong: more than 9 would have
    a chance of 0.1 %."""
    wrong = 0
    for seed in range(60):
        states = ran(seed, {"v1": 0.2, "v2": 0.25}, looks=80, each=40)
        wrong += any(not e.low <= 0.05 <= e.high for s in states for e in s.effects())
    assert wrong <= 9


def test_too_few_subjects_say_nothing():
    said = ran(1, {"v1": 0.0, "v2": 1.0}, looks=1, each=100)[-1].assess()
    assert said.answer == "inconclusive"
    assert said.reasons[0] == "too few subjects to say: 100 of 200 in the smallest group"
    assert said.wait == pytest.approx(60.0)


def test_it_ends_without_a_winner_when_its_time_is_up():
    said = ran(3, {"v1": 0.1, "v2": 0.1}, max_time=Duration(3600.0))[-1].assess()
    assert said.reasons[0] == "no winner within 1h 00m; the decision is a person's"


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_numbers_of_any_range(better):
    rng = random.Random(9)
    settings = Settings(metric="value", better=better, value_min=-10.0, value_max=90.0)
    state = experiment(settings, "a", ("b",))
    sums = {"a": [0, 0.0, 0.0], "b": [0, 0.0, 0.0]}
    for look in range(150):
        for name, shift in (("a", 0.0), ("b", -8.0)):
            for _ in range(50 if look else 0):
                value = min(90.0, max(-10.0, rng.gauss(40.0 + shift, 15.0)))
                sums[name][0] += 1
                sums[name][1] += value
                sums[name][2] += value * value
        readings = {n: Subjects(count=c, total=s, squares=q) for n, (c, s, q) in sums.items()}
        state = state.observe(float(look), readings)
    (effect,) = state.effects()
    assert effect.low <= -8.0 <= effect.high
    assert effect.mean == pytest.approx(32.0, abs=1.0)
    assert effect.verdict == ("worse" if better == "higher" else "better")


def test_the_interval_never_grows_again():
    widths = [s.effects()[0].high - s.effects()[0].low for s in ran(5, {"v1": 0.2, "v2": 0.22})]
    assert all(b <= a for a, b in pairwise(widths))


def test_a_missing_variant_is_taken_at_the_next_look():
    first = experiment(CONVERSIONS, "a", ("b",))
    state = first.observe(0.0, {"a": conversions(0, 0), "b": conversions(0, 0)})
    state = state.observe(1.0, {"a": conversions(50, 5), "b": None})
    state = state.observe(2.0, {"a": conversions(100, 10), "b": conversions(100, 12)})
    assert state.arms["a"].count == state.arms["b"].count == 100


def test_a_source_that_starts_again_goes_on():
    states = ran(6, {"a": 0.1, "b": 0.2}, looks=10)
    state = states[-1].observe(700.0, {"a": conversions(5, 1), "b": conversions(5, 1)})
    assert state.arms["b"].count == 1005


def test_kept_and_read_back_it_is_the_same():
    state = ran(7, {"a": 0.1, "b": 0.2}, looks=10)[-1]
    assert msgspec.json.decode(msgspec.json.encode(state), type=Experiment) == state


def test_errors_and_latencies_come_from_requests():
    of = counts(1000, 20, [500, 300, 40, 1])
    assert from_counts("errors", 0.0, of) == conversions(1000, 20)
    assert from_counts("latency", 250.0, of).total == 40
    assert from_counts("latency", 200.0, of).total == 40
    assert not experiment(Settings(metric="errors"), "a", ("b",)).higher


def test_an_effect_on_nothing_has_no_relative_size():
    state = ran(8, {"a": 0.0, "b": 0.1}, looks=3)[-1]
    assert state.effects()[0].relative is None
    assert replace(state, now=1e9).assess().answer == "inconclusive"


def test_a_rollout_s_judge_ends_the_test():
    settings = Analysis(experiment=Settings(metric="latency", latency=Duration(0.1)))
    faster = rollout(1, 120, slower=(USUAL, (0.6, 0.1, 0.01, 0.001)), served=(50, 50))
    said = replay(faster, settings, "v1", ("v2",))[-1]
    assert (said.answer, said.winner) == ("promote", "v2")
    slower = rollout(1, 120, slower=(USUAL, (0.9, 0.6, 0.03, 0.001)), served=(50, 50))
    assert replay(slower, settings, "v1", ("v2",))[-1].answer == "rollback"


def test_subjects_may_come_from_elsewhere():
    settings = Analysis(experiment=CONVERSIONS)
    samples = [
        replace(
            sample,
            subjects={
                "v1": conversions(int(50 * sample.t), int(5 * sample.t)),
                "v2": conversions(int(50 * sample.t), int(10 * sample.t)),
            },
        )
        for sample in rollout(1, 60)
    ]
    assert replay(samples, settings, "v1", ("v2",))[-1].winner == "v2"
    without = [replace(sample, subjects={}) for sample in samples]
    assert replay(without, settings, "v1", ("v2",))[-1].answer == "inconclusive"
