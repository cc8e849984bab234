"""JavaScript actions: pre, main and post, each a program that Node runs.

Source: "runs for JavaScript actions" of GitHub's metadata syntax page.
"""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.runner import script
from headway.runner.action import inputs, node
from headway.runner.services import variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.runner.step import Step
    from headway.workflow.model import Action, Map


class JavaScript:
    """A JavaScript action for one step."""

    def __init__(self, action: Action, folder: str, about: Mapping[str, str]) -> None:
        self._action = action
        self._about = about
        self._folder = folder
        self.has_pre, self.has_post = bool(action.pre), bool(action.post)
        self.pre_if, self.post_if = action.pre_if, action.post_if

    def run_pre(self, step: Step, with_: Map) -> None:
        self._run(step, with_, self._action.pre)

    def run_main(self, step: Step, with_: Map) -> None:
        self._run(step, with_, self._action.main)

    def run_post(self, step: Step, with_: Map) -> None:
        self._run(step, with_, self._action.post)

    def _run(self, step: Step, with_: Map, file: str) -> None:
        path = os.path.normpath(os.path.join(self._folder, file))
        if not os.path.isfile(path):
            raise HeadwayError(
                f"{self._action.path}: {file} does not exist",
                hint="a JavaScript action's compiled files must be committed with it",
            )
        step.contexts["github"] = {**step.contexts["github"], **self._about}
        env = step.environment()
        given = inputs.complete(step, with_, self._action.inputs)
        env.update(inputs.variables(given))
        env.update({f"STATE_{name}": value for name, value in step.state.items()})
        env.update(variables.for_actions(step.job))
        env["GITHUB_ACTION_PATH"] = step.job.inside(self._folder)
        sandbox = step.job.sandbox
        if sandbox is not None:
            program = sandbox.node()
        else:
            program = node.for_action(step.job, self._action.using, env.get("PATH"))
        script.finish(step, step.program([program, path], env=env), given)
