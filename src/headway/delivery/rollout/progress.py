"""Where a rollout is, what it sees and what it asks for: the values that its steps work on.

All of them can be written as JSON (`headway.delivery.plan.to_plain`, `from_plain`).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.approval import Vote
from headway.delivery.assessment import Assessment
from headway.delivery.desired import Desired, Traffic
from headway.delivery.platforms.base import InstanceStatus
from headway.delivery.routers.base import Routing

Phase = Literal["approval", "before", "stages", "after", "rollback", "on_rollback", "done"]
Part = Literal["scale", "route", "bake"]  # of a stage: instances, then traffic, then time
Outcome = Literal["", "promoted", "rolled_back", "aborted", "failed", "ended"]
Status = Literal["running", "waiting", "held", "completed"]


class Command(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's word. `id` grows with each, so that none is taken twice."""

    id: int
    kind: Literal["promote", "pause", "resume", "abort", "retry", "undo", "approve", "reject"]
    by: str = ""
    reason: str = ""
    full: bool = False  # promote: all the way, without further pauses
    to: str = ""  # promote in an A/B test: the variant that wins: control, new, or its name
    at: float = 0.0


class Effect(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to be done outside, once: journaled before and after under its `key`."""

    key: str
    kind: Literal["hook", "smoke", "notify", "incident"]
    name: str = ""  # of the hook or smoke test in the settings
    moment: str = ""  # hook: before after on_rollback; notify: started promoted held …
    group: str = ""  # smoke: what answers on the preview address
    text: str = ""  # what happened, as a sentence: to notify, of an incident, to hooks on_rollback


class EffectResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    ok: bool
    text: str = ""  # why not, as a sentence


class Observation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is so now. None: it could not be found out, or isn't there."""

    instances: tuple[InstanceStatus, ...] | None = ()
    routing: Routing | None = None  # what is in effect
    assessment: Assessment | None = None
    commands: tuple[Command, ...] = ()  # all, or those since; old ones are passed over
    results: dict[str, EffectResult] = {}  # by key: at least those of effects still asked for


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it is. For people: `title` says what goes on, `waiting` what for, `reason` why."""

    phase: Phase
    stage: int = 0  # index in the strategy's course
    part: Part = "scale"
    hook: int = 0  # index of the hook that runs
    step: int = 0  # for people: from 1
    steps: int = 0  # of so many
    title: str = ""
    waiting: str = ""
    reason: str = ""
    held: str = ""  # why it waits for a person to decide; it is still watched meanwhile
    stuck: str = ""  # what should have come by itself and hasn't; it goes on when it does
    asks: bool = False  # a person's word is needed, as foreseen: an approval, a step
    paused: bool = False
    outcome: Outcome = ""
    since: float = 0.0  # when this stage, or phase, began
    deadline: float | None = None  # when the wait ends by itself, if nothing happens
    looked: float = 0.0  # when it was looked at last
    spent: float = 0.0  # seconds that count of this stage's time
    lagging: float = 0.0  # seconds for which what should come by itself hasn't
    blind: float = 0.0  # seconds for which the platform could not be asked
    attempt: int = 1
    skip: bool = False  # a person has waived what this stage waits for
    full: bool = False  # and what the following ones would wait for
    unproven: bool = False  # a stage was passed by policy, without evidence
    warm: bool = False  # on the way back: the old version is there at full strength
    winner: str = ""  # of an A/B test: the group
    ending: Outcome = ""  # on the way back: what the outcome will be
    intended: Traffic = Traffic()  # what is aimed at; `desired` leaves out what isn't healthy
    desired: Desired = Desired()
    restarts: dict[str, int] = {}  # GROUP/INDEX that was healthy → restarts by then
    served: tuple[str, ...] = ()  # groups that were given traffic
    votes: tuple[Vote, ...] = ()
    seen: int = 0  # id of the last command taken
    answer: str = ""  # what became of it, when it could not be done
    effects: tuple[Effect, ...] = ()  # asked for, no result seen yet

    @property
    def status(self) -> Status:
        """`waiting` is for a person, as foreseen; `held` for one because something is wrong."""
        if self.phase == "done":
            return "completed"
        if self.held or self.stuck:
            return "held"
        return "waiting" if self.paused or self.asks else "running"

    def share(self, group: str) -> int:
        """Basis points of traffic that a group is given."""
        return self.desired.traffic.shares.get(group, 0)


def moved(before: Progress, after: Progress) -> bool:
    """Whether more than the clock has changed: then it must be journaled before it is acted on.

    Write it down every 10 seconds or so as well: after a crash the time since doesn't count.
    """
    return _still(before) != _still(after)


def _still(progress: Progress) -> Progress:
    times = replace(progress, looked=0.0, spent=0.0, lagging=0.0, blind=0.0, deadline=None)
    return replace(times, waiting="")
