"""Files of the repository used before anything has checked it out."""

from __future__ import annotations

import re

from headway.workflow.check import action_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Step, Subject

ID = "checkout-first"
SUMMARY = "A file of the repository is used before the repository is checked out."

# The first word of a command, or the script that an interpreter is given.
_FILE = re.compile(
    r"(?:^|[;&|(]|&&)[ \t]*(?:(?:ba|z)?sh[ \t]+|python3?[ \t]+|node[ \t]+|source[ \t]+)?"
    r"((?:\./)?[\w.-]+(?:/[\w.-]+)+|\./[\w.-]+)(?=[\s;&|)]|$)",
    re.MULTILINE,
)
_BRINGS = re.compile(r"\b(?:git|gh|hg|svn|curl|wget|tar|unzip|rsync|scp|cd|pushd|docker)\b")
_SETUP = ("actions/setup-", "actions/cache")  # actions that put no files into the workspace


def check(subject: Subject) -> Iterator[Problem]:
    if subject.workflow is None:
        return
    for job in subject.jobs:
        for step in job.steps:
            if step.uses:
                scalar = step.get("uses")
                if step.uses.startswith("./") and scalar is not None:
                    yield subject.warning(
                        ID,
                        f"{step.uses} is used before the repository is checked out",
                        scalar,
                        hint="put a step with uses: actions/checkout before it",
                    )
                if not step.uses.lower().startswith(_SETUP):
                    break
            elif step.run:
                if _BRINGS.search(step.run):
                    break
                yield from _script(subject, step)


def _script(subject: Subject, step: Step) -> Iterator[Problem]:
    scalar = step.get("run")
    if subject.files is None or scalar is None or step.get("working-directory") is not None:
        return
    for found in _FILE.finditer(step.run):
        path = action_ref.local(found[1] if found[1].startswith("./") else f"./{found[1]}")
        if path and subject.files(path) is not None:
            yield subject.warning(
                ID,
                f"{found[1]} is used before the repository is checked out",
                scalar,
                found.start(1),
                hint="put a step with uses: actions/checkout before it",
                length=len(found[1]),
            )
