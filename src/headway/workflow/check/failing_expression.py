"""Calls of functions that fail whenever they are evaluated."""

from __future__ import annotations

from headway.workflow.expression import sure_failures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "failing-expression"
SUMMARY = "An expression that fails every time it is evaluated."


def check(subject: Subject) -> Iterator[Problem]:
    for use in subject.uses:
        for failure in sure_failures(use.tree):
            yield subject.warning(
                ID,
                f"this always fails: {failure.message}",
                use.scalar,
                use.start + failure.offset,
                hint=failure.hint,
                length=failure.length,
            )
