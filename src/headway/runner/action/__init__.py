"""Actions: what a `uses:` names, and how each kind of action is carried out."""

from __future__ import annotations

import os

import headway.runner.action.builtin as builtin
from headway.errors import HeadwayError
from headway.runner.run import find_action_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from headway.runner.action.remote import Found
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

    Raises HeadwayError when there is no such action, InvalidFile when its file is wrong.
    """
    replaced = (*job.run.options.without_builtin, *(builtin.HOST_ONLY if job.sandbox else ()))
    if builtin.chosen(uses, replaced):
        from headway.runner.action.host import BuiltIn

        module = builtin.find(uses)
        assert module is not None
        return BuiltIn(module, uses)
    if uses.startswith("docker://"):
        from headway.runner.action.docker import image_action

        return image_action(uses)
    root = level.origin or job.run.repository.root
    folder = action_folder(uses, job.directory, root)
    if folder is None:
        return _remote(job, level, uses)
    metadata = find_action_file(folder)
    if metadata is None:
        raise HeadwayError(
            f"uses: {uses}: no action.yml or action.yaml in {folder}",
            hint="a local action's path starts at the workspace; is it checked out by then?",
        )
    about = _of_this_repository(job, level) if uses.startswith("$/") else {}
    return _of_kind(job, level, metadata, folder, root, about)


def _of_this_repository(job: Job, level: Level) -> dict[str, str]:
    """What `$/` stands for, in the words of the github context."""
    known = level.contexts["github"]
    if level.caller is not None and known.get("action_repository"):
        return {name: known[name] for name in ("action_repository", "action_ref")}
    origin = job.instance.workflow.origin
    if origin is not None:
        return {"action_repository": origin.repository, "action_ref": origin.ref}
    return {"action_repository": known["repository"], "action_ref": known["sha"]}


def _remote(job: Job, level: Level, uses: str) -> Prepared:
    from headway.runner.action.metadata import find_metadata

    found = job.run.remote().get(uses)
    metadata = find_action_file(find_metadata(found))
    assert metadata is not None
    root = own_copy(job, found)
    folder = os.path.normpath(os.path.join(root, found.reference.path))
    about = {"action_repository": found.reference.slug, "action_ref": found.reference.ref}
    identity = f"{found.reference.repository}/{found.reference.path}@{found.commit}"
    return _of_kind(job, level, metadata, folder, root, about, identity if found.commit else "")


def _of_kind(
    job: Job,
    level: Level,
    metadata: str,
    folder: str,
    root: str,
    about: Mapping[str, str],
    identity: str = "",
) -> Prepared:
    """`root` is the folder of the action's repository, `about` goes into the github context.

    `identity` stands for the folder's content, if that never changes.
    """
    if metadata.endswith("Dockerfile"):
        from headway.runner.action.docker import folder_action

        return folder_action(folder, about, identity)
    action = job.run.action(metadata)
    if action.using == "composite":
        from headway.runner.action.composite import Composite

        return Composite(job, level, action, folder, root, about)
    if action.using == "docker":
        from headway.runner.action.docker import Docker

        return Docker(action, folder, about, identity)
    from headway.runner.action.javascript import JavaScript

    return JavaScript(action, folder, about)


def own_copy(job: Job, found: Found) -> str:
    """The job's own copy of a repository, as on GitHub: what an action writes beside itself
    is gone with the job. A folder that the user named is taken as it is, unless the job's
    container could not see it."""
    if not found.commit and job.sandbox is None:
        return found.folder
    reference = found.reference
    folder = os.path.join(job.folder, "_actions", reference.repository.partition("/")[2])
    folder = os.path.join(folder, reference.ref.replace("/", "_"))
    with job.copying:
        if not os.path.isdir(folder):
            from headway.runner.copying import copy_all

            copy_all(found.folder, folder + ".part")
            os.rename(folder + ".part", folder)
    return folder


def action_folder(uses: str, workspace: str, root: str) -> str | None:
    """The folder of a local action; None when `uses` is not local.

    `./path` starts at the workspace; `$/path` at the repository that the workflow (or, in an
    action, the action) is from.
    """
    path = uses.partition("@")[0]
    if path.startswith("$/"):
        return os.path.normpath(os.path.join(root, path[2:]))
    if path in (".", "..") or path.startswith(("./", "../")):
        return os.path.normpath(os.path.join(workspace, path))
    return None
