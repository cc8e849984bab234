"""A rollout as its events tell it: what the engine goes on from, and what is shown later."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from headway.delivery.rollout.plan import Plan, from_plain
from headway.delivery.rollout.progress import Command, EffectResult, Progress
from headway.errors import HeadwayError
from headway.events import Record
from headway.events import delivery as events

_MOST_GONE = 50  # settings that an older plan may have and this Headway hasn't


class Unreadable(HeadwayError):
    """The journal has the rollout in a form that this Headway can't read."""


class History:
    """Everything so far. `apply` takes the records of the rollout's stream in their order."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.seq = 0
        self.queued: events.RolloutQueued | None = None
        self.queued_at = 0.0
        self.begun: events.RolloutBegun | None = None
        self.moved: events.RolloutMoved | None = None
        self.progress: Progress | None = None
        self.epoch = 0
        self.commands: list[Command] = []
        self.started: dict[str, events.EffectStarted] = {}
        self.results: dict[str, EffectResult] = {}
        self.decision: events.DecisionMade | None = None
        self.finished: events.RolloutFinished | None = None
        self.records: list[Record] = []
        for record in records:
            self.apply(record)

    @property
    def plan(self) -> Plan:
        """As it is at the turn of the rollout; before, without what serves."""
        source = self.begun or self.queued
        if source is None:
            raise Unreadable("the rollout's first event is missing")
        return read_plan(source.plan)

    def apply(self, record: Record) -> None:
        self.seq = record.seq
        self.records.append(record)
        match record.event:
            case events.RolloutQueued():
                self.queued, self.queued_at = record.event, record.at
            case events.RolloutBegun():
                self.begun = record.event
            case events.RolloutTaken():
                self.epoch = record.event.epoch
            case events.RolloutAsked():
                self._asked(record, record.event)
            case events.RolloutMoved():
                self.moved = record.event
                self.progress = _progress(record.event)
            case events.EffectStarted():
                self.started[record.event.key] = record.event
            case events.EffectFinished():
                e = record.event
                ok = e.outcome == events.EFFECT_PASSED
                self.results[e.key] = EffectResult(ok=ok, text=e.reason)
            case events.DecisionMade():
                self.decision = record.event
            case events.RolloutFinished():
                self.finished = record.event

    def _asked(self, record: Record, e: events.RolloutAsked) -> None:
        fields = {
            "id": record.seq,
            "kind": e.command,
            "by": e.actor,
            "reason": e.reason,
            "at": record.at,
            **e.options,
        }
        with contextlib.suppress(msgspec.ValidationError):  # of a later Headway
            self.commands.append(msgspec.convert(fields, Command))


def read_plan(data: Mapping[str, Any]) -> Plan:
    """A plan as it was written, also by an earlier Headway: settings that there are no more are
    passed over. Raises Unreadable."""
    plain = copy.deepcopy(dict(data))
    for _ in range(_MOST_GONE):
        try:
            return from_plain(plain, Plan)
        except msgspec.ValidationError as error:
            if not _drop(plain, str(error)):
                raise Unreadable(f"the rollout's plan can't be read: {error}") from None
    raise Unreadable("the rollout's plan can't be read: it is of another Headway")


def _drop(plain: Any, error: str) -> bool:
    """Takes away the field that the error calls unknown."""
    found = re.search(r"unknown field `([^`]+)`(?: - at `\$([^`]*)`)?", error)
    if found is None:
        return False
    at = plain
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", found[2] or ""):
        if name and isinstance(at, dict) and name in at:
            at = at[name]
        elif index.isdecimal() and isinstance(at, list):
            at = at[int(index)]
        else:
            return False
    return isinstance(at, dict) and at.pop(found[1], None) is not None


def _progress(moved: events.RolloutMoved) -> Progress:
    try:
        return from_plain(moved.progress, Progress)
    except msgspec.ValidationError as error:
        raise Unreadable(f"the rollout's progress can't be read: {error}") from None
