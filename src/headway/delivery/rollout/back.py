"""The way back to the old version.

The old version gets its full strength at once, and traffic as its healthy instances can carry
it: all of it immediately when it was kept warm. The new version's instances go when the old
one has everything. After `timeout` an incomplete old version takes everything, too, if it has
one healthy instance. Without any it is held as long as the new version can answer, and goes on
by itself when one comes, or when a person says `abort` again.
"""

from __future__ import annotations

from msgspec.structs import replace

from headway.delivery.desired import Desired, Group, Traffic
from headway.delivery.rollout import effects
from headway.delivery.rollout.look import Look, entered, waiting
from headway.delivery.rollout.progress import Outcome, Progress
from headway.delivery.rollout.routable import towards
from headway.delivery.strategies import meets
from headway.delivery.strategies.base import everything


def go_back(look: Look, progress: Progress, reason: str, ending: Outcome) -> Progress:
    """Turn round, whatever was going on."""
    if look.plan.old is None and progress.held and progress.reason == reason:
        return progress  # said before
    progress = replace(progress, reason=reason, ending=ending, paused=False, skip=False, full=False)
    progress = effects.dropped(entered(progress, look), "hook", "smoke")
    if look.plan.old is None:
        return _nowhere(look, progress)
    progress = replace(progress, phase="rollback", warm=look.plan.old in progress.desired.groups)
    return effects.tell(look.plan, progress, "returning", reason)


def _nowhere(look: Look, progress: Progress) -> Progress:
    """A first deployment: what never had traffic is taken away; what has is better than nothing,
    so a person must say that it should go."""
    if progress.served and progress.ending != "aborted":
        held = "there is no older version to go back to"
        progress = replace(progress, held=held, ending="")
        return effects.tell(look.plan, progress, "held", f"{progress.reason}; {held}")
    ending: Outcome = "failed" if progress.ending == "rolled_back" else progress.ending
    nothing = replace(progress, ending=ending, intended=Traffic(), desired=Desired(), hook=0)
    return replace(nothing, phase="on_rollback")


def walk_back(look: Look, progress: Progress) -> Progress:
    old = look.plan.old
    assert old is not None  # go_back saw to it
    if not meets(look.plan):
        return _one_after_the_other(look, progress, old)
    return _carried(look, _with(progress, old), old)


def _with(progress: Progress, old: Group) -> Progress:
    others = tuple(group for group in progress.desired.groups if group.name != old.name)
    return replace(progress, desired=replace(progress.desired, groups=(old, *others)))


def _carried(look: Look, progress: Progress, old: Group) -> Progress:
    fleet = look.fleet
    if fleet.known:
        shares = towards(old, progress.intended, progress.desired.groups, fleet)
        if fleet.healthy(old) and _late(look, progress):
            shares = everything(old)
    elif progress.warm:  # nobody can be asked, but it was never taken away
        shares = everything(old)
    else:
        return waiting(look, progress, "the platform to answer")
    return _arrived(look, replace(progress, intended=Traffic(shares=shares)), old)


def _one_after_the_other(look: Look, progress: Progress, old: Group) -> Progress:
    fleet = look.fleet
    if not fleet.known:
        return waiting(look, progress, "the platform to answer")
    if fleet.strangers((old,)):
        gone = replace(progress, desired=Desired(), intended=Traffic())
        return waiting(look, gone, "the new version's instances to stop")
    progress = replace(progress, desired=replace(progress.desired, groups=(old,)))
    if fleet.healthy(old):
        progress = replace(progress, intended=Traffic(shares=everything(old)))
    return _arrived(look, progress, old)


def _arrived(look: Look, progress: Progress, old: Group) -> Progress:
    """On to the hooks when the old version has everything, in the router, too."""
    missing = _missing(look, progress, old)
    if missing and not progress.skip:
        return waiting(look, progress, missing)
    back = Traffic(shares=everything(old))
    desired = replace(progress.desired, groups=(old,))
    alone = replace(progress, intended=back, desired=desired, skip=False, hook=0)
    return replace(entered(alone, look), phase="on_rollback")


def _missing(look: Look, progress: Progress, old: Group) -> str:
    fleet, late = look.fleet, _late(look, progress)
    healthy = fleet.healthy(old)
    more = f"{old.version} to be healthy: {healthy} of {old.instances} instances are"
    if not healthy and fleet.known:
        others = [group for group in progress.desired.groups if group.name in progress.served]
        return more if not late or any(map(fleet.healthy, others)) else ""
    if progress.intended.shares != everything(old):
        return more
    if not look.routed(progress):
        return "the router to send all traffic back"
    return "" if fleet.complete(old) or late else more


def _late(look: Look, progress: Progress) -> bool:
    return max(progress.lagging, progress.blind) > look.plan.settings.timeout
