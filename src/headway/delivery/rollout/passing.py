"""When a stage has lasted long enough: tests, time, the analysis, a person."""

from __future__ import annotations

from msgspec.structs import replace

from headway.delivery.assessment import Assessment
from headway.delivery.rollout import effects
from headway.delivery.rollout.back import go_back
from headway.delivery.rollout.look import Look, entered
from headway.delivery.rollout.progress import Effect, Progress
from headway.delivery.rollout.stage import Stage
from headway.units import elapsed

NOTHING = Assessment(answer="inconclusive", reasons=("there is no analysis",))


def passing(look: Look, progress: Progress, stage: Stage) -> Progress:
    """What the stage waits for is in `waiting`, empty when it has passed; or the way back, or
    a hold."""
    if stage.until == "smoke":
        return _tests(look, progress, stage)
    if progress.paused or progress.held:
        return progress
    if progress.skip or (progress.full and not stage.promoted):
        return progress
    if progress.winner and stage.until in ("winner", "person"):
        return progress
    if stage.until == "person":
        return replace(progress, asks=True, waiting=f"a person to promote {stage.title}")
    if stage.until in ("analysis", "winner"):
        return _answer(look, progress, stage)
    return _time(look, progress, stage)


# --- time ----------------------------------------------------------------------------------


def _time(look: Look, progress: Progress, stage: Stage) -> Progress:
    if progress.spent >= stage.pause:
        return progress
    why = "the old version stays warm" if stage.promoted else "its time"
    return _until(look, progress, stage.pause, why)


def _until(look: Look, progress: Progress, limit: float | None, waiting: str) -> Progress:
    deadline = None if limit is None else look.now + limit - progress.spent
    return replace(progress, waiting=waiting, deadline=deadline)


# --- the analysis --------------------------------------------------------------------------


def _answer(look: Look, progress: Progress, stage: Stage) -> Progress:
    """`rollback` has been acted on before, wherever the rollout is."""
    assessment = look.seen.assessment or NOTHING
    experiment = stage.until == "winner"
    if assessment.answer == "promote":
        return _won(look, progress, assessment) if experiment else progress
    why = assessment.reasons[0] if assessment.reasons else assessment.answer
    if progress.spent < stage.pause:
        return _until(look, progress, stage.pause, f"its time; the analysis so far: {why}")
    if assessment.answer == "continue" and not experiment:
        return progress
    if stage.at_most is None or progress.spent < stage.at_most:
        what = "a winner" if experiment else "the analysis to have an answer"
        return _until(look, progress, stage.at_most, f"{what}: {why}")
    return _undecided(look, progress, why)


def _undecided(look: Look, progress: Progress, why: str) -> Progress:
    then = look.plan.settings.analysis.inconclusive.then
    reason = f"after {elapsed(progress.spent)} the analysis has no answer: {why}"
    if then == "promote":
        return replace(progress, unproven=True, reason=f"{reason}; promoted unproven, as set")
    if then == "rollback":
        return go_back(look, progress, reason, "rolled_back")
    held = replace(progress, held=reason, deadline=None)
    return effects.tell(look.plan, held, "held", reason)


def _won(look: Look, progress: Progress, assessment: Assessment) -> Progress:
    why = assessment.reasons[0] if assessment.reasons else "the experiment has a winner"
    return decided(look, progress, assessment.winner, why)


def decided(look: Look, progress: Progress, winner: str, why: str) -> Progress:
    """An experiment is over: for the old version that is the way back, without any harm."""
    if look.plan.old is not None and winner == look.plan.old.name:
        return go_back(look, progress, why, "ended")
    return replace(progress, winner=winner or look.plan.new.name, reason=why)


# --- tests ---------------------------------------------------------------------------------


def _tests(look: Look, progress: Progress, stage: Stage) -> Progress:
    """All at once; none when a version returns that has served before."""
    plan, results = look.plan, look.seen.results
    group = stage.traffic.preview
    tests = () if plan.returning else plan.settings.smoke
    wanted = [effects.smoke(plan, progress, group, test) for test in tests]
    new = not {e.key for e in wanted} <= {e.key for e in progress.effects}
    if wanted and new:
        progress = effects.asked(replace(entered(progress, look), held=progress.held), *wanted)
    open_: list[Effect] = []
    for effect, test in zip(wanted, tests, strict=True):
        found = effects.result(effect, test.timeout * test.attempts, progress, results)
        if found is None:
            open_.append(effect)
        elif not found.ok:
            why = f"smoke test {test.name} failed" + (f": {found.text}" if found.text else "")
            return go_back(look, progress, why, "rolled_back")
    if not open_:
        return progress
    return replace(progress, waiting="smoke tests: " + ", ".join(e.name for e in open_))
