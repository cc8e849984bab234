"""Inputs and secrets that a local reusable workflow doesn't take, or must get."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check import action_ref
from headway.workflow.check.base import pairs, text_of
from headway.workflow.syntax import read_workflow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Job, Subject
    from headway.workflow.model import Trigger, Workflow
    from headway.workflow.source import Node

ID = "called-workflow"
SUMMARY = "A call of a reusable workflow doesn't fit its inputs or secrets: GitHub refuses it."


def check(subject: Subject) -> Iterator[Problem]:
    for job in subject.jobs:
        called, uses = load_called(subject, job), job.get("uses")
        if called is None or uses is None:
            continue
        trigger = called.trigger("workflow_call")
        if trigger is None:
            message = f"{called.path} can't be called: it has no workflow_call under on"
            yield subject.error(ID, message, uses, hint="add workflow_call to its on")
            continue
        yield from _inputs(subject, job, trigger, uses)
        yield from _secrets(subject, job, trigger, uses)


def load_called(subject: Subject, job: Job) -> Workflow | None:
    """The local reusable workflow that a job calls; None when there is none to read."""
    path = action_ref.local(job.uses)
    if path is None or subject.files is None:
        return None
    text = subject.files(path)
    return read_workflow(text, path)[0] if text is not None else None


def _inputs(subject: Subject, job: Job, trigger: Trigger, uses: Node) -> Iterator[Problem]:
    given = [key for key, _ in pairs(job.get("with"))]
    yield from _unknown(subject, given, list(trigger.inputs), "input")
    required = [i.name for i in trigger.inputs.values() if i.required and i.default is None]
    yield from _missing(subject, given, required, "input", uses)


def _secrets(subject: Subject, job: Job, trigger: Trigger, uses: Node) -> Iterator[Problem]:
    secrets = job.get("secrets")
    if text_of(secrets) == "inherit":
        return
    given = [key for key, _ in pairs(secrets)]
    yield from _unknown(subject, given, list(trigger.secrets), "secret")
    required = [s.name for s in trigger.secrets.values() if s.required]
    yield from _missing(subject, given, required, "secret", uses)


def _unknown(subject: Subject, given: list[Node], known: list[str], kind: str) -> Iterator[Problem]:
    names = {name.lower() for name in known}
    for key in given:
        if key.value.lower() not in names:
            message = f'the workflow that is called has no {kind} "{key.value}"'
            hint = did_you_mean(key.value, known) or f"it declares no {kind}s"
            yield subject.error(ID, message, key, hint=hint)


def _missing(
    subject: Subject, given: list[Node], required: list[str], kind: str, uses: Node
) -> Iterator[Problem]:
    names = {key.value.lower() for key in given}
    for name in required:
        if name.lower() not in names:
            where = "with" if kind == "input" else "secrets"
            message = f'the workflow that is called requires the {kind} "{name}"'
            yield subject.error(ID, message, uses, hint=f"give it under {where}")
