"""From a wish to a rollout: may it be, queue it, see that an engine works at it, tell it things."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from headway import home
from headway.app import deployer, facts, releases
from headway.app.project import Project
from headway.delivery.decision import Decision, Rule, decide
from headway.delivery.desired import Desired, Group
from headway.delivery.engine.history import History
from headway.delivery.engine.worker import Place, last_desired
from headway.delivery.environment import Environment
from headway.delivery.rollout.plan import Plan, group_name, to_plain
from headway.delivery.rollout.step import dry_run
from headway.delivery.strategy import Name
from headway.errors import DENIED, HeadwayError, UsageError
from headway.events import delivery as events
from headway.journal import Journal, leases, rollouts, verdicts
from headway.journal.ids import new_id
from headway.journal.rollouts import Release, Rollout
from headway.journal.verdicts import Judged

_START_POLL = 0.1  # seconds
STRATEGIES: tuple[Name, ...] = ("blue-green", "canary", "rolling", "ab", "shadow", "recreate")


class Wish(Struct, frozen=True, kw_only=True):
    """One deployment that is wished for. `version` empty: the newest release."""

    environment: str
    version: str = ""
    strategy: str = ""  # empty: the environment's
    variants: dict[str, str] = {}  # of an A/B test: name → version
    override: bool = False
    reason: str = ""
    returning: bool = False  # back to what has served before
    previous: str = ""  # the rollout that it tries again or takes back


class Prepared(Struct, frozen=True, kw_only=True):
    plan: Plan
    release: Release
    outcome: str  # of the gates, "" without a verdict
    verdict: str  # its id
    decision: Decision


# --- may it be -------------------------------------------------------------------------------


def prepare(journal: Journal, project: Project, wish: Wish) -> Prepared:
    """The plan, and what speaks against it. Raises UsageError for what isn't there."""
    environment = project.environment(wish.environment)
    release = _release(journal, project, wish.version)
    strategy = _strategy(environment, wish)
    variants = {
        name: _group(_release(journal, project, version), environment)
        for name, version in wish.variants.items()
    }
    plan = Plan(
        rollout=new_id(time.time()),
        environment=wish.environment,
        settings=environment,
        strategy=strategy,
        new=_group(release, environment),
        variants=variants,
        author=project.actor,
        returning=wish.returning,
    )
    from headway.app import past_verdicts  # it knows all of quality: the engine can do without

    judged = _judged(journal, release)
    verdict = past_verdicts.recorded(journal, judged) if judged else None
    known = facts.gather(
        journal,
        project,
        wish.environment,
        environment,
        release,
        anew=True,
        override=wish.reason if wish.override else "",
        returning=wish.returning,
    )
    return Prepared(
        plan=plan,
        release=release,
        outcome=judged.outcome if judged else "",
        verdict=judged.id if judged else "",
        decision=decide(verdict, environment, known, time.time()),
    )


def _judged(journal: Journal, release: Release) -> Judged | None:
    """The newest verdict on the commit that the release was made of."""
    if release.dirty or not release.sha:
        return None  # what is in the release was never judged
    found = journal.query(lambda db: verdicts.select(db, sha=release.sha, clean=True, limit=1))
    return found[0] if found else None


def _release(journal: Journal, project: Project, version: str) -> Release:
    found = journal.query(lambda db: rollouts.find_release(db, project.service, version))
    wrong = releases.check(found)()
    if wrong:
        raise HeadwayError(f"release {found.version} can't be deployed: {wrong}")
    return found


def _strategy(environment: Environment, wish: Wish) -> Name:
    if wish.variants and wish.strategy not in ("", "ab"):
        raise UsageError("--variant is for A/B tests", hint="use --strategy ab")
    wanted = wish.strategy or ("ab" if wish.variants else environment.strategy)
    for name in STRATEGIES:
        if name == wanted:
            return name
    raise UsageError(f'there is no strategy "{wanted}"', hint="known: " + ", ".join(STRATEGIES))


def _group(release: Release, environment: Environment) -> Group:
    return Group(
        name=group_name(release.version, release.digest),
        release=release.digest,
        version=release.version,
        instances=environment.instances,
    )


def against(decision: Decision) -> list[Rule]:
    """The rules that keep a rollout from starting, the worst first; approvals and its turn it
    waits for itself."""
    return [r for r in decision.against if r.rule not in ("approvals", "queue")]


def allow(prepared: Prepared, wish: Wish) -> None:
    """Raises HeadwayError (not allowed) when something speaks against it, and UsageError for an
    override without a reason."""
    if wish.override and not wish.reason.strip():
        raise UsageError("--override needs a reason", hint="--reason TEXT is kept in the journal")
    rules = against(prepared.decision)
    if not rules:
        return
    hints = [f"it needs {rule.waits_for}" for rule in rules if rule.waits_for]
    if prepared.release.dirty:
        hints.append("it was made of a tree with changes, on which no verdict can be")
    if not wish.override and any(rule.rule != "requires" for rule in rules):
        hints.append("--override --reason TEXT goes ahead, and is journaled")
    raise HeadwayError(
        f"{prepared.release.version} may not go to {prepared.plan.environment}: "
        + "; ".join(rule.text for rule in rules),
        hint="; ".join(hints),
        exit_code=DENIED,
    )


def dry(journal: Journal, project: Project, plan: Plan) -> list[tuple[str, Desired]]:
    """Every stage with its desired state, from what serves now."""
    desired = last_desired(journal, project.service, plan.environment)
    shares = desired.traffic.shares
    serving = [group for group in desired.groups if shares.get(group.name)]
    old = max(serving, key=lambda group: shares[group.name], default=None)
    taken = [group.name for group in desired.groups]
    new = replace(plan.new, name=group_name(plan.new.version, plan.new.release, taken))
    return dry_run(replace(plan, old=old, new=new))


# --- queue it --------------------------------------------------------------------------------


def queue(journal: Journal, project: Project, wish: Wish, prepared: Prepared) -> Rollout:
    """Writes the rollout down; an engine will take it. Raises HeadwayError when it may not be,
    or a secret is missing."""
    allow(prepared, wish)
    plan = prepared.plan
    deployer.secrets(plan.settings, os.environ, project.root)  # now, not in the middle
    folder = home.made(rollout_folder(plan.rollout))
    deployer.keep(folder)
    event = events.RolloutQueued(
        rollout=plan.rollout,
        number=journal.reserve(f"rollouts {project.service}"),
        service=project.service,
        environment=plan.environment,
        root=project.root,
        release=plan.new.release,
        version=plan.new.version,
        strategy=plan.strategy,
        plan=to_plain(plan),
        actor=project.actor,
        override=wish.reason if wish.override else "",
        verdict=prepared.verdict,
        outcome=prepared.outcome,
        previous=wish.previous,
    )
    journal.append(plan.rollout, [event], time.time())
    return _row(journal, plan.rollout)


def rollout_folder(rollout: str) -> str:
    return os.path.join(rollouts_folder(), rollout)


def rollouts_folder() -> str:
    return home.made(os.path.join(home.state(), "rollouts"))


def place(rollout: Rollout) -> Place:
    return Place(service=rollout.service, environment=rollout.environment, folder=rollouts_folder())


def _row(journal: Journal, rollout: str) -> Rollout:
    found = journal.query(lambda db: rollouts.rollout(db, rollout))
    if found is None:
        raise UsageError(f'there is no rollout "{rollout}"')
    return found


# --- the engine ------------------------------------------------------------------------------


def resume(journal: Journal) -> None:
    """Sees that every environment with something to do has an engine, and after a restart of
    the machine that what served serves. Cheap when all is well, and silent when it can't be
    had: whoever follows the rollout will see."""
    if journal.query(rollouts.environments):
        _revive()
    active = journal.query(lambda db: rollouts.rollouts(db, active=True))
    for rollout in {(r.service, r.environment): r for r in active}.values():
        with contextlib.suppress(HeadwayError):
            ensure_engine(journal, rollout, 0.0)


def _revive() -> None:
    """A supervisor that is gone is started with all that it kept: instances, the router."""
    from headway.clients.supervisor import Supervisor

    if os.path.isdir(os.path.join(home.state(), "supervisor")):
        with contextlib.suppress(HeadwayError):
            supervisor = Supervisor()
            if not supervisor.running():
                supervisor.ensure()


def ensure_engine(journal: Journal, rollout: Rollout, seconds: float = 5.0) -> None:
    """Has an engine for the rollout's environment, and waits for it to lead: the one before may
    just be ending. Raises HeadwayError when none starts."""
    from headway.app import engine

    deadline = time.monotonic() + seconds
    while leases.holder(journal, place(rollout).lease, time.time()) is None:
        if not _row(journal, rollout.id).active:
            return
        engine.start(rollout.service, rollout.environment)
        if time.monotonic() >= deadline:
            return
        time.sleep(_START_POLL)


# --- tell it things --------------------------------------------------------------------------


def tell(
    journal: Journal, rollout: Rollout, command: str, actor: str, reason: str = "", **options: Any
) -> int:
    """Writes a person's word down for the engine; its number in the rollout's stream, by which
    `answer` finds what became of it. Raises HeadwayError when the rollout is over."""
    event = events.RolloutAsked(command=command, actor=actor, reason=reason, options=options)

    def work(db: sqlite3.Connection, append: Any) -> int:
        now = rollouts.rollout(db, rollout.id)
        if now is None or not now.active:
            state = now.state if now else "gone"
            raise HeadwayError(f"rollout {rollout.label} is over: {state.replace('_', ' ')}")
        record = append(rollout.id, time.time(), event)
        if command in ("abort", "undo") and now.status == rollouts.QUEUED:
            done = events.RolloutFinished(
                conclusion=events.ABORTED, reason=f"{actor} aborted it before its turn"
            )
            append(rollout.id, time.time(), done)
        return int(record.seq)

    seq = journal.change(work)
    if _row(journal, rollout.id).active:
        ensure_engine(journal, rollout)
    return seq


def answer(journal: Journal, rollout: Rollout, seq: int, seconds: float = 5.0) -> str | None:
    """Why a word could not be done, "" when it was; None when the engine doesn't say in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        history = History(journal.read(rollout.id))
        if history.finished is not None:
            return ""
        if history.progress is not None and history.progress.seen >= seq:
            return history.progress.answer if history.progress.seen == seq else ""
        time.sleep(0.05)
    return None


def back_to(journal: Journal, service: str, environment: str, version: str) -> str:
    """The version that a rollback goes to. Raises UsageError when there is none."""
    if version:
        past = journal.query(
            lambda db: rollouts.rollouts(db, service=service, environment=environment)
        )
        if not any(r.version == version and r.promoted for r in past):
            raise UsageError(
                f"{version} has never served in {environment}",
                hint=f"headway deploy {environment} {version} brings it there",
            )
        return version
    found = journal.query(lambda db: rollouts.before(db, service, environment))
    if found is None:
        raise UsageError(
            f"nothing served in {environment} before what serves there now",
            hint="headway rollout list shows what was deployed",
        )
    return found.version


def wish_again(rollout: Rollout, history: History) -> Wish:
    """The same once more."""
    plan = history.plan
    return Wish(
        environment=rollout.environment,
        version=rollout.version,
        strategy=rollout.strategy,
        variants={name: group.version for name, group in plan.variants.items()},
        override=bool(rollout.override),
        reason=rollout.override,
        returning=plan.returning,
        previous=rollout.id,
    )


def as_json(rollout: Rollout) -> Mapping[str, Any]:
    """The rollout's fields, and its `state` in one word."""
    return {**rollout.to_dict(), "state": rollout.state}
