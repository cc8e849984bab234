"""Takes an environment down: its engine, its traffic, its instances, in this order.

That it is stopped is written down with the environment's lease, before anything is done: whoever
is killed in the middle does the rest by doing it again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from typing import Any

from msgspec import Struct

from headway import home
from headway.app import delivery, providers
from headway.clients.supervisor import Supervisor
from headway.delivery.engine.history import History
from headway.delivery.engine.worker import environment_stream
from headway.delivery.platforms.base import Platform
from headway.errors import HeadwayError, UsageError
from headway.events import delivery as events
from headway.journal import Journal, leases, rollouts
from headway.journal.leases import Lease
from headway.journal.rollouts import Rollout

_TURN = 20.0  # seconds that an engine may take to end
_LOOK = 0.1


class Stopped(Struct, frozen=True, kw_only=True):
    version: str  # that served; "" when nothing did
    aborted: tuple[Rollout, ...]  # rollouts that went on, or waited
    idle: bool  # nothing else is kept on this machine: Envoy and the supervisor have ended, too


def stop(journal: Journal, service: str, environment: str, actor: str, reason: str) -> Stopped:
    """Returns when all of it has ended. Raises UsageError when nothing was ever deployed there,
    HeadwayError when something doesn't end."""
    last = _last(journal, service, environment)
    serving = journal.query(lambda db: rollouts.serving(db, service, environment))
    supervisor = Supervisor()
    name = f"engine~{providers.place_name(service, environment)}"
    if name in supervisor.status():
        supervisor.remove(name)
    lease = _lead(journal, delivery.place(last).lease)
    try:
        aborted = _write(journal, lease, last, actor, reason)
        settings = History(journal.read(last.id)).plan.settings
        setup = providers.setup(journal, service, environment, settings, {})
        providers.router(setup).remove(lease.epoch)
        platform = providers.platform(setup)
        _empty(journal, lease, platform, float(settings.grace) + _TURN)
    finally:
        leases.give_back(journal, lease)
    version = serving.version if serving else ""
    return Stopped(version=version, aborted=tuple(aborted), idle=supervisor.retire())


def _last(journal: Journal, service: str, environment: str) -> Rollout:
    found = journal.query(
        lambda db: rollouts.rollouts(db, service=service, environment=environment, limit=1)
    )
    if not found:
        raise UsageError(f"nothing was ever deployed to {environment}")
    return found[0]


def _lead(journal: Journal, name: str) -> Lease:
    deadline = time.monotonic() + _TURN
    holder = f"{os.uname().nodename}:{os.getpid()}"
    while (lease := leases.take(journal, name, holder, time.time())) is None:
        if time.monotonic() > deadline:
            raise HeadwayError(f"{name} is led by another process, which doesn't end")
        time.sleep(_LOOK)
    return lease


def _write(journal: Journal, lease: Lease, last: Rollout, actor: str, reason: str) -> list[Rollout]:
    """The rollouts that are over by this."""
    service, environment = last.service, last.environment
    event = events.EnvironmentStopped(
        service=service, environment=environment, rollout=last.id, actor=actor, reason=reason
    )
    why = f"{actor} stopped {environment}" + (f": {reason}" if reason else "")

    def work(db: sqlite3.Connection, append: Any) -> list[Rollout]:
        leases.check(db, lease)
        now, over = time.time(), []
        for rollout in rollouts.queue(db, service, environment):
            how = events.PROMOTED if rollout.promoted else events.ABORTED
            append(rollout.id, now, events.RolloutFinished(conclusion=how, reason=why))
            over += [] if rollout.promoted else [rollout]
        append(environment_stream(service, environment), now, event)
        return over

    return journal.change(work)


def _empty(journal: Journal, lease: Lease, platform: Platform, patience: float) -> None:
    deadline = time.monotonic() + patience
    renewed = time.monotonic()
    platform.apply((), lease.epoch)
    while platform.observe():
        if time.monotonic() > deadline:
            raise HeadwayError("some instances don't end", hint=f"see {home.state()}/instances")
        if time.monotonic() - renewed > leases.SECONDS / 3:
            leases.renew(journal, lease, time.time())
            renewed = time.monotonic()
        time.sleep(_LOOK)
    platform.apply((), lease.epoch)  # what they leave: folders, ports
