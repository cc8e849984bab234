"""What a decision about a deployment rests on besides the verdict: the journal's facts, and how
much of the error budget is left."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping

from headway.app.project import Project
from headway.app.queries import value_of
from headway.delivery.approval import Vote
from headway.delivery.decision import Facts
from headway.delivery.environment import Environment, ErrorBudget
from headway.errors import HeadwayError
from headway.events.delivery import RolloutAsked
from headway.journal import Journal, rollouts
from headway.journal.rollouts import Release, Rollout

_VOTES = {"approve": True, "reject": False}
_RETURNING = ("rollback", "on_rollback")  # phases


def gather(
    journal: Journal,
    project: Project,
    name: str,
    environment: Environment,
    release: Release | None,
    *,
    anew: bool = False,
    override: str = "",
    returning: bool = False,
    budget_left: float | None = None,
    incident: str = "",
) -> Facts:
    """About `release` into the environment called `name`. A rollout of it that waits there
    already is the one that is decided about, with its author and votes; with `anew` another
    one is. `budget_left` and `incident` are what the caller knows better."""

    def asked(db: sqlite3.Connection) -> tuple[list[Rollout], list[Rollout]]:
        past = rollouts.rollouts(db, service=project.service)
        return past, rollouts.queue(db, project.service, name)

    past, queue = journal.query(asked)
    digest = release.digest if release else ""
    promoted = {r.environment for r in past if digest and r.release == digest and r.promoted}
    own = next((r for r in queue if digest and r.release == digest and not anew), None)
    others = [r for r in queue if r is not own]
    if budget_left is None and environment.error_budget is not None:
        budget_left = left(environment.error_budget, project.root, os.environ)
    return Facts(
        author=own.actor if own else project.actor,
        override=own.override if own else override,
        returning=returning,
        promoted_in=tuple(other for other in environment.requires if other in promoted),
        votes=_votes(journal, own) if own else (),
        running=_running(others[0]) if others else "",
        incident=incident or _incident(others),
        budget_left=budget_left,
    )


def left(budget: ErrorBudget, root: str, variables: Mapping[str, str]) -> float | None:
    """Share of the error budget that is left, below 0 when more was spent than there was; None
    when nobody knows."""
    if budget.errors is None:
        return None
    try:
        failed = value_of(budget.errors, root, variables, window=f"{int(budget.window)}s")
    except HeadwayError:
        return None
    return None if failed is None else 1.0 - failed / (1.0 - float(budget.objective))


def _votes(journal: Journal, rollout: Rollout) -> tuple[Vote, ...]:
    asked = [(r.at, r.event) for r in journal.read(rollout.id)]
    return tuple(
        Vote(by=event.actor, yes=_VOTES[event.command], reason=event.reason, at=at)
        for at, event in asked
        if isinstance(event, RolloutAsked) and event.command in _VOTES
    )


def _running(rollout: Rollout) -> str:
    return f"rollout {rollout.label} of {rollout.version} is {rollout.state}"


def _incident(queue: list[Rollout]) -> str:
    """Of a rollout that is to be taken back, and can't: one that does go back is but waited for."""
    stuck = (r for r in queue if r.status == rollouts.HELD and r.phase in _RETURNING)
    found = next(stuck, None)
    return f"rollout {found.label}: {found.reason}" if found else ""
