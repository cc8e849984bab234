"""A registry's password written into the file."""

from __future__ import annotations

from headway.workflow.check.base import get, is_static, pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject
    from headway.workflow.source import Node

ID = "hardcoded-password"
SUMMARY = "A registry's password stands in the file."


def check(subject: Subject) -> Iterator[Problem]:
    for job in subject.jobs:
        containers: list[Node | None] = [job.get("container")]
        containers += [service for _, service in pairs(job.get("services"))]
        for container in containers:
            password = get(get(container, "credentials"), "password")
            if password is not None and password.kind == "str" and is_static(password.value):
                yield subject.warning(
                    ID,
                    "the password stands in the file for everybody who can read it",
                    password,
                    hint="keep it as a secret: ${{ secrets.REGISTRY_PASSWORD }}",
                )
