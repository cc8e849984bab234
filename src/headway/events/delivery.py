"""The events of releases and rollouts.

Streams: `releases/SERVICE` for releases, `environments/SERVICE/ENVIRONMENT` for what becomes of
an environment without a rollout, the rollout's id for everything about a rollout.
"""

from __future__ import annotations

from headway.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# How a rollout ends. `ended`: an experiment or a shadow is over, and the old release stays.
PROMOTED, ROLLED_BACK, ABORTED = "promoted", "rolled_back", "aborted"
FAILED, ENDED = "failed", "ended"
# What becomes of an effect; `unknown`: the machine went down while it ran.
EFFECT_PASSED, EFFECT_FAILED, EFFECT_UNKNOWN = "passed", "failed", "unknown"


class ReleaseCreated(Event):
    kind = "release.created"
    service: str
    version: str
    digest: str  # of the content: headway.delivery.release
    source: str  # files image
    image: str = ""
    sha: str = ""  # the commit
    dirty: bool = False  # the working tree had changes that the commit hasn't
    evidence: str = ""  # digest
    verdict: str = ""  # id
    outcome: str = ""  # the verdict's
    files: int = 0
    size: int = 0  # bytes
    actor: str = ""
    root: str = ""  # the working tree


class ReleasePruned(Event):
    """Its content is gone; that it was, and what it was, stays."""

    kind = "release.pruned"
    service: str
    version: str
    digest: str
    actor: str = ""


class EnvironmentStopped(Event):
    """A person has taken an environment down: nothing serves there from now on."""

    kind = "environment.stopped"
    service: str
    environment: str
    rollout: str = ""  # the last one until then, id
    actor: str = ""
    reason: str = ""


class RolloutQueued(Event):
    """A rollout is wished for. `plan` is all that it depends on, but for what serves when its
    turn comes."""

    kind = "rollout.queued"
    rollout: str  # the stream's id
    number: int  # counts the rollouts of a service, from 1: what people type
    service: str
    environment: str
    root: str
    release: str  # digest
    version: str
    strategy: str
    plan: Mapping[str, Any]  # headway.delivery.rollout.plan.Plan
    actor: str = ""
    override: str = ""  # why it may go out although its gates say no
    verdict: str = ""  # id
    outcome: str = ""  # the verdict's
    previous: str = ""  # the rollout that this one tries again or takes back


class RolloutBegun(Event):
    """Its turn has come: `plan` now knows what serves."""

    kind = "rollout.begun"
    plan: Mapping[str, Any]
    stable: str = ""  # digest; "" for the first deployment
    stable_version: str = ""


class RolloutTaken(Event):
    """An engine took the rollout over: its first, or the one after a crash."""

    kind = "rollout.taken"
    epoch: int
    pid: int
    process: str = ""


class RolloutAsked(Event):
    """A person's word: promote pause resume abort retry approve reject …"""

    kind = "rollout.asked"
    command: str
    actor: str
    reason: str = ""
    options: Mapping[str, Any] = {}


class RolloutMoved(Event):
    """The rollout's state is another now; what is desired was acted on only after this."""

    kind = "rollout.moved"
    now: float  # the rollout's own clock, which no step of the machine's clock shifts
    progress: Mapping[str, Any]
    desired: Mapping[str, Any]
    status: str  # running waiting held completed
    phase: str
    promoted: bool = False  # the new release has everything; the old one is still warm
    reason: str = ""
    step: int = 0
    steps: int = 0
    share: int = 0  # basis points of traffic that the new release gets
    epoch: int = 0
    boot: str = ""  # with `uptime`: how the rollout's clock goes on after a restart
    uptime: float = 0.0


class DecisionMade(Event):
    """What the analysis saw and said when its answer changed.

    `samples` and `digest` name the beginning of the rollout's file of samples that it saw.
    """

    kind = "decision.made"
    outcome: str
    reason: str
    seen: Mapping[str, Any] = {}
    samples: int = 0  # lines
    digest: str = ""  # SHA-256 (hex) of those lines


class EffectStarted(Event):
    """Written before the effect begins. `key` stays the same when a crash makes it run again."""

    kind = "rollout.effect_started"
    key: str
    name: str


class EffectFinished(Event):
    kind = "rollout.effect_finished"
    key: str
    outcome: str  # passed failed unknown
    reason: str = ""
    seconds: float = 0.0
    exit_code: int | None = None
    output: str = ""  # path below the rollout's folder


class RolloutNote(Event):
    """Something that people should know: a platform that can't be asked, a lost sample."""

    kind = "rollout.note"
    message: str
    level: str = "warning"


class RolloutFinished(Event):
    kind = "rollout.finished"
    conclusion: str
    reason: str = ""
    seconds: float = 0.0
    incident: str = ""  # path of its record
