"""Rolling: batch after batch; a share of traffic is a share of instances.

At no time run more than `instances` + `max_surge`, or serve fewer than `instances` -
`max_unavailable` (or than served before, when those were fewer).
"""

from __future__ import annotations

from collections.abc import Iterator

from headway.delivery.amount import amount
from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.stage import Course, Stage, divide
from headway.delivery.strategies.base import sized, some

MEETS = True


def course(plan: Plan, winner: Group) -> Course:
    assert plan.old is not None  # a first deployment has no course of its own
    counts = list(_counts(plan, plan.old.instances))
    stages: list[Stage] = []
    for number, (room, old, new) in enumerate(counts, 1):
        before = stages[-1].groups[-1] if number > 1 else sized(winner, 0)
        if room is not None:
            stages.append(_room(plan, sized(plan.old, room), before))
        if number == 1:
            left = plan.old.instances if room is None else room
            stages.append(_tested(plan, sized(plan.old, left), sized(winner, new)))
        title = f"{new} of {winner.instances} instances are {winner.version}"
        stages.append(_batch(plan, title, sized(plan.old, old), sized(winner, new)))
    return tuple(stages)


def _counts(plan: Plan, old: int) -> Iterator[tuple[int | None, int, int]]:
    """A batch each: how far the old version shrinks to make room (None: it needn't), and how
    many instances of the old and the new one there are after it."""
    settings, wanted = plan.settings.rolling, plan.new.instances
    batch = max(amount(settings.batch, wanted, up=True), 1)
    unavailable = amount(settings.max_unavailable, wanted, up=False)
    surge = amount(settings.max_surge, wanted, up=True)
    if not unavailable and not surge:  # a share of very few
        surge = 1
    new = 0
    while new < wanted:
        more = min(batch, wanted - new)
        beyond = old + new + more - (wanted + surge)
        spare = old + new - (wanted - unavailable)
        drop = max(min(beyond, spare, old), 0)
        old -= drop
        more = min(more, wanted + surge - old - new)
        new += more
        room = old if drop else None
        old = min(old, wanted - new)
        yield room, old, new


def _traffic(old: Group, new: Group, preview: str = "") -> Traffic:
    weights = {old.name: float(old.instances), new.name: float(new.instances)}
    return Traffic(shares=divide(weights), preview=preview)


def _room(plan: Plan, old: Group, new: Group) -> Stage:
    return Stage(
        title=f"{old.version} makes room: {old.instances} instances",
        groups=some(old, new),
        traffic=_traffic(old, new),
    )


def _tested(plan: Plan, old: Group, new: Group) -> Stage:
    return Stage(
        title=f"the first of {new.version} up and tested, without traffic",
        groups=some(old, new),
        traffic=_traffic(old, sized(new, 0), preview=new.name),
        until="smoke",
    )


def _batch(plan: Plan, title: str, old: Group, new: Group) -> Stage:
    settings = plan.settings.rolling
    return Stage(
        title=title,
        groups=some(old, new),
        traffic=_traffic(old, new),
        until=settings.until,
        pause=settings.pause,
        at_most=settings.pause + plan.settings.analysis.inconclusive.wait,
    )
