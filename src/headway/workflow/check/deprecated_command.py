"""Workflow commands that GitHub has disabled or replaced by files."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "deprecated-command"
SUMMARY = "A workflow command that GitHub replaced by a file, or disabled."

_COMMAND = re.compile(r"::(?:(save-state|set-output|set-env)\s+name=|(add-path)::)", re.IGNORECASE)
_MENDS = {
    "save-state": ("is deprecated", 'echo "NAME=VALUE" >> "$GITHUB_STATE"'),
    "set-output": ("is deprecated", 'echo "NAME=VALUE" >> "$GITHUB_OUTPUT"'),
    "set-env": ("is disabled: the step fails", 'echo "NAME=VALUE" >> "$GITHUB_ENV"'),
    "add-path": ("is disabled: the step fails", 'echo "FOLDER" >> "$GITHUB_PATH"'),
}


def check(subject: Subject) -> Iterator[Problem]:
    for _, step in subject.steps():
        scalar = step.get("run")
        if scalar is None or scalar.kind != "str":
            continue
        for found in _COMMAND.finditer(scalar.value):
            line = scalar.value[scalar.value.rfind("\n", 0, found.start()) + 1 : found.start()]
            if line.lstrip().startswith("#"):
                continue
            name = (found[1] or found[2]).lower()
            state, mend = _MENDS[name]
            at = found.start(1 if found[1] else 2)
            yield subject.warning(
                ID,
                f"the workflow command {name} {state}",
                scalar,
                at,
                hint=f"write {mend}",
                length=len(name),
            )
