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
from headway.app import deployer, releases
from headway.app.project import Project
from headway.delivery.desired import Desired, Group
from headway.delivery.environment import Environment
from headway.delivery.freeze import frozen
from headway.delivery.history import History
from headway.delivery.plan import Plan, group_name, to_plain
from headway.delivery.rollout import dry_run
from headway.delivery.strategy import Name
from headway.delivery.worker import Place, last_desired
from headway.errors import DENIED, HeadwayError, UsageError
from headway.events import delivery as events
from headway.journal import Journal, leases, rollouts
from headway.journal.ids import new_id
from headway.journal.rollouts import Release, Rollout

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


class Refusal(Struct, frozen=True, kw_only=True):
    """Why it may not be; `by_override`: but a person can say that it must."""

    text: str
    hint: str = ""
    by_override: bool = True


class Prepared(Struct, frozen=True, kw_only=True):
    plan: Plan
    release: Release
    outcome: str  # of the gates, "" without a verdict
    verdict: str  # its id
    refusals: tuple[Refusal, ...]


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
    decided = journal.query(lambda db: rollouts.latest_verdict(db, release.sha))
    if release.dirty or not release.sha:
        decided = None  # what was judged isn't what is in the release
    outcome = decided.outcome if decided else ""
    refusals = () if wish.returning else _refusals(journal, project, plan, release, outcome)
    return Prepared(
        plan=plan,
        release=release,
        outcome=outcome,
        verdict=decided.id if decided else "",
        refusals=tuple(refusals),
    )


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


def _refusals(
    journal: Journal, project: Project, plan: Plan, release: Release, outcome: str
) -> list[Refusal]:
    found = []
    if plan.settings.gates == "required" and outcome != "passed":
        found.append(_gates(release, outcome))
    window = frozen(plan.settings.freeze, time.time())
    if window is not None:
        may = plan.settings.freeze.may_override(project.actor)
        found.append(Refusal(text=f"deployments are frozen: {window.text}", by_override=may))
    for name in plan.settings.requires:
        if not _was_promoted(journal, project.service, name, release.digest):
            text = f"{release.version} has not been promoted in {name}"
            found.append(Refusal(text=text, hint=f"first: headway deploy {name} {release.version}"))
    return found


def _gates(release: Release, outcome: str) -> Refusal:
    if outcome:
        text = f"the gates of {release.version} say {outcome} (commit {release.sha[:10]})"
        return Refusal(text=text, hint="headway gate --list shows why")
    if release.dirty:
        text = f"{release.version} was made of a working tree with changes: no verdict is about it"
        return Refusal(text=text, hint="commit, judge with headway gate, make the release anew")
    text = f"no verdict was reached on the commit of {release.version}"
    return Refusal(text=text, hint="headway gate, or gates: optional in the environment")


def _was_promoted(journal: Journal, service: str, environment: str, digest: str) -> bool:
    past = journal.query(lambda db: rollouts.rollouts(db, service=service, environment=environment))
    return any(r.release == digest and r.promoted for r in past)


def allow(prepared: Prepared, wish: Wish) -> str:
    """The reason for which it may be although something speaks against it; "" when nothing
    does. Raises HeadwayError (not allowed)."""
    if not prepared.refusals:
        return ""
    worst = next((r for r in prepared.refusals if not r.by_override), prepared.refusals[0])
    text = "; ".join(r.text for r in prepared.refusals)
    if wish.override and not wish.reason:
        raise UsageError("--override needs a reason", hint="--reason TEXT is kept in the journal")
    if wish.override and worst.by_override:
        return wish.reason
    hint = worst.hint
    if worst.by_override:
        hint = f"{hint + '; or ' if hint else ''}--override --reason TEXT, which is journaled"
    raise HeadwayError(text, hint=hint, exit_code=DENIED)


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
    override = allow(prepared, wish)
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
        override=override,
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
    """Sees that every environment with something to do has an engine. Cheap when all have, and
    silent when one can't be had: whoever follows the rollout will see."""
    active = journal.query(lambda db: rollouts.rollouts(db, active=True))
    for rollout in {(r.service, r.environment): r for r in active}.values():
        with contextlib.suppress(HeadwayError):
            ensure_engine(journal, rollout)


def ensure_engine(journal: Journal, rollout: Rollout) -> None:
    """Has an engine for the rollout's environment. Raises HeadwayError when none starts."""
    if leases.holder(journal, place(rollout).lease, time.time()) is None:
        from headway.app import engine

        engine.start(rollout.service, rollout.environment)


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
