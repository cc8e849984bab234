"""`headway gate --for ENVIRONMENT`: a verdict and what the journal knows of the environment,
brought together for the rules in `headway.delivery.decision`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from headway import home
from headway.app import facts, past_verdicts
from headway.app.evidence import Tree
from headway.app.project import Project
from headway.delivery.decision import Decision, Facts, decide
from headway.events.quality import DeploymentDecided
from headway.journal import Journal, rollouts, verdicts
from headway.journal.ids import new_id
from headway.journal.rollouts import Release
from headway.verdict import Verdict


class Wish(Struct, frozen=True, kw_only=True):
    """Who asks about which environment, and what the journal can't know."""

    environment: str
    release: str = ""  # a version; "": the newest release of this commit
    budget_left: float | None = None  # share of the error budget
    incident: str = ""  # an open one, for people


class Judged(Struct, frozen=True, kw_only=True):
    """The verdict that counts, with what people call it."""

    id: str
    label: str
    verdict: Verdict
    dirty: bool = False  # of the commit with changes, not of the commit


class Decided(Struct, frozen=True, kw_only=True):
    """The decision with all that it follows from."""

    environment: str
    decision: Decision
    facts: Facts
    judged: Judged | None
    release: Release | None
    sha: str


def latest(tree: Tree) -> Judged | None:
    """The newest verdict on the commit that is checked out, when nothing has changed since."""
    path = home.journal()
    if not os.path.exists(path):
        return None
    commit = tree.commit()
    return _of_commit(Journal.open(path), commit.sha) if commit.sha and not commit.dirty else None


def _of_commit(journal: Journal, sha: str) -> Judged | None:
    rows = journal.query(lambda db: verdicts.select(db, sha=sha, clean=True, limit=1))
    if not rows:
        return None
    verdict = past_verdicts.recorded(journal, rows[0])
    return Judged(id=rows[0].id, label=rows[0].label, verdict=verdict)


def reach(
    project: Project, wish: Wish, judged: Judged | None, *, now: float | None = None
) -> Decided:
    """Asks the rules and journals their answer. `judged` None: the release's own verdict.

    Raises UsageError for an environment or a release that isn't there.
    """
    now = time.time() if now is None else now
    environment = project.environment(wish.environment)
    journal = Journal.open(home.journal())
    sha = project.repository.sha if project.repository else ""
    release = _release(journal, project, wish, sha)
    if wish.release and release is not None:
        # A release is decided by the verdict on the commit that it was made of.
        sha = release.sha
        judged = _of_commit(journal, sha) if sha and not release.dirty else None
    known = facts.gather(
        journal,
        project,
        wish.environment,
        environment,
        release,
        budget_left=wish.budget_left,
        incident=wish.incident,
    )
    verdict = judged.verdict if judged else None
    decided = Decided(
        environment=wish.environment,
        decision=decide(verdict, environment, known, now),
        facts=known,
        judged=judged,
        release=release,
        sha=sha,
    )
    journal.append(judged.id if judged else new_id(now), [_event(project, decided, now)], now)
    return decided


def _release(journal: Journal, project: Project, wish: Wish, sha: str) -> Release | None:
    if wish.release:
        return journal.query(lambda db: rollouts.find_release(db, project.service, wish.release))
    known = journal.query(lambda db: rollouts.releases(db, project.service))
    return next((r for r in known if sha and r.sha == sha and not r.dirty), None)


def _event(project: Project, decided: Decided, now: float) -> DeploymentDecided:
    release = decided.release
    return DeploymentDecided(
        environment=decided.environment,
        service=project.service,
        answer=decided.decision.answer,
        sha=decided.sha,
        verdict=decided.judged.id if decided.judged else "",
        release=release.digest if release else "",
        version=release.version if release else "",
        facts=_plain(decided.facts),
        rules=tuple(_plain(rule) for rule in decided.decision.rules),
        now=now,
    )


def _plain(record: Struct) -> Mapping[str, Any]:
    made: Mapping[str, Any] = msgspec.to_builtins(record)
    return made
