"""What a rollout asks for outside: keys, what is still to be done, what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from headway.delivery.checks import Hook, Smoke
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.progress import Effect, EffectResult, Progress

PATIENCE = 60.0  # seconds beyond an effect's own limit: then whoever runs it has lost it
_FORGOTTEN = ("notify", "incident")  # nothing waits for these


def key(plan: Plan, progress: Progress, *words: object) -> str:
    return "/".join(map(str, (plan.rollout, progress.attempt, *words)))


def hook(plan: Plan, progress: Progress, moment: str, hook: Hook) -> Effect:
    at = key(plan, progress, moment, hook.name)
    why = progress.reason if moment == "on_rollback" else ""
    return Effect(key=at, kind="hook", name=hook.name, moment=moment, text=why)


def smoke(plan: Plan, progress: Progress, group: str, test: Smoke) -> Effect:
    at = key(plan, progress, "smoke", group, test.name)
    return Effect(key=at, kind="smoke", name=test.name, group=group)


def tell(plan: Plan, progress: Progress, moment: str, text: str) -> Progress:
    """Ask for people to be told."""
    at = key(plan, progress, "notify", moment, progress.stage, progress.seen)
    return asked(progress, Effect(key=at, kind="notify", moment=moment, text=text))


def incident(plan: Plan, progress: Progress, text: str) -> Progress:
    at = key(plan, progress, "incident")
    return asked(progress, Effect(key=at, kind="incident", text=text))


def asked(progress: Progress, *effects: Effect) -> Progress:
    known = {effect.key for effect in progress.effects}
    new = tuple(effect for effect in effects if effect.key not in known)
    return replace(progress, effects=progress.effects + new) if new else progress


def settled(progress: Progress, results: Mapping[str, EffectResult]) -> Progress:
    """Without what is done and nothing waits for."""
    left = tuple(e for e in progress.effects if not (e.kind in _FORGOTTEN and e.key in results))
    return progress if left == progress.effects else replace(progress, effects=left)


def dropped(progress: Progress, *kinds: str) -> Progress:
    """Without effects that don't matter any more, run or not."""
    left = tuple(effect for effect in progress.effects if effect.kind not in kinds)
    return progress if left == progress.effects else replace(progress, effects=left)


def result(
    effect: Effect, limit: float, progress: Progress, results: Mapping[str, EffectResult]
) -> EffectResult | None:
    """What came of it; a failure when nothing was heard for longer than it may take."""
    found = results.get(effect.key)
    if found is None and progress.spent > limit + PATIENCE:
        return EffectResult(ok=False, text="nothing was heard of it")
    return found
