"""Versions of GitHub's own actions that no longer work."""

from __future__ import annotations

from headway.workflow.check import action_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "retired-action"
SUMMARY = "A version of an action that GitHub has switched off."

# Action → (last major version that fails, since when, a version that works). GitHub's
# changelog: "Deprecation notice: v3 of the artifact actions", "Notice of upcoming
# deprecations and changes in GitHub Actions services" (cache).
RETIRED = {
    "actions/upload-artifact": (3, "January 2025", "v4"),
    "actions/download-artifact": (3, "January 2025", "v4"),
    "actions/cache": (2, "March 2025", "v4"),
}


def check(subject: Subject) -> Iterator[Problem]:
    for _, step in subject.steps():
        ref, scalar = action_ref.parse(step.uses), step.get("uses")
        if ref is None or scalar is None or ref.name not in RETIRED or not ref.major:
            continue
        last, since, instead = RETIRED[ref.name]
        if ref.major <= last:
            yield subject.warning(
                ID,
                f"{ref.name} {ref.ref} was switched off in {since}: the step fails on GitHub",
                scalar,
                hint=f"use {ref.name}@{instead} or newer; its inputs may differ",
            )
