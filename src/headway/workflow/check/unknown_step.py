"""`steps.x` for a step that isn't there or comes later."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Step, Subject
    from headway.workflow.check.mention import Mention

ID = "unknown-step"
SUMMARY = "An expression reads a step that doesn't exist or hasn't run yet: it is always empty."


def check(subject: Subject) -> Iterator[Problem]:
    for mention in subject.mentions("steps"):
        name = mention.name(1)
        job = _owner(subject, mention)
        if name in ("", ANY) or job is None:
            continue
        step, reader = _named(job, name), mention.use.step
        if step is None:
            known = [other.id for other in job.steps if other.id]
            yield subject.about(
                ID,
                f'no step has the id "{mention.names[1]}", so {mention} is always empty',
                mention,
                hint=did_you_mean(name, known) or f"give the step that is meant an id: {name}",
            )
        elif reader is not None and step.index >= reader.index:
            when = "is this step itself" if step is reader else "comes later"
            yield subject.about(
                ID,
                f'step "{mention.names[1]}" {when}, so {mention} is still empty here',
                mention,
                hint="read it in a step after that one",
            )


def step_of(subject: Subject, mention: Mention) -> Step | None:
    """The step that a mention of `steps` means."""
    job = _owner(subject, mention)
    return _named(job, mention.name(1)) if job is not None else None


def _owner(subject: Subject, mention: Mention) -> Job | None:
    """Outputs of a composite action read the steps of its one job."""
    if mention.use.job is None and subject.action is not None and subject.jobs:
        return subject.jobs[0]
    return mention.use.job


def _named(job: Job, name: str) -> Step | None:
    return next((step for step in job.steps if step.id.lower() == name.lower()), None)
