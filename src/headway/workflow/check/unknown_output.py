"""`needs.x.outputs.y` that job x never sets, `steps.x.outputs.y` that its action hasn't."""

from __future__ import annotations

import re

from headway.errors import did_you_mean, nearest
from headway.workflow.check.base import pairs
from headway.workflow.check.called_workflow import load_called
from headway.workflow.check.known_action import outputs_of
from headway.workflow.check.mention import ANY
from headway.workflow.check.unknown_step import step_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Step, Subject

ID = "unknown-output"
SUMMARY = "An expression reads an output that is never set: it is always empty."

_SET = re.compile(r"\b([A-Za-z_][\w-]*)(?:=|<<)")
_WRITES = re.compile(r"GITHUB_OUTPUT|::set-output")


def check(subject: Subject) -> Iterator[Problem]:
    for mention in subject.mentions("needs") + subject.mentions("jobs"):
        if mention.name(2) != "outputs" or mention.name(3) in ("", ANY):
            continue
        job = subject.job(mention.names[1])
        known = job_outputs(subject, job) if job is not None else None
        if known is not None and mention.name(3) not in {name.lower() for name in known}:
            yield subject.about(
                ID,
                f'job "{mention.names[1]}" has no output "{mention.names[3]}", so it is empty',
                mention,
                hint=did_you_mean(mention.names[3], known) or "declare it under the job's outputs",
            )
    for mention in subject.mentions("steps"):
        if mention.name(2) != "outputs" or mention.name(3) in ("", ANY):
            continue
        step = step_of(subject, mention)
        hint = _mend(subject, step, mention.names[3]) if step is not None else ""
        if hint:
            yield subject.about(
                ID,
                f'step "{mention.names[1]}" never sets the output "{mention.names[3]}"',
                mention,
                hint=hint,
            )


def job_outputs(subject: Subject, job: Job) -> list[str] | None:
    """The outputs a job can have; None when that can't be known."""
    if not job.uses:
        return [key.value for key, _ in pairs(job.get("outputs"))]
    called = load_called(subject, job)
    trigger = called.trigger("workflow_call") if called is not None else None
    return list(trigger.outputs) if trigger is not None else None


def _mend(subject: Subject, step: Step, name: str) -> str:
    """What was meant, when the step can't have set the output; "" when it might have."""
    if step.run:
        return _mend_script(step.run, name)
    known = outputs_of(subject, step) if step.uses else None
    if known is None or name.lower() in {k.lower() for k in known}:
        return ""
    return did_you_mean(name, known) or "the action has no outputs"


def _mend_script(script: str, name: str) -> str:
    """Only a likely slip of the pen: a script can set outputs in many ways."""
    if not _WRITES.search(script) or name.lower() in script.lower() or _computes(script):
        return ""
    close = nearest(name, {found[1] for found in _SET.finditer(script)})
    return f'did you mean "{close}"?' if close else ""


def _computes(script: str) -> bool:
    """Whether a name is put together when the script runs: `echo "$name=..."`."""
    return any(
        "$" in line.partition("=")[0]
        for line in script.split("\n")
        if "=" in line and ("echo" in line or "printf" in line)
    )
