"""Where a rollout is, for people: title, step of how many, what is waited for."""

from __future__ import annotations

from msgspec.structs import replace

from headway.delivery.rollout.look import Look
from headway.delivery.rollout.progress import Progress

_OUTCOMES = {
    "promoted": "promoted",
    "rolled_back": "rolled back",
    "aborted": "aborted",
    "failed": "failed",
    "ended": "over; nothing has changed",
}


def told(look: Look, progress: Progress) -> Progress:
    course = look.course(progress)
    step = progress.stage + 1 if progress.phase not in ("approval", "before") else 0
    progress = replace(progress, title=_title(look, progress), step=step, steps=len(course))
    if progress.phase != "done" and progress.held:
        return replace(progress, waiting="a person to promote, retry or abort", deadline=None)
    if progress.paused:
        return replace(progress, waiting="a person to resume", deadline=None)
    return progress


def _title(look: Look, progress: Progress) -> str:
    new = look.plan.new.version
    old = look.plan.old.version if look.plan.old else "nothing"
    if progress.phase == "approval":
        return f"{new} waits for approval"
    if progress.phase == "before":
        return f"{new} is prepared"
    if progress.phase == "stages":
        return look.stage(progress).title
    if progress.phase == "after":
        return "last hooks"
    if progress.phase in ("rollback", "on_rollback"):
        return f"back to {old}"
    return f"{new}: {_OUTCOMES[progress.outcome]}"
