"""A matrix that makes the same job several times."""

from __future__ import annotations

from headway.workflow.check.base import get, pairs
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Subject

ID = "unused-matrix"
SUMMARY = "No expression reads a matrix value: the job only runs several times alike."


def check(subject: Subject) -> Iterator[Problem]:
    for job in subject.jobs:
        matrix = get(job.get("strategy"), "matrix")
        read = _read(subject, job)
        if ANY in read:
            continue
        for key, values in pairs(matrix):
            if key.value.lower() in ("include", "exclude") or values.kind != "seq":
                continue
            if key.value.lower() not in read and len(values.value) > 1:
                yield subject.warning(
                    ID,
                    f"nothing reads matrix.{key.value}: its {len(values.value)} jobs do the same",
                    key,
                    hint=f"use ${{{{ matrix.{key.value} }}}} in the job, or remove it",
                )


def _read(subject: Subject, job: Job) -> set[str]:
    """The names that the job reads; ANY when it reads the matrix as a whole."""
    inside = [m for m in subject.mentions("matrix") if m.use.job is job]
    # What an expression in the matrix itself may add can't be told from here.
    return {m.name(1) or ANY for m in inside}
