"""How traffic moves to a new version. A strategy is a module here, and a line in STRATEGIES."""

from __future__ import annotations

from headway.delivery.desired import Group
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course
from headway.delivery.strategies import ab, blue_green, canary, recreate, rolling, shadow
from headway.delivery.strategies.base import Strategy, finished, tested
from headway.delivery.strategy import Name

STRATEGIES: dict[Name, Strategy] = {
    "blue-green": blue_green,
    "canary": canary,
    "rolling": rolling,
    "ab": ab,
    "shadow": shadow,
    "recreate": recreate,
}


def meets(plan: Plan) -> bool:
    """Whether old and new may run at the same time."""
    return STRATEGIES[plan.strategy].MEETS


def course(plan: Plan, winner: str = "") -> Course:
    """All stages. Without an old version there is nothing to move traffic from, and a return
    to a version that has served before isn't drawn out, so neither follows the strategy."""
    if plan.old is None:
        return (tested(plan, entering=plan.new), finished(plan.new))
    strategy = STRATEGIES[plan.strategy]
    if plan.returning and strategy.MEETS:
        return (tested(plan, entering=plan.new), finished(plan.new))
    return strategy.course(plan, named(plan, winner))


def named(plan: Plan, winner: str) -> Group:
    return next((group for group in plan.entering if group.name == winner), plan.new)
