"""The events that start workflows: their activity types and the filters they take.

From GitHub's "Events that trigger workflows" and the schema of its workflow parser. Pure
tables, shared by what reads `on:` and by what decides whether an event starts a workflow.
"""

from __future__ import annotations

_CHANGED = ("created", "edited", "deleted")
_PULL_REQUEST = (
    "assigned",
    "unassigned",
    "labeled",
    "unlabeled",
    "opened",
    "edited",
    "closed",
    "reopened",
    "synchronize",
    "converted_to_draft",
    "locked",
    "unlocked",
    "enqueued",
    "dequeued",
    "milestoned",
    "demilestoned",
    "ready_for_review",
    "review_requested",
    "review_request_removed",
    "auto_merge_enabled",
    "auto_merge_disabled",
    "stacked",
)
_ISSUES = (
    "opened",
    "edited",
    "deleted",
    "transferred",
    "pinned",
    "unpinned",
    "closed",
    "reopened",
    "assigned",
    "unassigned",
    "labeled",
    "unlabeled",
    "locked",
    "unlocked",
    "milestoned",
    "demilestoned",
    "field_added",
    "field_removed",
    "typed",
    "untyped",
)
_DISCUSSION = (
    *_CHANGED,
    "transferred",
    "pinned",
    "unpinned",
    "labeled",
    "unlabeled",
    "locked",
    "unlocked",
    "category_changed",
    "answered",
    "unanswered",
)

# Event → activity types; () where an event has none. repository_dispatch has its own: any.
EVENTS: dict[str, tuple[str, ...]] = {
    "branch_protection_rule": _CHANGED,
    "check_run": ("created", "rerequested", "completed", "requested_action"),
    "check_suite": ("completed",),
    "create": (),
    "delete": (),
    "deployment": (),
    "deployment_status": (),
    "discussion": _DISCUSSION,
    "discussion_comment": _CHANGED,
    "fork": (),
    "gollum": (),
    "image_version": ("created", "ready", "deleted"),
    "issue_comment": _CHANGED,
    "issues": _ISSUES,
    "label": _CHANGED,
    "merge_group": ("checks_requested",),
    "milestone": ("created", "closed", "opened", "edited", "deleted"),
    "page_build": (),
    "project": ("created", "closed", "reopened", "edited", "deleted"),
    "project_card": ("created", "moved", "converted", "edited", "deleted"),
    "project_column": ("created", "updated", "moved", "deleted"),
    "public": (),
    "pull_request": _PULL_REQUEST,
    "pull_request_comment": _CHANGED,
    "pull_request_review": ("submitted", "edited", "dismissed"),
    "pull_request_review_comment": _CHANGED,
    "pull_request_target": _PULL_REQUEST,
    "push": (),
    "registry_package": ("published", "updated"),
    "release": (
        "published",
        "unpublished",
        "created",
        "edited",
        "deleted",
        "prereleased",
        "released",
    ),
    "repository_dispatch": (),
    "schedule": (),
    "status": (),
    "watch": ("started",),
    "workflow_call": (),
    "workflow_dispatch": (),
    "workflow_run": ("requested", "completed", "in_progress"),
}

# GitHub's parser also knows these; its documentation does not, so they are never suggested.
UNDOCUMENTED = frozenset({"dynamic", "interactive_component", "member"})

# Without `types:` these start on only some of their types; every other event on all.
DEFAULT_TYPES: dict[str, tuple[str, ...]] = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}

_BRANCHES = ("branches", "branches-ignore")
_PATHS = ("paths", "paths-ignore")

# Event → filters it takes beside `types`.
FILTERS: dict[str, tuple[str, ...]] = {
    "image_version": ("names", "versions"),
    "merge_group": _BRANCHES,
    "pull_request": _BRANCHES + _PATHS,
    "pull_request_target": _BRANCHES + _PATHS,
    "push": (*_BRANCHES, "tags", "tags-ignore", *_PATHS),
    "workflow_run": ("workflows", *_BRANCHES),
}
