"""A rollout's steps: from where it is and what is seen to what should be and what is next.

    step(plan, progress, observation, now) -> (Desired, Progress, effects)

is a function of values. The engine observes, calls it, journals the progress when it has moved
(`progress.moved`), then makes the desired state so (the router first, then the platform) and
runs the effects that it hasn't run yet, journaled before and after; and again, every second
or so. After a crash it goes on from the progress that was written last.

`now` is in seconds since 1970 and need not be exact: a clock that is set back counts as no
time, and of more than 30 seconds between two looks only 30 count. So look more often.

    approval -> before -> stages -> after -> done
        |         |         |                 ^
        |         |         v                 |
        |         |     rollback -> on_rollback
        +---------+-----------------^
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from headway.delivery.approval import tally
from headway.delivery.checks import Hook
from headway.delivery.desired import Desired
from headway.delivery.rollout import effects
from headway.delivery.rollout.back import go_back, walk_back
from headway.delivery.rollout.commands import fresh, take
from headway.delivery.rollout.fleet import illness, shared_crashes
from headway.delivery.rollout.look import Look, entered, ticked
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.progress import Effect, Observation, Outcome, Progress
from headway.delivery.rollout.telling import told
from headway.delivery.rollout.walk import walk
from headway.delivery.strategies import course


def start(plan: Plan, now: float) -> Progress:
    """Where a rollout begins: what serves goes on serving."""
    look = Look(plan, Observation(), now)
    progress = fresh(look)
    asks = progress.phase == "approval"
    text = f"{plan.new.version} for {plan.environment}" + (": approve it?" if asks else "")
    return told(look, effects.tell(plan, progress, "asks" if asks else "started", text))


def step(
    plan: Plan, progress: Progress, observation: Observation, now: float
) -> tuple[Desired, Progress, tuple[Effect, ...]]:
    """What should be, where the rollout is then, and all effects that it asks for.

    Effects are asked for again until their result is in the observation: whoever runs them
    passes over keys that are done or under way.
    """
    look = Look(plan, observation, now)
    before = progress
    progress = effects.settled(ticked(progress, look), observation.results)
    progress = _watched(look, take(look, progress))
    for _ in range(_MOST_MOVES):
        after = _PHASES[progress.phase](look, progress)
        if after == progress:
            break
        progress = after
    progress = told(look, _guarded(look, progress, before))
    return progress.desired, progress, progress.effects


def dry_run(plan: Plan, winner: str = "") -> list[tuple[str, Desired]]:
    """Every stage with its desired state, if all goes well."""
    return [(stage.title, stage.desired) for stage in course(plan, winner)]


def replaced(plan: Plan, progress: Progress) -> bool:
    """Whether the old version has given all traffic away; after a shadow it hasn't."""
    return plan.old is None or plan.old.name not in progress.intended.shares


_MOST_MOVES = 10  # in one look; whatever else there is to do can wait for the next


def _watched(look: Look, progress: Progress) -> Progress:
    """Back at once when the new version is ill or judged so, paused or held or not."""
    if progress.phase != "stages":
        return progress
    entering = look.entering(progress.desired.groups)
    settings = look.plan.settings
    shared = shared_crashes(look.fleet, look.plan.old, progress.restarts)
    ill = illness(look.fleet, entering, progress.restarts, settings.crashes + shared)
    why = ill or _judged(look, progress)
    return go_back(look, progress, why, "rolled_back") if why else progress


def _judged(look: Look, progress: Progress) -> str:
    """Why the analysis takes back what has traffic, or copies of it."""
    assessment, traffic = look.seen.assessment, progress.desired.traffic
    if assessment is None or assessment.answer != "rollback" or look.plan.returning:
        return ""
    busy = {*traffic.shares, *(match.group for match in traffic.matches), traffic.mirror}
    if not busy & {group.name for group in look.plan.entering}:
        return ""
    return "; ".join(assessment.reasons) or "the analysis says so"


def _guarded(look: Look, progress: Progress, before: Progress) -> Progress:
    """Traffic to those only who can answer. When the platform can't be asked, what is routed
    stays so."""
    if not look.fleet.known and progress.intended == before.intended:
        return progress
    return replace(progress, desired=replace(progress.desired, traffic=look.target(progress)))


# --- the phases but for the stages -----------------------------------------------------------


def _approval(look: Look, progress: Progress) -> Progress:
    count = tally(look.plan.settings.approvals, progress.votes, look.plan.author)
    if count.state == "rejected":
        done = replace(entered(progress, look), phase="done", outcome="aborted", reason=count.text)
        return effects.tell(look.plan, done, "aborted", count.text)
    if count.state == "approved" and not progress.paused:
        return replace(entered(progress, look), phase="before", reason=count.text)
    return replace(progress, asks=True, waiting=f"approval: {count.text}")


def _before(look: Look, progress: Progress) -> Progress:
    hooks = () if look.plan.returning else look.plan.settings.hooks.before
    if progress.paused:
        return progress
    if progress.hook < len(hooks):
        return _hook(look, progress, "before", hooks[progress.hook])
    return replace(entered(progress, look), phase="stages", stage=0, part="scale", hook=0)


def _after(look: Look, progress: Progress) -> Progress:
    """A return runs the hooks of rollbacks: it is one."""
    hooks = look.plan.settings.hooks
    moment = "on_rollback" if look.plan.returning else "after"
    wanted = hooks.on_rollback if look.plan.returning else hooks.after
    if progress.paused:
        return progress
    if progress.hook < len(wanted):
        return _hook(look, progress, moment, wanted[progress.hook])
    return _done(look, progress, "promoted" if replaced(look.plan, progress) else "ended")


def _on_rollback(look: Look, progress: Progress) -> Progress:
    hooks = look.plan.settings.hooks.on_rollback
    if progress.hook < len(hooks):
        return _hook(look, progress, "on_rollback", hooks[progress.hook])
    harmed = set(progress.served) & {group.name for group in look.plan.entering}
    if progress.ending in ("rolled_back", "failed") or (progress.ending == "aborted" and harmed):
        progress = effects.incident(look.plan, progress, progress.reason)
    return _done(look, progress, progress.ending or "rolled_back")


def _hook(look: Look, progress: Progress, moment: str, hook: Hook) -> Progress:
    effect = effects.hook(look.plan, progress, moment, hook)
    if effect.key not in {e.key for e in progress.effects}:
        return effects.asked(entered(progress, look), effect)
    found = effects.result(effect, hook.timeout, progress, look.seen.results)
    if found is None:
        return replace(progress, waiting=f"hook {hook.name}")
    progress = effects.dropped(entered(progress, look), "hook")
    progress = replace(progress, hook=progress.hook + 1)
    if found.ok:
        return progress
    why = f"hook {hook.name} failed" + (f": {found.text}" if found.text else "")
    if moment == "before":
        return replace(progress, phase="on_rollback", hook=0, ending="failed", reason=why)
    return replace(progress, reason=f"{progress.reason}; {why}" if progress.reason else why)


def _done(look: Look, progress: Progress, outcome: Outcome) -> Progress:
    progress = replace(entered(progress, look), phase="done", outcome=outcome)
    text = progress.reason or outcome.replace("_", " ")
    return effects.tell(look.plan, progress, outcome, text)


def _over(look: Look, progress: Progress) -> Progress:
    return progress


_PHASES: dict[str, Callable[[Look, Progress], Progress]] = {
    "approval": _approval,
    "before": _before,
    "stages": walk,
    "after": _after,
    "rollback": walk_back,
    "on_rollback": _on_rollback,
    "done": _over,
}
