"""The judge of a rollout, by its plan: the same for the engine, for live views and for replays."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from headway.delivery.analysis.assessment import Assessment
from headway.delivery.analysis.judge import Judge, Sample, judge, replay
from headway.delivery.analysis.settings import Analysis, Experiment
from headway.delivery.plan import Plan


def judge_of(plan: Plan) -> Judge:
    """Nothing seen yet."""
    return judge(*_terms(plan))


def replay_of(plan: Plan, samples: Iterable[Sample]) -> list[Assessment]:
    """What was said at each sample."""
    return replay(samples, *_terms(plan))


def _terms(plan: Plan) -> tuple[Analysis, str, tuple[str, ...]]:
    """Settings, and the groups of an experiment: the old version's first."""
    settings = plan.settings.analysis
    if plan.strategy != "ab" or plan.old is None or plan.settings.ab.until != "analysis":
        return settings, "", ()
    test = settings.experiment or Experiment()
    groups = tuple(group.name for group in plan.entering)
    return replace(settings, experiment=test), plan.old.name, groups
