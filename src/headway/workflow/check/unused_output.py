"""Job outputs that nobody reads."""

from __future__ import annotations

from headway.workflow.check.base import pairs
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "unused-output"
SUMMARY = "A job sets an output that no other job reads."


def check(subject: Subject) -> Iterator[Problem]:
    read = _read(subject)
    for job in subject.jobs:
        for key, _ in pairs(job.get("outputs")):
            if not any(_covers(names, job.id.lower(), key.value.lower()) for names in read):
                yield subject.warning(
                    ID,
                    f'no job reads the output "{key.value}" of "{job.id}"',
                    key,
                    hint=f"remove it, or read needs.{job.id}.outputs.{key.value} in a job that"
                    f" needs {job.id}",
                )


def _read(subject: Subject) -> set[tuple[str, str, str]]:
    """Job, "outputs" and output, for every mention; ANY where a mention doesn't say."""
    mentions = subject.mentions("needs") + subject.mentions("jobs")
    return {tuple(m.name(i) or ANY for i in (1, 2, 3)) for m in mentions}  # type: ignore[misc]


def _covers(names: tuple[str, str, str], job: str, output: str) -> bool:
    return all(
        name in (ANY, wanted) for name, wanted in zip(names, (job, "outputs", output), strict=True)
    )
