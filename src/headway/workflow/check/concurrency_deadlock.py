"""A job that waits for the concurrency group which its own run holds."""

from __future__ import annotations

from headway.workflow.check.base import get

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject
    from headway.workflow.source import Node

ID = "concurrency-deadlock"
SUMMARY = "A job is in the concurrency group of its own workflow."


def check(subject: Subject) -> Iterator[Problem]:
    held = _group(get(subject.root, "concurrency"))
    if subject.workflow is None or held is None:
        return
    for job in subject.jobs:
        wanted = _group(job.get("concurrency"))
        if wanted is not None and wanted.value.lower() == held.value.lower():
            yield subject.warning(
                ID,
                f'the run holds the concurrency group "{held.value}" already, so this job waits'
                " for itself and is cancelled",
                wanted,
                hint="give the job a group of its own",
            )


def _group(concurrency: Node | None) -> Node | None:
    """The name of the group; the same expression has the same value on both levels."""
    group = get(concurrency, "group") or concurrency
    return group if group is not None and group.kind == "str" else None
