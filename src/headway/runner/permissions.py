"""What a job's token may do: `permissions` of the job, else of its workflow.

Source: "permissions" on GitHub's workflow syntax page. A token that is handed to Headway has
whatever rights it was made with; what can be done here is to withhold it where a workflow
says that nothing is allowed, and to give identity tokens only where they are asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.workflow.model import Job, Workflow


def effective(job: Job, workflow: Workflow) -> Mapping[str, str] | None:
    """Scope → none, read or write; None when nobody says, which leaves the default."""
    return workflow.permissions if job.permissions is None else job.permissions


def token(given: str, permissions: Mapping[str, str] | None) -> str:
    """The token that a job gets: none at all when every permission is taken away."""
    if permissions is None:
        return given
    useful = (level for scope, level in permissions.items() if scope != "id-token")
    return given if any(level != "none" for level in useful) else ""


def may_identify(permissions: Mapping[str, str] | None) -> bool:
    return permissions is not None and permissions.get("id-token") == "write"


def is_from_fork(github: Mapping[str, Any]) -> bool:
    """Whether a run is of a fork's pull request, which may only read; `github` is its context."""
    if github.get("event_name") not in ("pull_request", "pull_request_review"):
        return False
    names = []
    for side in ("head", "base"):
        found: Any = github.get("event")
        for name in ("pull_request", side, "repo", "full_name"):
            found = found.get(name) if isinstance(found, dict) else None
        names.append(str(found or "").lower())
    return names[0] != names[1]
