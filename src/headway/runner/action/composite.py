"""Composite actions: their steps run on a level of their own inside the calling step.

Source: "runs for composite actions" of GitHub's metadata syntax page.
"""

from __future__ import annotations

from headway.errors import HeadwayError
from headway.runner import steps
from headway.runner.action import inputs
from headway.runner.level import Level
from headway.runner.step import Failed
from headway.workflow.expression import resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.job import Job
    from headway.runner.step import Step
    from headway.workflow.expression import Condition
    from headway.workflow.model import Action, Map

DEEPEST = 10  # composite actions in each other, GitHub's limit


class Composite:
    """A composite action for one step."""

    has_pre = has_post = False
    pre_if: Condition | None = None
    post_if: Condition | None = None

    def __init__(self, job: Job, level: Level, action: Action, folder: str) -> None:
        if len(level.ancestors()) > DEEPEST:
            raise HeadwayError(f"composite actions are nested more than {DEEPEST} deep: {folder}")
        self._action = action
        self._folder = folder

    def run_pre(self, step: Step, with_: Map) -> None:
        raise AssertionError("composite actions have no pre step of their own")

    run_post = run_pre

    def run_main(self, step: Step, with_: Map) -> None:
        """Runs the steps in order and takes the outputs, also of a failed action."""
        level = self._level(step, with_)
        plans = [steps.Plan(step.job, level, model) for model in self._action.steps]
        steps.run_level(step.job, level, plans)
        scope = step.job.scope(level)
        for name, output in self._action.outputs.items():
            step.outputs[name] = to_text(resolve(output.value, scope))
        if level.failed:
            raise Failed(level.first_failure)
        if step.stopped:
            raise Failed("cancelled")

    def _level(self, step: Step, with_: Map) -> Level:
        contexts = dict(step.contexts)
        contexts["inputs"] = inputs.complete(step, with_, self._action.inputs)
        contexts["github"] = {
            **contexts["github"],
            "action_path": self._folder,
            "action_status": "success",
        }
        # Only the contexts that the metadata syntax page grants.
        for name in ("secrets", "needs", "vars"):
            contexts.pop(name, None)
        return Level(
            contexts,
            step.level.effects,
            env=step.level.env,
            overrides={**step.level.overrides, **step.env},
            parent=step.number,
            caller=step.level,
        )
