"""Through a strategy's stages: instances first, then traffic, then time.

What grows grows; when all entering instances are healthy, traffic moves; when the router says
that it has, what shrinks shrinks; then the stage lasts until what it waits for has come. So
nobody is sent to what isn't ready, and nobody goes who is still needed.
"""

from __future__ import annotations

from msgspec.structs import replace

from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout import effects
from headway.delivery.rollout.back import go_back
from headway.delivery.rollout.fleet import restarts
from headway.delivery.rollout.look import Look, entered, waiting
from headway.delivery.rollout.passing import passing
from headway.delivery.rollout.progress import Progress
from headway.delivery.rollout.stage import Stage
from headway.units import elapsed


def walk(look: Look, progress: Progress) -> Progress:
    """One move at most; the same progress when there is nothing to do but to wait."""
    if not look.fleet.known:
        return waiting(look, progress, "the platform to answer")
    stage = look.stage(progress)
    missing = _missing(look, stage)
    if missing and progress.lagging > look.plan.settings.timeout:
        limit = elapsed(look.plan.settings.timeout)
        why = f"after {limit} still waiting for {missing}"
        return go_back(look, progress, why, "rolled_back")
    if missing:
        progress = waiting(look, progress, missing)
    return _PARTS[progress.part](look, progress, stage, not missing)


def _missing(look: Look, stage: Stage) -> str:
    """What keeps the entering instances from being ready."""
    for group in look.entering(stage.groups):
        if not look.fleet.complete(group):
            healthy = look.fleet.healthy(group)
            return f"{group.version} to be healthy: {healthy} of {group.instances} instances are"
    return ""


def _resting(progress: Progress) -> bool:
    return progress.paused or bool(progress.held)


# --- the parts of a stage ------------------------------------------------------------------


def _scale(look: Look, progress: Progress, stage: Stage, ready: bool) -> Progress:
    if _resting(progress):
        return progress
    groups = _both(progress.desired.groups, stage.groups)
    progress = replace(progress, desired=replace(progress.desired, groups=groups))
    if not ready:
        return progress
    served = dict.fromkeys((*progress.served, *_answering(stage.traffic)))
    return replace(
        entered(progress, look),
        part="route",
        intended=stage.traffic,
        served=tuple(served),
        restarts=restarts(look.fleet, stage.groups),
    )


def _route(look: Look, progress: Progress, stage: Stage, ready: bool) -> Progress:
    if ready and not look.routed(progress):
        return waiting(look, progress, "the router to send traffic so")
    if not ready or _resting(progress):
        return progress
    shrunk = replace(progress.desired, groups=stage.groups)
    progress = replace(entered(progress, look), part="bake", desired=shrunk)
    if stage.promoted:
        return effects.tell(look.plan, progress, "switched", stage.title)
    if stage.until == "person":
        return effects.tell(look.plan, progress, "asks", f"{stage.title}: promote it?")
    return progress


def _bake(look: Look, progress: Progress, stage: Stage, ready: bool) -> Progress:
    if not ready:
        return progress
    if stage.alone and look.fleet.strangers(stage.groups):
        return waiting(look, progress, "the other instances to stop")
    progress = passing(look, replace(progress, lagging=0.0, stuck=""), stage)
    if progress.phase != "stages" or progress.waiting or _resting(progress):
        return progress
    return _next(look, progress)


def _next(look: Look, progress: Progress) -> Progress:
    course = look.course(progress)
    index = progress.stage + 1
    while progress.full and index < len(course) - 1 and course[index].optional:
        index += 1
    progress = effects.dropped(entered(progress, look), "smoke")
    if index < len(course):
        return replace(progress, stage=index, part="scale", skip=False)
    return replace(progress, phase="after", skip=False, hook=0)


def _both(now: tuple[Group, ...], wanted: tuple[Group, ...]) -> tuple[Group, ...]:
    """Every group of either, as strong as in the stronger: nothing shrinks yet."""
    strongest = {group.name: group for group in now}
    for group in wanted:
        there = strongest.get(group.name)
        if there is None or there.instances < group.instances:
            strongest[group.name] = group
    return tuple(strongest.values())


def _answering(traffic: Traffic) -> tuple[str, ...]:
    return (*traffic.shares, *(match.group for match in traffic.matches))


_PARTS = {"scale": _scale, "route": _route, "bake": _bake}
