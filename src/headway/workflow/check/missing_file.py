"""Local actions and reusable workflows that the repository doesn't have."""

from __future__ import annotations

from headway.workflow.check import action_ref
from headway.workflow.check.known_action import metadata_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Subject

ID = "missing-file"
SUMMARY = "A local action or reusable workflow isn't in the repository."


def check(subject: Subject) -> Iterator[Problem]:
    if subject.files is None or subject.workflow is None:
        return  # in an action, ./ is the workspace of whoever uses it
    for job in subject.jobs:
        path, uses = action_ref.local(job.uses), job.get("uses")
        if path is not None and uses is not None and subject.files(path) is None:
            message = f'the repository has no file "{path}"'
            yield subject.error(ID, message, uses, hint="GitHub refuses the workflow without it")
        if not _brings_more(job):
            yield from _actions(subject, job)


def _actions(subject: Subject, job: Job) -> Iterator[Problem]:
    assert subject.files is not None
    for step in job.steps:
        folder, uses = action_ref.local(step.uses), step.get("uses")
        if folder is None or uses is None:
            continue
        paths = (*metadata_paths(folder), f"{folder}/Dockerfile")
        if all(subject.files(path) is None for path in paths):
            yield subject.warning(
                ID,
                f'the repository has no action in "{folder or "."}"',
                uses,
                hint=f"{paths[0]} is expected",
            )


def _brings_more(job: Job) -> bool:
    """Whether the job checks out another repository, or the same one elsewhere."""
    return any(
        "checkout" in step.uses.lower()
        and (step.input("path") is not None or step.input("repository") is not None)
        for step in job.steps
    )
