"""Recreate: the old version stops, then the new one starts. Nobody answers in between."""

from __future__ import annotations

from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage
from headway.delivery.strategies.base import finished

MEETS = False


def course(plan: Plan, winner: Group) -> Course:
    assert plan.old is not None  # a first deployment has no course of its own
    stopped = Stage(
        title=f"{plan.old.version} stops; nobody answers",
        groups=(),
        traffic=Traffic(),
        alone=True,
    )
    up = Stage(
        title=f"{winner.version} up and tested, without traffic",
        groups=(winner,),
        traffic=Traffic(preview=winner.name),
        until="smoke",
    )
    return (stopped, up, finished(winner))
