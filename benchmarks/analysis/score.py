"""Scores rules that decide on rollbacks: `python benchmarks/analysis/score.py --help`.

Needs numpy and scipy (`pip install numpy scipy`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rules import HOLD, PROMOTE, ROLLBACK, Headway, Rule, everyone
from workload import END, SCENARIOS, SHARES, STEP, Floats, Scenario, Traffic

# scenario, requests a second, share that fails anyway
EASY = [(name, 100.0, 0.001) for name in SCENARIOS]
OTHER = [
    ("the same", 1000.0, 0.001),
    ("the same", 10.0, 0.001),
    ("the same", 1.0, 0.001),
    ("the same", 100.0, 0.005),
    ("noisy instances", 1000.0, 0.001),
    ("errors +1 point", 1000.0, 0.001),
    ("20 % slower", 1000.0, 0.001),
    ("everything fails", 1000.0, 0.001),
    ("errors +1 point", 10.0, 0.001),
    ("twice as slow", 10.0, 0.001),
    ("everything fails", 10.0, 0.001),
    ("errors +5 points", 1.0, 0.001),
    ("everything fails", 1.0, 0.001),
    ("errors +0.5 points", 100.0, 0.005),
    ("errors +1 point", 100.0, 0.005),
]


@dataclass
class Score:
    """Of one rule in one scenario: times are in seconds from the first bad request on."""

    rule: str
    rollouts: int
    rolled_back: int
    times: list[float]
    harm: float  # bad answers that the canary gave, on average of all rollouts
    held: int  # neither through nor back at the end
    length: float  # of the rollouts that went through, the median in seconds


def simulate(
    scenario: Scenario, rate: float, base: float, rollouts: int, rules: Sequence[Rule], seed: int
) -> list[Score]:
    """Rules that steer must be alone; the others watch the same rollouts."""
    rng = np.random.default_rng([seed, int(rate * 10), int(base * 1e6), len(scenario.name)])
    traffic = Traffic(scenario, rate, base, rollouts, rng)
    for rule in rules:
        rule.begin(rollouts, rng)
    shares, step, clock = np.array(SHARES), np.zeros(rollouts, int), np.zeros(rollouts)
    live, harm = np.ones(rollouts, bool), np.zeros(rollouts)
    began, ended = np.full(rollouts, np.nan), np.full(rollouts, np.nan)
    back = [np.full(rollouts, np.nan) for _ in rules]
    cost: list[Floats] = [np.full(rollouts, np.nan) for _ in rules]
    for t in range(1, END + 1):
        share = shares[np.minimum(step, len(shares) - 1)]
        began = np.where(np.isnan(began) & (share >= scenario.from_share), t - 1, began)
        harm += traffic.second(t, share, live)
        failing = np.where(scenario.dead & (share >= scenario.from_share), 1.0, base)
        failing = failing + np.where(share >= scenario.from_share, scenario.errors, 0.0)
        for index, rule in enumerate(rules):
            answers = rule.look(t, traffic.totals, live & np.isnan(back[index]), failing)
            fired = (answers == ROLLBACK) & live & np.isnan(back[index])
            back[index][fired], cost[index][fired] = t, harm[fired]
        clock += live
        due = clock >= STEP
        if len(rules) == 1 and rules[0].steers:
            due = (due & (answers != HOLD)) | (answers == PROMOTE)
            live &= answers != ROLLBACK
        step, clock = step + (due & live), np.where(due, 0, clock)
        through = live & (step >= len(shares))
        ended[through], live = t, live & ~through
        if not live.any():
            break
    return [
        Score(
            rule.name,
            rollouts,
            int((~np.isnan(when)).sum()),
            (when - np.nan_to_num(began))[~np.isnan(when)].tolist(),
            float(np.where(np.isnan(when), harm, paid).mean()),
            int((live & np.isnan(when)).sum()),
            float(np.nanmedian(ended)) if np.isfinite(ended).any() else float("nan"),
        )
        for rule, when, paid in zip(rules, back, cost, strict=True)
    ]


def scored(
    cells: Sequence[tuple[str, float, float]], rules: Sequence[Rule], good: int, bad: int, seed: int
) -> Iterator[tuple[str, list[Score]]]:
    """A row for each cell, its scores in the order of the rules."""
    for name, rate, base in cells:
        scenario = SCENARIOS[name]
        rollouts = good if scenario.good else bad
        found: dict[str, Score] = {}
        watchers = [rule for rule in rules if not rule.steers]
        for group in [*([rule] for rule in rules if rule.steers), watchers]:
            if group:
                for score in simulate(scenario, rate, base, rollouts, group, seed):
                    found[score.rule] = score
        label = f"{name}, {rate:g}/s" + (f", {base:.1%} fail" if base != 0.001 else "")
        yield label, [found[rule.name] for rule in rules]


def cell(score: Score, good: bool) -> str:
    share = 100.0 * score.rolled_back / score.rollouts
    if good:
        return f"{share:.3g}"
    if not score.times:
        return f"0 · – · {score.harm:,.0f}"
    middle, late = np.quantile(score.times, (0.5, 0.95))
    return f"{share:.0f} · {middle:.0f}/{late:.0f} · {score.harm:,.0f}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--good", type=int, default=200, help="rollouts of a good version; 0: none")
    parser.add_argument("--bad", type=int, default=100, help="rollouts of a bad version; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="scenarios whose name has this")
    parser.add_argument("--headway", action="store_true", help="not the others")
    parser.add_argument("--every", type=int, default=1, help="seconds between Headway's readings")
    given = parser.parse_args(arguments)
    own: list[Rule] = [Headway(given.every)]
    rules = own + ([] if given.headway else everyone()[1:])
    cells = [one for one in (*EASY, *OTHER) if not given.only or given.only in one[0]]
    for good in (True, False):
        chosen = [one for one in cells if SCENARIOS[one[0]].good == good]
        if not chosen or not (given.good if good else given.bad):
            continue
        what = "rolled back, %" if good else "found, % · median/p95 s · bad answers"
        print(f"\n| {what} | " + " | ".join(rule.name for rule in rules) + " |")
        print("|---" * (len(rules) + 1) + "|")
        for label, scores in scored(chosen, rules, given.good, given.bad, given.seed):
            print(f"| {label} | " + " | ".join(cell(s, good) for s in scores) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
