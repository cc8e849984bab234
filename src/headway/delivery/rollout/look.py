"""One look at a rollout: the plan, what was seen and when; and the clock."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout import effects
from headway.delivery.rollout.fleet import Fleet
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.progress import Observation, Progress
from headway.delivery.rollout.routable import routable
from headway.delivery.rollout.stage import Course, Stage
from headway.delivery.strategies import course

LONGEST = 30.0  # seconds: of a longer time between two looks only these count


class Look(Struct, frozen=True):
    plan: Plan
    seen: Observation
    now: float

    @property
    def fleet(self) -> Fleet:
        instances = self.seen.instances
        return Fleet(instances or (), instances is not None)

    def course(self, progress: Progress) -> Course:
        return course(self.plan, progress.winner)

    def stage(self, progress: Progress) -> Stage:
        return self.course(progress)[progress.stage]

    def entering(self, groups: tuple[Group, ...]) -> tuple[Group, ...]:
        """Those that aren't the old version's."""
        old = self.plan.old.name if self.plan.old else ""
        return tuple(group for group in groups if group.name != old)

    def target(self, progress: Progress) -> Traffic:
        """What the router is to be told: what is aimed at, as far as somebody can answer."""
        if not self.fleet.known:
            return progress.intended
        groups = progress.desired.groups
        return routable(progress.intended, groups, self.fleet, progress.served)

    def routed(self, progress: Progress) -> bool:
        """Whether that is in effect. A router that was never told anything routes nothing."""
        target, routing = self.target(progress), self.seen.routing
        return target == (routing.traffic if routing else Traffic())


def waiting(look: Look, progress: Progress, what: str) -> Progress:
    """For what should come by itself. It is said to be stuck when it takes longer than
    `timeout`; there is nothing to decide then, and it goes on when it comes."""
    left = look.plan.settings.timeout - max(progress.lagging, progress.blind)
    stuck = f"still waiting for {what}" if left < 0 else ""
    if stuck and not progress.stuck:
        progress = effects.tell(look.plan, progress, "held", stuck)
    deadline = None if stuck else look.now + left
    return replace(progress, waiting=what, stuck=stuck, deadline=deadline)


def ticked(progress: Progress, look: Look) -> Progress:
    """With the time since the last look counted.

    A clock set back counts as no time, and a long time in which nobody looked (the machine
    slept, the engine was down, the clock was set forward) as a short one: nothing passes
    because of time that nobody watched.
    """
    passed = min(max(look.now - progress.looked, 0.0), LONGEST)
    known = look.fleet.known
    watched = known or progress.phase != "stages"
    counts = watched and not (progress.paused or progress.held)
    return replace(
        progress,
        looked=look.now,
        spent=progress.spent + (passed if counts else 0.0),
        lagging=progress.lagging + (passed if known else 0.0),
        blind=0.0 if known else progress.blind + passed,
        waiting="",
        asks=False,
        deadline=None,
    )


def entered(progress: Progress, look: Look) -> Progress:
    """A new stage, part or phase: its time begins."""
    times = replace(progress, since=look.now, spent=0.0, lagging=0.0, deadline=None)
    return replace(times, held="", stuck="", waiting="", asks=False)
