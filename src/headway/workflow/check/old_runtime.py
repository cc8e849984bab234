"""Actions for versions of Node that GitHub's runners no longer have."""

from __future__ import annotations

from headway.workflow.check import action_ref
from headway.workflow.check.base import get
from headway.workflow.check.retired_action import RETIRED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "old-runtime"
SUMMARY = "An action made for node12 or node16, which GitHub's runners no longer have."

# GitHub's actions → the first major version for node20 or newer, from their action.yml files.
FIRST_FOR_NODE20 = {
    "actions/cache": 4,
    "actions/checkout": 4,
    "actions/configure-pages": 4,
    "actions/deploy-pages": 3,
    "actions/github-script": 7,
    "actions/labeler": 5,
    "actions/setup-dotnet": 4,
    "actions/setup-go": 5,
    "actions/setup-java": 4,
    "actions/setup-node": 4,
    "actions/setup-python": 5,
    "actions/stale": 9,
    "github/codeql-action": 3,
}
_GONE = ("node12", "node16")


def check(subject: Subject) -> Iterator[Problem]:
    yield from _metadata(subject)
    for _, step in subject.steps():
        ref, scalar = action_ref.parse(step.uses), step.get("uses")
        if ref is None or scalar is None or not ref.major:
            continue
        first = FIRST_FOR_NODE20.get(ref.name, 0)
        if ref.major < first and ref.major > RETIRED.get(ref.name, (0,))[0]:
            yield subject.warning(
                ID,
                f"{ref.name} {ref.ref} is made for a Node that GitHub's runners no longer have;"
                " they run it with a newer one",
                scalar,
                hint=f"use {ref.name}@v{first} or newer",
            )


def _metadata(subject: Subject) -> Iterator[Problem]:
    """An action of the repository's own."""
    using = get(get(subject.root, "runs"), "using")
    if subject.action is not None and using is not None and using.value in _GONE:
        yield subject.warning(
            ID,
            f"GitHub's runners no longer have {using.value}; they use a newer Node for it",
            using,
            hint="write node20 or node24, and try the action with it",
        )
