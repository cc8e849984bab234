"""`matrix.x` that the job's matrix hasn't."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check.base import get, items, pairs
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Subject

ID = "unknown-matrix"
SUMMARY = "An expression reads a matrix value that doesn't exist: it is always empty."


def check(subject: Subject) -> Iterator[Problem]:
    if subject.workflow is None:
        return
    for mention in subject.mentions("matrix"):
        name, job = mention.name(1), mention.use.job
        known = names(job) if job is not None else None
        if name in ("", ANY) or known is None or name in {k.lower() for k in known}:
            continue
        yield subject.about(
            ID,
            f'the matrix has no "{mention.names[1]}", so {mention} is always empty',
            mention,
            hint=did_you_mean(name, known) or "the job has no matrix",
        )


def names(job: Job) -> list[str] | None:
    """What the matrix of a job gives names to; None when only a run can tell."""
    matrix = get(job.get("strategy"), "matrix")
    if matrix is None:
        return []
    include = get(matrix, "include")
    if matrix.kind != "map" or (include is not None and include.kind != "seq"):
        return None
    found = [key.value for key, _ in pairs(matrix) if key.value not in ("include", "exclude")]
    for item in items(include):
        if item.kind != "map":
            return None
        found += [key.value for key, _ in pairs(item)]
    return found if not any("${{" in name for name in found) else None
