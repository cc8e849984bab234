"""Blue-green: a second colour beside the first, tested, then everything at once."""

from __future__ import annotations

from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage
from headway.delivery.strategies.base import everything, some, switch, tested

MEETS = True


def course(plan: Plan, winner: Group) -> Course:
    settings = plan.settings.blue_green
    ready = Stage(
        title=f"{winner.version} ready to be switched to",
        groups=some(plan.old, winner),
        traffic=Traffic(shares=everything(plan.old), preview=winner.name),
        until=settings.until,
        pause=settings.pause,
        optional=True,
    )
    waits = settings.until == "person" or settings.pause > 0
    return (
        tested(plan, entering=winner),
        *([ready] if waits else []),
        *switch(plan, plan.old, winner),
    )
