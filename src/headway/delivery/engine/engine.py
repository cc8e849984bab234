"""The loop that acts: looks, decides, writes the decision down, and only then makes it so.

After a crash the next engine reads the journal, takes the lease with a larger epoch, applies
what was desired again and goes on; whoever has a smaller epoch is refused by everything that
acts. When the journal can't be written nothing new is decided: the last state that was written
down is kept up, until it can be.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

from msgspec import Struct

from headway.delivery.desired import Desired
from headway.delivery.engine import ballast
from headway.delivery.engine.clock import Clock, boot_id
from headway.delivery.engine.effect_runner import EffectRunner, Job
from headway.delivery.engine.ledger import Ledger
from headway.delivery.engine.observe import Observer, Seen
from headway.delivery.engine.reconcile import Reconciler
from headway.delivery.platforms.base import Platform
from headway.delivery.rollout.plan import Plan, from_plain, to_plain
from headway.delivery.rollout.progress import Effect, Observation, Progress, moved
from headway.delivery.rollout.step import replaced, start, step
from headway.delivery.routers.base import Router
from headway.delivery.strategies import course
from headway.errors import HeadwayError
from headway.events import Event
from headway.events import delivery as events
from headway.journal import JournalError, process

LEASE = 3.0  # seconds after which the lease is renewed
WRITE = 10.0  # seconds after which progress is written down although nothing but time passed
QUICK = 0.2  # seconds between looks while instances come and go
QUEUE = "the queue"  # who asks when a rollout waits for this one
POLL = 0.05  # seconds between looks at the journal for a person's word


class Parts(Struct, frozen=True, kw_only=True):
    """What the engine works with. `job` says how an effect is done."""

    platform: Platform
    router: Router
    observer: Observer
    job: Callable[[Effect], Job]


class Engine:
    """Drives one rollout. `folder` is the rollout's own; `ledger.history` has begun.
    `others_wait` says whether more rollouts wait for this one.

    `run` raises LeaseLost or Fenced when another engine has taken over: then nothing is done
    any more by this one.
    """

    def __init__(
        self, ledger: Ledger, parts: Parts, folder: str, others_wait: Callable[[], bool]
    ) -> None:
        self._ledger, self._parts = ledger, parts
        self._others_wait = others_wait
        self._plan: Plan = ledger.history.plan
        self._clock = _clock(ledger)
        self._woken = threading.Event()
        self._effects = EffectRunner(os.path.join(folder, "effects"), self._woken.set)
        self._reconciler = Reconciler(
            parts.platform, parts.router, ledger.lease.epoch, float(self._plan.settings.drain)
        )
        self._ballast = os.path.join(folder, "ballast")
        self._renewed = time.monotonic()
        self._written = self._clock.now()  # by the rollout's clock
        self._noted = set(_noted_last(ledger))
        self._desired: Desired | None = None  # as written down
        self._unwritten = ""

    def run(self) -> str:
        """Goes on until the rollout is over; its conclusion."""
        ballast.take(self._ballast)
        lease = self._ledger.lease
        self._write(
            events.RolloutTaken(epoch=lease.epoch, pid=os.getpid(), process=process.identity())
        )
        if self._ledger.history.moved is not None:
            self._desired = from_plain(self._ledger.history.moved.desired, Desired)
        while self._ledger.history.finished is None:
            self._sleep(self.tick())
        ballast.drop(self._ballast)
        return self._ledger.history.finished.conclusion

    def tick(self) -> float:
        """One look and what comes of it; seconds until the next is due."""
        self._keep_lease()
        self._ledger.refresh()
        self._collect()
        self._make_room()
        now = self._clock.now()
        before = self._ledger.history.progress
        title, attempt = (before.title, before.attempt) if before else ("", 1)
        seen = self._parts.observer.look(now, title, attempt)
        after = self._decide(before, seen, now)
        if after is None:
            return QUICK
        self._act(seen, now)
        for effect in after.effects:
            self._begin(effect)
        self._note(*seen.problems, self._reconciler.problem)
        settled = not (self._reconciler.problem or self._reconciler.draining)
        if after.status == "completed" and settled:
            self._finish(after)
            return 0.0
        return self._pause(after, now)

    # --- deciding ------------------------------------------------------------------------

    def _decide(self, before: Progress | None, seen: Seen, now: float) -> Progress | None:
        """The progress that is written down; None when nothing ever could be."""
        observation = Observation(
            instances=seen.instances,
            routing=seen.routing,
            assessment=seen.assessment,
            commands=tuple(self._ledger.history.commands),
            results=self._ledger.history.results,
        )
        known = before or start(self._plan, now)
        desired, after, _ = step(self._plan, known, observation, now)
        changed = before is None or moved(known, after) or desired != self._desired
        # A crash loses so much of a stage's time at most; an A/B test takes weeks.
        if not changed and now - self._written < max(WRITE, after.spent / 50):
            return after
        new: list[Event] = [*self._judged(seen, changed), self._moved(after, desired, now)]
        if self._write(*new):
            self._desired, self._written = desired, now
            return after
        return before

    def _moved(self, after: Progress, desired: Desired, now: float) -> events.RolloutMoved:
        stages = course(self._plan, after.winner)
        promoted = (after.phase == "after" and replaced(self._plan, after)) or (
            after.phase == "stages" and after.part == "bake" and stages[after.stage].promoted
        )
        shares = desired.traffic.shares
        return events.RolloutMoved(
            now=now,
            progress=to_plain(after),
            desired=to_plain(desired),
            status=after.status,
            phase=after.phase,
            promoted=promoted,
            reason=after.held or after.reason,
            step=after.step,
            steps=after.steps,
            share=sum(shares.get(group.name, 0) for group in self._plan.entering),
            epoch=self._ledger.lease.epoch,
            boot=boot_id(),
            uptime=self._clock.uptime(),
        )

    def _judged(self, seen: Seen, changed: bool) -> list[Event]:
        """What the analysis says, when it says something else or when something comes of it."""
        found, last = seen.assessment, self._ledger.history.decision
        if found is None or (last is not None and last.outcome == found.answer and not changed):
            return []
        reason = found.reasons[0] if found.reasons else ""
        if last is not None and (last.outcome, last.reason) == (found.answer, reason):
            return []
        observer = self._parts.observer
        return [
            events.DecisionMade(
                outcome=found.answer,
                reason=reason,
                seen=observer.seen(),
                samples=observer.samples.count,
                digest=observer.samples.digest,
            )
        ]

    def _make_room(self) -> None:
        """A release that has everything needn't be watched any longer when the next one waits."""
        last = self._ledger.history.moved
        asked = any(c.by == QUEUE for c in self._ledger.history.commands)
        if last is None or not last.promoted or last.phase != "stages" or asked:
            return
        if self._others_wait():
            reason = "the next rollout waits"
            self._write(events.RolloutAsked(command="promote", actor=QUEUE, reason=reason))

    # --- acting --------------------------------------------------------------------------

    def _act(self, seen: Seen, now: float) -> None:
        if self._desired is None:
            return
        known = [g for g in (self._plan.old, *self._plan.entering) if g is not None]
        self._reconciler.act(self._desired, seen.instances, seen.routing, known, now)

    def _begin(self, effect: Effect) -> None:
        history = self._ledger.history
        if effect.key in history.results or self._effects.knows(effect.key):
            return
        if effect.kind == "notify":  # whoever tells people reads the journal
            self._write(
                events.EffectStarted(key=effect.key, name=effect.moment),
                events.EffectFinished(
                    key=effect.key, outcome=events.EFFECT_PASSED, reason=effect.text
                ),
            )
            return
        again = effect.key in history.started
        name = effect.name or effect.kind
        if again or self._write(events.EffectStarted(key=effect.key, name=name)):
            self._effects.begin(effect, self._parts.job(effect), again=again)

    def _collect(self) -> None:
        for done in self._effects.done():
            outcome = events.EFFECT_PASSED if done.ok else events.EFFECT_FAILED
            event = events.EffectFinished(
                key=done.key,
                outcome=outcome,
                reason=done.text,
                seconds=done.seconds,
                exit_code=done.exit_code,
                output=done.output,
            )
            if self._write(event):
                self._effects.forget(done)

    def _finish(self, after: Progress) -> None:
        waiting = [e for e in after.effects if e.key not in self._ledger.history.results]
        if waiting:
            return
        history = self._ledger.history
        passed = max(0.0, time.time() - history.queued_at)
        record = os.path.join(os.path.dirname(self._ballast), "incident.md")
        self._write(
            events.RolloutFinished(
                conclusion=after.outcome,
                reason=after.reason,
                seconds=round(passed, 3),
                incident=record if os.path.exists(record) else "",
            )
        )

    # --- the journal and the lease -------------------------------------------------------

    def _write(self, *new: Event) -> bool:
        """Whether the events are written down; LeaseLost when they must not be."""
        try:
            self._ledger.write(*new)
        except JournalError as error:
            if ballast.drop(self._ballast):
                return self._write(*new)
            self._unwritten = error.message
            return False
        if self._unwritten:
            said, self._unwritten = self._unwritten, ""
            self._note(f"nothing could be written for a while, and nothing was decided: {said}")
            ballast.take(self._ballast)
        return True

    def _keep_lease(self) -> None:
        if time.monotonic() - self._renewed < LEASE:
            return
        try:
            self._ledger.renew()
        except JournalError as error:
            # What acts knows our epoch, and refuses it once there is a newer one.
            self._unwritten = error.message
        else:
            self._renewed = time.monotonic()

    def _note(self, *problems: str) -> None:
        now = {problem for problem in problems if problem}
        new = sorted(now - self._noted)
        if new and not self._write(*(events.RolloutNote(message=text) for text in new)):
            return
        self._noted = now

    # --- waiting -------------------------------------------------------------------------

    def _pause(self, after: Progress, now: float) -> float:
        due = self._parts.observer.due(now)
        return due if after.phase == "stages" and after.part == "bake" else min(QUICK, due)

    def _sleep(self, seconds: float) -> None:
        """Until then, or until somebody writes to the journal, or an effect is done."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._woken.wait(min(left, POLL)):
                self._woken.clear()
                return
            try:
                if self._ledger.changed():
                    return
            except HeadwayError:
                continue


def _noted_last(ledger: Ledger) -> Iterator[str]:
    """Problems that an engine before this one has noted since anything moved."""
    for record in reversed(ledger.history.records):
        if isinstance(record.event, events.RolloutMoved):
            return
        if isinstance(record.event, events.RolloutNote):
            yield record.event.message


def _clock(ledger: Ledger) -> Clock:
    last = ledger.history.moved
    if last is None:
        return Clock(time.time())
    return Clock.going_on(last.now, last.boot, last.uptime)
