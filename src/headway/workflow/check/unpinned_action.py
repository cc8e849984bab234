"""Somebody else's action at a name that its owner, or a thief, can move."""

from __future__ import annotations

from headway.workflow.check import action_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject
    from headway.workflow.source import Node

ID = "unpinned-action"
SUMMARY = "A third-party action, or a branch of any action, that can change at any time."


def check(subject: Subject) -> Iterator[Problem]:
    seen: dict[str, list[Node]] = {}
    for job in subject.jobs:
        for owner in (job, *job.steps):
            scalar = owner.get("uses")
            if scalar is not None and owner.uses:
                seen.setdefault(owner.uses, []).append(scalar)
    for uses, places in seen.items():
        ref = action_ref.parse(uses)
        message = _message(ref) if ref is not None else ""
        if message:
            also = f" (used {len(places)} times in this file)" if len(places) > 1 else ""
            hint = "pin the full commit SHA: it can't be moved; name the version in a comment"
            yield subject.warning(ID, message + also, places[0], hint=hint)


def _message(ref: action_ref.ActionRef) -> str:
    """GitHub's "Secure use" page: a full SHA, or a tag if you trust its creator."""
    if ref.is_pinned:
        return ""
    if not ref.is_version:
        return f'"{ref.ref}" of {ref.name} is a branch: its code can change between two runs'
    if ref.owner in action_ref.GITHUB:
        return ""
    return f'"{ref.ref}" of {ref.name} is a tag that can be moved to other code'
