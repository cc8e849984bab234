"""A/B: versions side by side, each client with one of them, until one has won.

`control` is the old version and `new` the one deployed; others stand beside it. A variant with
conditions and without a weight gets only the requests that meet them.
"""

from __future__ import annotations

from headway.delivery.analysis.settings import Experiment
from headway.delivery.desired import Group, Match, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage, divide
from headway.delivery.strategies.base import everything, some, switch, tested
from headway.delivery.strategy import Variant

MEETS = True
CONTROL, NEW = "control", "new"


def course(plan: Plan, winner: Group) -> Course:
    sides = variants(plan)
    up = [
        tested(plan, *plan.entering[:index], entering=group)
        for index, group in enumerate(plan.entering)
    ]
    until = plan.settings.ab.until
    experiment = plan.settings.analysis.experiment or Experiment()
    split = Stage(
        title=" against ".join(f"{name} ({group.version})" for name, group in sides.items()),
        groups=some(*sides.values()),
        traffic=_traffic(plan, sides),
        until="winner" if until == "analysis" else "person",
        at_most=float(experiment.max_time) or None,
        optional=True,
    )
    return (*up, split, *switch(plan, plan.old, winner))


def variants(plan: Plan) -> dict[str, Group]:
    """Name → group, the old version first."""
    assert plan.old is not None  # a first deployment has no course of its own
    return {CONTROL: plan.old, NEW: plan.new, **plan.variants}


def _traffic(plan: Plan, sides: dict[str, Group]) -> Traffic:
    settings = {name: plan.settings.ab.variants.get(name, Variant()) for name in sides}
    weights = {name: float(v.weight) for name, v in settings.items() if v.weight is not None}
    rest = [n for n, v in settings.items() if v.weight is None and not v.matched]
    left = max(1 - sum(weights.values()), 0.0)
    weights |= {name: left / len(rest) for name in rest}
    shares = divide({sides[name].name: weight for name, weight in weights.items()})
    return Traffic(
        shares=shares or everything(plan.old),
        sticky=plan.settings.ab.cookie,
        matches=tuple(
            Match(group=sides[n].name, header=v.header, cookie=v.cookie, value=v.value, path=v.path)
            for n, v in settings.items()
            if v.matched
        ),
    )
