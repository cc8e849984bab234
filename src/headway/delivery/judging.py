"""The judge of a rollout, by its plan: the same for the engine, for live views and for replays."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from headway.delivery.analysis.assessment import Assessment
from headway.delivery.analysis.judge import Judge, Sample, judge
from headway.delivery.analysis.settings import Analysis, Experiment
from headway.delivery.rollout.plan import Plan


def judge_of(plan: Plan) -> Judge:
    """Nothing seen yet."""
    return judge(*_terms(plan))


def replay_of(plan: Plan, samples: Iterable[Sample]) -> list[Assessment]:
    """What was said at each sample: the same, always."""
    state, said = judge_of(plan), []
    for sample in samples:
        state = after(plan, state, sample)
        said.append(state.assess())
    return said


def after(plan: Plan, state: Judge, sample: Sample) -> Judge:
    """With one more sample. What is tried again is judged anew: by what it does this time."""
    if state.last is not None and state.last.attempt != sample.attempt:
        state = judge_of(plan)
    return state.observe(sample)


def _terms(plan: Plan) -> tuple[Analysis, str, tuple[str, ...]]:
    """Settings, and the groups of an experiment: the old version's first."""
    settings = plan.settings.analysis
    if plan.strategy != "ab" or plan.old is None or plan.settings.ab.until != "analysis":
        return settings, "", ()
    test = settings.experiment or Experiment()
    groups = tuple(group.name for group in plan.entering)
    return replace(settings, experiment=test), plan.old.name, groups
