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
    from collections.abc import Mapping

    from headway.runner.job import Job
    from headway.runner.step import Step
    from headway.workflow.expression import Condition
    from headway.workflow.model import Action, Map

DEEPEST = 10  # composite actions in each other, GitHub's limit


class Composite:
    """A composite action for one step. `origin` is the folder that `$/` in it stands for."""

    has_post = False
    pre_if: Condition | None = None
    post_if: Condition | None = None

    def __init__(
        self,
        job: Job,
        level: Level,
        action: Action,
        folder: str,
        origin: str,
        about: Mapping[str, str],
    ) -> None:
        if len(level.ancestors()) > DEEPEST:
            raise HeadwayError(f"composite actions are nested more than {DEEPEST} deep: {folder}")
        self._action = action
        self._folder = folder
        self._origin = origin
        self._about = about
        self._plans: dict[int, steps.Plan] = {}
        self._early = self._with_pre(job, level) if about else []
        self.has_pre = bool(self._early)

    def _with_pre(self, job: Job, level: Level) -> list[int]:
        """Which steps use an action with a pre step.

        Only in an action of another repository, as on GitHub: a local one isn't known before
        the step that uses it.
        """
        github = {**level.contexts["github"], **self._about}
        contexts = {**level.contexts, "github": github}
        inner = Level(contexts, level.effects, caller=level, origin=self._origin)
        found = []
        for index, model in enumerate(self._action.steps):
            if model.uses is None or model.uses.startswith("./"):
                continue
            plan = self._plans[index] = steps.Plan(job, inner, model)
            if plan.action is not None and plan.action.has_pre:
                found.append(index)
        return found

    def run_pre(self, step: Step, with_: Map) -> None:
        level = self._level(step, with_)
        for index in self._early:
            self._plan(step, level, index).pre()
        self._end(step, level)

    def run_post(self, step: Step, with_: Map) -> None:
        raise AssertionError("its steps' post steps are registered one by one")

    def run_main(self, step: Step, with_: Map) -> None:
        """Runs the steps in order and takes the outputs, also of a failed action."""
        level = self._level(step, with_)
        plans = [self._plan(step, level, index) for index in range(len(self._action.steps))]
        steps.run_level(step.job, level, plans)
        scope = step.job.scope(level)
        for name, output in self._action.outputs.items():
            step.outputs[name] = to_text(resolve(output.value, scope))
        self._end(step, level)

    def _plan(self, step: Step, level: Level, index: int) -> steps.Plan:
        """One for a step's pre and main: what the one saves the other finds."""
        plan = self._plans.get(index)
        if plan is None:
            plan = self._plans[index] = steps.Plan(step.job, level, self._action.steps[index])
        plan.level = level
        return plan

    @staticmethod
    def _end(step: Step, level: Level) -> None:
        if level.failed:
            raise Failed(level.first_failure)
        if step.stopped:
            raise Failed("cancelled")

    def _level(self, step: Step, with_: Map) -> Level:
        contexts = dict(step.contexts)
        contexts["inputs"] = inputs.complete(step, with_, self._action.inputs)
        contexts["github"] = {
            **contexts["github"],
            **_NOWHERE,
            **self._about,
            "action_path": step.job.inside(self._folder),
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
            origin=self._origin,
        )


_NOWHERE = {"action_repository": "", "action_ref": ""}  # of a local action
