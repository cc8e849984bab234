"""Keeps a workflow that has secrets from checking out a fork's code by mistake.

Source: actions/checkout, "allow-unsafe-pr-checkout" (versions 4 to 7): it refuses the head of
a fork's pull request in workflows started by pull_request_target or workflow_run.
"""

from __future__ import annotations

import re

from headway.runner.action.builtin.base import ActionFailed, loose_flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.runner.action.builtin.base import ActionContext


def check_fork(context: ActionContext, slug: str, ref: str) -> None:
    """Raises ActionFailed when `slug` or `ref` is a fork's and that wasn't allowed."""
    event = str(context.github.get("event_name") or "")
    if loose_flag(context, "allow-unsafe-pr-checkout"):
        return
    if event == "pull_request_target":
        pull = _get(context.event, "pull_request")
        head = _get(pull, "head", "repo")
        commits = [_get(pull, "head", "sha"), _get(pull, "merge_commit_sha")]
    elif event == "workflow_run":
        run = _get(context.event, "workflow_run")
        if not str(_get(run, "event") or "").startswith("pull_request"):
            return
        head = _get(run, "head_repository")
        commits = [_get(run, "head_commit", "id")]
        if _get(run, "event") != "pull_request_target":
            commits.append(_get(run, "head_sha"))
    else:
        return
    base, fork = _get(context.event, "repository", "id"), _get(head, "id")
    if not isinstance(base, int) or not isinstance(fork, int) or base == fork:
        return
    named = str(_get(head, "full_name") or "").lower() == slug.lower()
    pulled = re.fullmatch(r"refs/pull/\d+/(head|merge)", ref)
    if named or pulled or ref.lower() in [str(c).lower() for c in commits if c]:
        raise ActionFailed(
            f"Refusing to check out fork pull request code from a '{event}' workflow: it would "
            "run with this repository's secrets. If that has been thought through, set "
            "'allow-unsafe-pr-checkout: true' on the step."
        )


def _get(data: Any, *names: str) -> Any:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data
