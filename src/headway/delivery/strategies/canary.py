"""Canary: a growing share of traffic, judged against the old version at every step.

Until the last step has passed the old version keeps at least `control` of the traffic, because
without it there is nothing to compare with: a step of 100 % is taken at 90 %, and all traffic
moves when it has passed.
"""

from __future__ import annotations

import math

from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage, divide
from headway.delivery.strategies.base import sized, some, switch, tested
from headway.delivery.strategy import Step
from headway.units import share_text

MEETS = True


def course(plan: Plan, winner: Group) -> Course:
    steps = plan.settings.canary.course()
    stages = tuple(_stage(plan, winner, step) for step in steps)
    first = stages[0].groups[-1]
    last = stages[-1].groups[0]  # as far as it was scaled down
    return (tested(plan, entering=first), *stages, *switch(plan, last, winner))


def _stage(plan: Plan, new: Group, step: Step) -> Stage:
    assert plan.old is not None  # a first deployment has no course of its own
    settings = plan.settings
    share = min(float(step.share), 1 - float(settings.canary.control))
    least = settings.canary.min_instances
    grown = sized(new, _instances(share, new.instances, least))
    old = plan.old
    if settings.canary.scale_old:
        old = sized(old, _instances(1 - share, old.instances, least))
    kept = f", {share_text(1 - share)} stay to compare with" if share < step.share else ""
    return Stage(
        title=f"{share_text(share)} to {new.version}{kept}",
        groups=some(old, grown),
        traffic=Traffic(shares=divide({old.name: 1 - share, grown.name: share})),
        until=step.until or settings.canary.until,
        pause=float(step.pause or 0.0),
        at_most=float(step.pause or 0.0) + settings.analysis.inconclusive.wait,
        optional=True,
    )


def _instances(share: float, of: int, least: int) -> int:
    """As many as the share needs, rounded up: each carries no more than before."""
    return min(max(math.ceil(round(share * of, 9)), least), of)
