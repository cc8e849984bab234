"""Inputs under `with` that the action doesn't have: they are silently ignored."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check.base import pairs
from headway.workflow.check.known_action import inputs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "unknown-action-input"
SUMMARY = "An action gets an input that it doesn't have, and ignores it."


def check(subject: Subject) -> Iterator[Problem]:
    for _, step in subject.steps():
        given = pairs(step.get("with"))
        known = inputs_of(subject, step) if given and step.uses else None
        if known is None:
            continue
        names = {name.lower() for name in known}
        for key, _ in given:
            if key.value.lower() not in names:
                yield subject.warning(
                    ID,
                    f'{step.uses} has no input "{key.value}" and ignores it',
                    key,
                    hint=did_you_mean(key.value, known) or "it has no inputs at all",
                )
