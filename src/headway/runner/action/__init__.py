"""Actions: what a `uses:` names, and how each kind of action is carried out."""

from __future__ import annotations

import os

import headway.runner.action.builtin as builtin
from headway.errors import HeadwayError
from headway.runner.run import find_action_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from headway.runner.job import Job
    from headway.runner.level import Level
    from headway.runner.step import Step
    from headway.workflow.expression import Condition
    from headway.workflow.model import Map

    class Prepared(Protocol):
        """An action that can be run: pre, main and post, each at most once for a step.

        `with_` is the step's own, still to be evaluated. Each raises Failed, HeadwayError.
        """

        has_pre: bool
        has_post: bool
        pre_if: Condition | None
        post_if: Condition | None

        def run_pre(self, step: Step, with_: Map) -> None: ...
        def run_main(self, step: Step, with_: Map) -> None: ...
        def run_post(self, step: Step, with_: Map) -> None: ...


JAVASCRIPT = ("node12", "node16", "node20", "node24")


def prepare(job: Job, level: Level, uses: str) -> Prepared:
    """What a `uses:` stands for, in a job with its workspace.

    Raises HeadwayError when there is no such action here, InvalidFile when its file is wrong.
    """
    module = builtin.find(uses)
    if module is not None:
        from headway.runner.action.host import BuiltIn

        return BuiltIn(module, uses)
    folder = action_folder(uses, job.directory, job.run.repository.root)
    if folder is None:
        raise HeadwayError(f"uses: {uses}: {UNSUPPORTED}")
    metadata = find_action_file(folder)
    if metadata is None:
        raise HeadwayError(
            f"uses: {uses}: no action.yml or action.yaml in {folder}",
            hint="a local action's path starts at the workspace; is it checked out by then?",
        )
    if metadata.endswith("Dockerfile"):
        raise HeadwayError(f"uses: {uses}: {DOCKER}")
    action = job.run.action(metadata)
    if action.using == "composite":
        from headway.runner.action.composite import Composite

        return Composite(job, level, action, folder)
    if action.using in JAVASCRIPT:
        from headway.runner.action.javascript import JavaScript

        return JavaScript(action, folder)
    raise HeadwayError(f"uses: {uses}: {DOCKER if action.using == 'docker' else action.using}")


UNSUPPORTED = "actions from other repositories are not supported yet, but for the built-in ones"
DOCKER = "Docker actions are not supported yet"


def action_folder(uses: str, workspace: str, root: str) -> str | None:
    """The folder of a local action; None when `uses` is not local.

    `./path` starts at the workspace; `$/path` at the repository that the workflow is from.
    """
    path = uses.partition("@")[0]
    if path.startswith("$/"):
        return os.path.normpath(os.path.join(root, path[2:]))
    if path == "." or path.startswith(("./", "../")):
        return os.path.normpath(os.path.join(workspace, path))
    return None
