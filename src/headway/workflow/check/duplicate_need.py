"""The same job twice in `needs`."""

from __future__ import annotations

from headway.workflow.check.base import items, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "duplicate-need"
SUMMARY = "A job is named twice in needs."


def check(subject: Subject) -> Iterator[Problem]:
    for job in subject.jobs:
        seen: set[str] = set()
        for need in items(job.get("needs")):
            name = text_of(need).lower()
            if name in seen:
                yield subject.warning(
                    ID, f'"{need.value}" is in needs already', need, hint="remove it"
                )
            seen.add(name)
