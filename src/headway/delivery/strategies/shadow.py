"""Shadow: the new version gets copies of requests, and its answers are dropped."""

from __future__ import annotations

from headway.delivery.desired import ALL, Group, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage
from headway.delivery.strategies.base import everything, some, switch, tested

MEETS = True


def course(plan: Plan, winner: Group) -> Course:
    settings = plan.settings.shadow
    mirror = Stage(
        title=f"{winner.version} gets copies of requests",
        groups=some(plan.old, winner),
        traffic=Traffic(
            shares=everything(plan.old),
            mirror=winner.name,
            mirror_share=max(round(settings.share * ALL), 1),
        ),
        until=settings.until,
        pause=settings.pause,
        at_most=settings.pause + plan.settings.analysis.inconclusive.wait,
        optional=settings.then == "switch",
    )
    over = Stage(
        title=f"{winner.version} is taken away",
        groups=some(plan.old),
        traffic=Traffic(shares=everything(plan.old)),
    )
    after = switch(plan, plan.old, winner) if settings.then == "switch" else (over,)
    return (tested(plan, entering=winner), mirror, *after)
