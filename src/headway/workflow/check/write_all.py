"""A token that may do everything."""

from __future__ import annotations

from headway.workflow.check.base import get, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "write-all"
SUMMARY = "The token gets every permission."


def check(subject: Subject) -> Iterator[Problem]:
    for owner in (subject.root, *(job.node for job in subject.jobs)):
        permissions = get(owner, "permissions")
        if permissions is not None and text_of(permissions) == "write-all":
            yield subject.warning(
                ID,
                "the token gets every permission, and so does every action that is used",
                permissions,
                hint='name what is needed, such as "contents: read"',
            )
