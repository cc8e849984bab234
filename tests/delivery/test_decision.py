"""May it be deployed? Each rule by itself, then what they say together."""

import pytest
from world import environment

from headway.delivery.approval import Vote
from headway.delivery.decision import Facts, decide
from headway.verdict import Result, Verdict

NOON = 1_795_262_400.0  # Saturday 2026-11-21 12:00 UTC
PASSED = Verdict(outcome="passed", results=())
FAILED = Verdict(
    outcome="failed", results=(Result(gate="coverage.min", outcome="failed", message="72 %"),)
)
UNSURE = Verdict(
    outcome="inconclusive",
    results=(Result(gate="vulnerabilities", outcome="inconclusive", message="no data"),),
)
WEEKEND = {"windows": [{"name": "weekend", "weekly": "fri 16:00 - mon 08:00"}]}
BUDGET = {"objective": "99.9%"}


def asked(verdict=PASSED, facts=None, **settings):
    return decide(verdict, environment(**settings), Facts(**facts or {}), NOON)


def rule(decision, name):
    return next(r for r in decision.rules if r.rule == name)


def test_nothing_against_it():
    decision = asked()
    assert decision.answer == "deploy"
    assert decision.against == ()
    assert [r.rule for r in decision.rules] == [
        *("gates", "requires", "approvals", "freeze", "error_budget", "incident", "queue")
    ]


@pytest.mark.parametrize(
    ("name", "verdict", "settings", "facts", "answer", "text"),
    [
        ("gates", FAILED, {}, {}, "reject", "the gates have failed: coverage.min"),
        ("gates", UNSURE, {}, {}, "hold", "the gates are inconclusive: vulnerabilities"),
        ("gates", None, {}, {}, "hold", "the release has no verdict"),
        (
            *("gates", FAILED, {"gates": "optional"}, {}, "deploy"),
            "the gates have failed: coverage.min, but gates are optional here",
        ),
        (
            *("gates", FAILED, {}, {"override": "fire", "author": "ana"}, "deploy"),
            "the gates have failed: coverage.min; ana goes ahead: fire",
        ),
        (
            *("requires", PASSED, {"requires": ["staging"]}, {}, "hold"),
            "not yet promoted in staging",
        ),
        (
            *("requires", PASSED, {"requires": ["staging"]}, {"promoted_in": ("staging",)}),
            *("deploy", "promoted in staging before"),
        ),
        (
            *("requires", PASSED, {"requires": ["staging"]}, {"override": "now"}, "hold"),
            "not yet promoted in staging",
        ),
        (
            *("approvals", PASSED, {"approvals": {"count": 1}}, {"author": "dora"}, "hold"),
            "nobody has said yes; 1 of anybody, not dora must",
        ),
        (
            *("approvals", PASSED, {"approvals": {"count": 1}}),
            *({"votes": (Vote(by="ana", yes=False, reason="no"),)}, "reject", "ana said no: no"),
        ),
        (
            *("freeze", PASSED, {"freeze": WEEKEND}, {}, "hold"),
            "frozen: weekend, until Mon 2026-11-23 08:00 UTC",
        ),
        (
            *("freeze", PASSED, {"freeze": {**WEEKEND, "override": ["bo"]}}),
            {"override": "fire", "author": "ana"},
            "hold",
            "frozen: weekend, until Mon 2026-11-23 08:00 UTC; ana may not override it, bo may",
        ),
        (
            *("freeze", PASSED, {"freeze": {**WEEKEND, "override": ["bo"]}}),
            {"override": "fire", "author": "Bo"},
            "deploy",
            "frozen: weekend, until Mon 2026-11-23 08:00 UTC; Bo goes ahead: fire",
        ),
        (
            *("error_budget", PASSED, {"error_budget": BUDGET}, {"budget_left": 0.5}, "deploy"),
            "50% of the error budget are left",
        ),
        (
            *("error_budget", PASSED, {"error_budget": BUDGET}, {"budget_left": 0.04}, "hold"),
            "4% of the error budget are left; 10% must be",
        ),
        (
            *("error_budget", PASSED, {"error_budget": BUDGET}, {}, "hold"),
            "nobody knows how much error budget is left",
        ),
        (
            *("incident", PASSED, {}, {"incident": "#3 errors"}, "hold"),
            "an incident is open: #3 errors",
        ),
        ("queue", PASSED, {}, {"running": "#7 v1.1"}, "hold", "one at a time: #7 v1.1"),
    ],
)
def test_rule(name, verdict, settings, facts, answer, text):
    decision = asked(verdict, facts, **settings)
    found = rule(decision, name)
    assert (found.answer, found.text) == (answer, text)
    assert decision.answer == answer  # nothing else is against it
    assert bool(found.waits_for) == (answer == "hold")


def test_a_window_says_when_it_ends():
    assert rule(asked(freeze=WEEKEND), "freeze").until == 1_795_420_800.0


def test_the_worst_rule_decides_and_all_are_said():
    decision = asked(FAILED, {"incident": "#3"}, freeze=WEEKEND)
    assert decision.answer == "reject"
    assert [r.rule for r in decision.against] == ["gates", "freeze", "incident"]


def test_only_another_rollout_stands_in_the_way_of_a_return():
    settings = {"freeze": WEEKEND, "approvals": {"count": 1}, "requires": ["staging"]}
    facts = {"returning": True, "incident": "#3"}
    assert asked(None, facts, **settings).answer == "deploy"
    assert asked(None, {**facts, "running": "#7"}, **settings).answer == "hold"


@pytest.mark.parametrize(
    ("facts", "settings", "startable"),
    [
        ({}, {}, True),
        ({"running": "#7"}, {"approvals": {"count": 1}}, True),
        ({"incident": "#3"}, {}, False),
        ({"votes": (Vote(by="ana", yes=False),)}, {"approvals": {"count": 1}}, False),
    ],
)
def test_a_rollout_can_wait_for_its_approvals_and_its_turn(facts, settings, startable):
    assert asked(PASSED, facts, **settings).startable is startable
