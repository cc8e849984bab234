"""The process behind an environment: one rollout after the other, as long as there are any."""

from __future__ import annotations

import os
import sqlite3
import time
import traceback
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.desired import Desired, Group
from headway.delivery.engine.engine import Engine, Parts
from headway.delivery.engine.history import History
from headway.delivery.engine.ledger import Ledger
from headway.delivery.platforms.base import Fenced
from headway.delivery.rollout.plan import Plan, from_plain, group_name, to_plain
from headway.errors import HeadwayError
from headway.events import Event
from headway.events import delivery as events
from headway.journal import Journal, JournalError, leases, rollouts
from headway.journal.leases import Lease, LeaseLost
from headway.journal.rollouts import Rollout

BACKOFF = (0.2, 1.0, 5.0, 30.0)  # seconds after a defect, the first, the second …

MakeParts = Callable[[Rollout, Plan, str], Parts]  # with the rollout's folder


class Place(Struct, frozen=True, kw_only=True):
    """An environment of a service; `folder` is where its rollouts keep their files."""

    service: str
    environment: str
    folder: str

    @property
    def lease(self) -> str:
        return f"environment {self.service}/{self.environment}"


def work(journal: Journal, place: Place, make: MakeParts) -> bool:
    """Runs what is queued to its end; False when another process does that already.

    Raises LeaseLost or Fenced when another process has taken over meanwhile.
    """
    holder = f"{os.uname().nodename}:{os.getpid()}"
    lease = leases.take(journal, place.lease, holder, time.time())
    if lease is None:
        return False
    failures = 0
    while (rollout := _next(journal, place, lease)) is not None:
        try:
            _drive(journal, place, lease, rollout, make)
            failures = 0
        except (LeaseLost, Fenced):
            raise
        except Exception as error:
            _tell(journal, rollout, lease, error)
            time.sleep(BACKOFF[min(failures, len(BACKOFF) - 1)])
            failures += 1
            lease = _again(journal, lease)
    return True


def _next(journal: Journal, place: Place, lease: Lease) -> Rollout | None:
    """The rollout whose turn it is. Without one the lease is given back, in the same moment:
    whoever queues one later finds that nobody works."""

    def find(db: sqlite3.Connection, _: object) -> Rollout | None:
        leases.check(db, lease)
        waiting = rollouts.queue(db, place.service, place.environment)
        if not waiting:
            leases.drop(db, lease)
        return waiting[0] if waiting else None

    while True:
        try:
            return journal.change(find)
        except JournalError:  # a full disk, another's long transaction: nothing is lost
            time.sleep(BACKOFF[1])


def _drive(journal: Journal, place: Place, lease: Lease, rollout: Rollout, make: MakeParts) -> None:
    ledger = Ledger(journal, rollout.id, lease)
    if ledger.history.begun is None:
        _begin(ledger, rollout)
    folder = os.path.join(place.folder, rollout.id)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        parts = make(rollout, ledger.history.plan, folder)
    except HeadwayError as error:
        if ledger.history.moved is not None:
            raise
        ledger.write(events.RolloutFinished(conclusion=events.FAILED, reason=error.message))
        return
    Engine(ledger, parts, folder, lambda: _others_wait(journal, place)).run()


def _begin(ledger: Ledger, rollout: Rollout) -> None:
    """Fixes what the rollout comes after: what the last one left."""
    plan = ledger.history.plan
    old, taken = _left(ledger.journal, rollout)
    names = list(taken)
    new = _named(plan.new, names)
    variants = {name: _named(group, names) for name, group in plan.variants.items()}
    ledger.write(
        events.RolloutBegun(
            plan=to_plain(replace(plan, new=new, old=old, variants=variants)),
            stable=old.release if old else "",
            stable_version=old.version if old else "",
        )
    )


def _named(group: Group, taken: list[str]) -> Group:
    name = group_name(group.version, group.release, taken)
    taken.append(name)
    return replace(group, name=name)


def _left(journal: Journal, rollout: Rollout) -> tuple[Group | None, list[str]]:
    """What serves, by the last rollout that was over, and the names that are in use."""
    desired = last_desired(journal, rollout.service, rollout.environment)
    shares = desired.traffic.shares
    serving = [group for group in desired.groups if shares.get(group.name)]
    old = max(serving, key=lambda group: shares[group.name], default=None)
    return old, [group.name for group in desired.groups]


def last_desired(journal: Journal, service: str, environment: str) -> Desired:
    """What was desired in the end by the environment's last rollout that is over; nothing if
    the environment was stopped since."""
    past = journal.query(lambda db: rollouts.rollouts(db, service=service, environment=environment))
    stops = list(journal.read(environment_stream(service, environment)))
    for rollout in past:
        if stops and _stopped_after(stops[-1].event, rollout):
            return Desired()
        if rollout.active:
            continue
        moved = History(journal.read(rollout.id)).moved
        if moved is not None:
            return from_plain(moved.desired, Desired)
    return Desired()


def environment_stream(service: str, environment: str) -> str:
    return f"environments/{service}/{environment}"


def _stopped_after(event: Event, rollout: Rollout) -> bool:
    return isinstance(event, events.EnvironmentStopped) and event.rollout == rollout.id


def _others_wait(journal: Journal, place: Place) -> bool:
    waiting = journal.query(lambda db: rollouts.queue(db, place.service, place.environment))
    return len(waiting) > 1


def _tell(journal: Journal, rollout: Rollout, lease: Lease, error: Exception) -> None:
    """A defect must not be silent, nor end what serves: it is noted, and tried again."""
    what = error.message if isinstance(error, HeadwayError) else repr(error)
    if not isinstance(error, HeadwayError):
        traceback.print_exception(error)
    try:
        Ledger(journal, rollout.id, lease).write(
            events.RolloutNote(message=f"the engine stopped and starts again: {what}")
        )
    except JournalError:
        traceback.print_exception(error)


def _again(journal: Journal, lease: Lease) -> Lease:
    try:
        return leases.renew(journal, lease, time.time())
    except JournalError:
        return lease
