"""People's words: what each does where, and why it sometimes can't be done."""

from __future__ import annotations

from msgspec.structs import replace

from headway.delivery.approval import Vote, ignored
from headway.delivery.desired import Desired, Traffic
from headway.delivery.rollout.back import go_back
from headway.delivery.rollout.look import Look, entered
from headway.delivery.rollout.passing import decided
from headway.delivery.rollout.progress import Command, Progress
from headway.delivery.strategies import ab
from headway.delivery.strategies.base import everything, some


def take(look: Look, progress: Progress) -> Progress:
    """Every command once, in the order given. One that can't be done changes nothing but
    `answer`, which says why."""
    for command in sorted(look.seen.commands, key=lambda c: c.id):
        if command.id > progress.seen:
            taken = replace(progress, seen=command.id, answer="")
            progress = _COMMANDS[command.kind](look, taken, command)
    return progress


def _refused(progress: Progress, why: str) -> Progress:
    return replace(progress, answer=why)


def _promote(look: Look, progress: Progress, command: Command) -> Progress:
    if progress.phase != "stages":
        return _refused(progress, _NOT_UNDER_WAY[progress.phase])
    if look.stage(progress).promoted and progress.part != "bake":
        return _refused(progress, "it is being promoted already")
    sides = ab.variants(look.plan) if look.plan.strategy == "ab" and look.plan.old else {}
    winner = next((g for n, g in sides.items() if command.to in (n, g.name, g.version)), None)
    if command.to and winner is None:
        known = f"there are {', '.join(sides)}" if sides else "this is no A/B test"
        return _refused(progress, f'no variant "{command.to}": {known}')
    full = progress.full or command.full
    progress = replace(progress, skip=True, full=full, paused=False)
    if progress.held:  # what was wrong is accepted
        progress = replace(progress, held="", reason="", restarts={}, lagging=0.0)
    if command.to and winner is not None:
        why = f"{command.by or 'a person'} chose {command.to}"
        return decided(look, progress, winner.name, why)
    return progress


def _pause(look: Look, progress: Progress, command: Command) -> Progress:
    if progress.phase in ("rollback", "on_rollback", "done"):
        return _refused(progress, _NOT_UNDER_WAY[progress.phase])
    return replace(progress, paused=True)


def _resume(look: Look, progress: Progress, command: Command) -> Progress:
    if not progress.paused:
        return _refused(progress, "it isn't paused")
    return replace(progress, paused=False)


def _abort(look: Look, progress: Progress, command: Command) -> Progress:
    if progress.phase == "rollback" and progress.stuck:
        return replace(progress, skip=True)
    if progress.phase in ("after", "rollback", "on_rollback", "done"):
        return _refused(progress, _NOT_UNDER_WAY[progress.phase])
    who = command.by or "a person"
    did = "took it back" if command.kind == "undo" else "aborted"
    why = f"{who} {did}" + (f": {command.reason}" if command.reason else "")
    if progress.phase == "approval":
        return replace(entered(progress, look), phase="done", outcome="aborted", reason=why)
    if progress.phase == "before":
        hooks = replace(entered(progress, look), phase="on_rollback", hook=0, paused=False)
        return replace(hooks, ending="aborted", reason=why, effects=())
    return go_back(look, progress, why, "aborted")


def _retry(look: Look, progress: Progress, command: Command) -> Progress:
    if progress.phase == "done":
        return _again(look, progress)
    if progress.phase == "stages" and progress.held:
        return replace(entered(progress, look), restarts={}, reason="")
    if progress.stuck:
        return replace(progress, stuck="", lagging=0.0)
    return _refused(progress, "it is under way; only what is held or over can be tried again")


def _again(look: Look, progress: Progress) -> Progress:
    if progress.outcome not in ("rolled_back", "failed", "aborted") or not progress.ending:
        return _refused(progress, "there is nothing to try again; deploy it anew")
    return replace(
        fresh(look),
        attempt=progress.attempt + 1,
        votes=progress.votes,
        seen=progress.seen,
        effects=tuple(e for e in progress.effects if e.kind in ("notify", "incident")),
    )


def fresh(look: Look) -> Progress:
    """The beginning: what serves goes on serving."""
    old = look.plan.old
    traffic = Traffic(shares=everything(old))
    asks = look.plan.settings.approvals.count > 0 and not look.plan.returning
    return Progress(
        phase="approval" if asks else "before",
        since=look.now,
        looked=look.now,
        intended=traffic,
        desired=Desired(groups=some(old), traffic=traffic),
        served=tuple(traffic.shares),
    )


def _vote(look: Look, progress: Progress, command: Command) -> Progress:
    if progress.phase != "approval":
        return _refused(progress, "nobody is asked to approve it now")
    yes = command.kind == "approve"
    vote = Vote(by=command.by, yes=yes, reason=command.reason, at=command.at or look.now)
    why = ignored(look.plan.settings.approvals, vote, look.plan.author)
    return replace(progress, votes=(*progress.votes, vote), answer=why)


_COMMANDS = {
    "promote": _promote,
    "pause": _pause,
    "resume": _resume,
    "abort": _abort,
    "undo": _abort,
    "retry": _retry,
    "approve": _vote,
    "reject": _vote,
}
_NOT_UNDER_WAY = {
    "approval": "it waits for approval: headway approve",
    "before": "nothing is out yet",
    "after": "it is promoted and the old version is retired: headway rollback takes it back",
    "rollback": "it is on its way back",
    "on_rollback": "it is on its way back",
    "done": "it is over",
}
