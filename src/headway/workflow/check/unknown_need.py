"""`needs.x` and `jobs.x` for a job that isn't there."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check.base import items, text_of
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Subject

ID = "unknown-need"
SUMMARY = "An expression reads a job that isn't in needs: it is always empty."


def check(subject: Subject) -> Iterator[Problem]:
    for mention in subject.mentions("needs"):
        name, job = mention.name(1), mention.use.job
        if name and name != ANY and job is not None and name not in needs(job):
            why, hint = _why(subject, job, mention.names[1])
            yield subject.about(ID, f"{mention} is always empty: {why}", mention, hint=hint)
    for mention in subject.mentions("jobs"):
        name = mention.name(1)
        if name and name != ANY and subject.job(name) is None:
            yield subject.about(
                ID,
                f'there is no job "{mention.names[1]}", so {mention} is always empty',
                mention,
                hint=did_you_mean(name, [job.id for job in subject.jobs]),
            )


def needs(job: Job) -> list[str]:
    return [text_of(item).lower() for item in items(job.get("needs"))]


def _why(subject: Subject, job: Job, name: str) -> tuple[str, str]:
    if subject.job(name) is not None:
        return f'"{name}" is not in needs of "{job.id}"', f"add {name} to needs"
    hint = did_you_mean(name, needs(job)) or f'"{job.id}" needs no jobs'
    return f'there is no job "{name}"', hint
