"""Who judges a rollout: by its plan, with an experiment only where one ends it."""

from __future__ import annotations

import time

import msgspec
import pytest
from world import plan

from headway.app.subjects import Totals
from headway.delivery.analysis.experiment import Subjects
from headway.delivery.analysis.judge import Sample
from headway.delivery.analysis.settings import Experiment, Source
from headway.delivery.desired import Group
from headway.delivery.judging import judge_of, replay_of
from headway.delivery.metrics.base import Counts


@pytest.mark.parametrize(
    ("made", "groups"),
    [
        (plan("ab"), ["v1", "v2"]),
        (
            plan("ab", variants={"b": Group(name="v3", release="3", version="v3", instances=2)}),
            ["v1", "v2", "v3"],
        ),
        (plan("ab", ab={"until": "person"}), None),
        (plan("canary"), None),
        (plan("ab", old=None), None),
    ],
)
def test_only_a_b_tests_have_an_experiment(made, groups):
    test = judge_of(made).experiment
    assert (list(test.arms) if test else None) == groups


def test_a_test_of_errors_needs_no_settings():
    samples = [
        Sample(
            t=float(t),
            stable=Counts(requests=50 * t, errors=10 * t),
            canary=Counts(requests=50 * t, errors=t),
        )
        for t in range(60)
    ]
    said = replay_of(plan("ab"), samples)[-1]
    assert (said.answer, said.winner) == ("promote", "v2")


TOLD = "import os; print({'v1': (100, 10), 'v2': (90, 9)}[os.environ['HEADWAY_GROUP']][%d])"


def test_totals_come_from_commands_group_by_group():
    settings = Experiment(
        metric="conversions",
        count=Source(command=f'python3 -c "{TOLD % 0}"'),
        total=Source(command=f'python3 -c "{TOLD % 1}"'),
    )
    totals = Totals(settings, "/", {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    found = wait_for(lambda: totals(0.0, ("v1", "v2")))
    assert found == {
        "v1": Subjects(count=100, total=10.0, squares=10.0),
        "v2": Subjects(count=90, total=9.0, squares=9.0),
    }
    assert msgspec.json.encode(found)
    assert totals(1.0, ("v1", "v2")) == {}  # not asked again yet


def wait_for(ask):
    """What it gives once it gives something."""
    for _ in range(600):
        if found := ask():
            return found
        time.sleep(0.1)
    raise AssertionError("nothing came")


def test_experiments_on_requests_ask_nobody():
    assert Totals(Experiment(metric="errors"), "/", {})(0.0, ("v1", "v2")) == {}
    assert Totals(None, "/", {})(0.0, ("v1", "v2")) == {}


def test_what_is_tried_again_is_judged_anew():
    def look(t, attempt, errors):
        well = Counts(requests=500 * t, errors=0)
        return Sample(
            t=float(t),
            attempt=attempt,
            stable=well,
            canary=Counts(requests=500 * t, errors=errors),
        )

    first = [look(t, 1, 100 * t) for t in range(20)]
    second = [look(t, 2, first[-1].canary.errors) for t in range(20, 40)]
    said = replay_of(plan("canary"), [*first, *second])
    assert said[19].answer == "rollback"
    assert {one.answer for one in said[20:]} == {"inconclusive", "continue"}
    assert said[-1].answer == "continue"
    assert said[-1].evidence < 4
