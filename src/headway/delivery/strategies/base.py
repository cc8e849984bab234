"""The seam of strategies: from a plan to the stages on the way.

Contract. `course` is a function of the plan alone (and of the winner, once an experiment has
one): the same stages every time, also after a crash. The last stage is what stays. Each stage
says who runs and who answers; how one gets there safely, and back, is not the strategy's.
"""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import replace

from headway.delivery.desired import ALL, Group, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage


class Strategy(Protocol):
    MEETS: bool  # whether the two versions may run at the same time

    def course(self, plan: Plan, winner: Group) -> Course:
        """`winner` is the new version, but for an experiment that another one has won."""
        ...


def sized(group: Group, instances: int) -> Group:
    return replace(group, instances=instances)


def everything(group: Group | None) -> dict[str, int]:
    return {group.name: ALL} if group else {}


def some(*groups: Group | None) -> tuple[Group, ...]:
    return tuple(group for group in groups if group and group.instances)


# --- stages that strategies have in common -------------------------------------------------


def tested(plan: Plan, *others: Group, entering: Group) -> Stage:
    """The new version beside the old one, on the preview address only, until its tests pass."""
    traffic = Traffic(shares=everything(plan.old), preview=entering.name)
    return Stage(
        title=f"{entering.version} up and tested, without traffic",
        groups=(*some(plan.old), *others, entering),
        traffic=traffic,
        until="smoke",
    )


def kept(plan: Plan, old: Group | None, winner: Group) -> Stage:
    """All traffic to the new version, the old one warm for an instant return."""
    return Stage(
        title=f"{winner.version} has all traffic, {old.version if old else 'nothing'} stays warm",
        groups=some(old, winner),
        traffic=Traffic(shares=everything(winner)),
        until="keep",
        pause=plan.settings.keep,
    )


def finished(winner: Group) -> Stage:
    return Stage(
        title=f"{winner.version} serves alone",
        groups=(winner,),
        traffic=Traffic(shares=everything(winner)),
    )


def switch(plan: Plan, old: Group | None, winner: Group) -> Course:
    return (kept(plan, old, winner), finished(winner))
