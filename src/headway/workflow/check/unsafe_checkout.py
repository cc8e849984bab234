"""Code of a pull request checked out where secrets and a write token are at hand."""

from __future__ import annotations

from headway.workflow.check.mention import mentions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject
    from headway.workflow.source import Node

ID = "unsafe-checkout"
SUMMARY = "Code from a pull request is checked out in a workflow that has secrets."

_PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment")
_HEADS = (
    ("github", "head_ref"),
    ("github", "event", "pull_request", "head"),
    ("github", "event", "workflow_run", "head_sha"),
    ("github", "event", "workflow_run", "head_branch"),
    ("github", "event", "workflow_run", "head_commit"),
    ("github", "event", "workflow_run", "head_repository"),
    ("github", "event", "pull_request", "merge_commit_sha"),
)


def check(subject: Subject) -> Iterator[Problem]:
    if subject.workflow is None:
        return
    events = [t.event for t in subject.workflow.on if t.event in _PRIVILEGED]
    if not events:
        return
    for _, step in subject.steps():
        if not step.uses.lower().startswith("actions/checkout@"):
            continue
        for name in ("ref", "repository"):
            scalar = step.input(name)
            if scalar is not None and _is_head(subject, scalar):
                yield subject.warning(
                    ID,
                    f"this checks out code from a pull request, and {events[0]} runs with the"
                    " repository's secrets and a token that can write",
                    scalar,
                    hint="use pull_request for what runs the code; keep this workflow for what"
                    " only labels or comments",
                )
                break


def _is_head(subject: Subject, scalar: Node) -> bool:
    if scalar.kind != "str":
        return False
    if scalar.value.startswith("refs/pull/"):
        return True
    named = [
        tuple(name.lower() for name in mention.names)
        for use in subject.uses
        if use.scalar is scalar
        for mention in mentions(use)
    ]
    return any(names[: len(head)] == head for names in named for head in _HEADS)
