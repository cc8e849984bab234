"""Calling a reusable workflow: its typed inputs, its secrets.

Source: "jobs.<job_id>.with", ".secrets" and "on.workflow_call" of the workflow syntax page.
"""

from __future__ import annotations

from headway.errors import HeadwayError, did_you_mean
from headway.workflow.expression import Scope, resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.runner.graph import Call
    from headway.workflow.model import Input, Job, Trigger, Workflow

_EMPTY = {"boolean": False, "number": 0, "string": ""}


def _trigger(job: Job, workflow: Workflow) -> Trigger:
    trigger = workflow.trigger("workflow_call")
    if trigger is None:
        raise HeadwayError(
            f"{workflow.path} can't be called (job {job.id})",
            hint="a reusable workflow needs `on: workflow_call`",
        )
    return trigger


def call_inputs(job: Job, workflow: Workflow, scope: Scope) -> dict[str, Any]:
    """The `inputs` context of the called workflow. Raises HeadwayError."""
    declared = _trigger(job, workflow).inputs
    wanted = resolve(job.with_, scope)
    if not isinstance(wanted, dict):
        raise HeadwayError(f"job {job.id}: with must be a mapping, got {to_text(wanted)!r}")
    given = {name.lower(): (name, value) for name, value in wanted.items()}
    for lower, (name, _) in given.items():
        if lower not in {d.lower() for d in declared}:
            raise HeadwayError(
                f'{workflow.path} has no input "{name}"', hint=did_you_mean(name, declared)
            )
    values: dict[str, Any] = {}
    for name, entry in declared.items():
        if name.lower() in given:
            values[name] = _typed(entry, given[name.lower()][1], workflow)
        elif entry.required:
            raise HeadwayError(f'{workflow.path} needs input "{name}" (job {job.id})')
        elif entry.default is not None:
            values[name] = resolve(entry.default, scope)
        else:
            values[name] = _EMPTY.get(entry.type, "")
    return values


def _typed(entry: Input, value: object, workflow: Workflow) -> object:
    text = to_text(value)
    if entry.type == "boolean":
        if isinstance(value, bool) or text.lower() in ("true", "false"):
            return value if isinstance(value, bool) else text.lower() == "true"
    elif entry.type == "number":
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
    elif not isinstance(value, dict | list):
        return text
    raise HeadwayError(
        f'{workflow.path}: input "{entry.name}" is a {entry.type}, got {text or value!r}',
        hint="use fromJSON() to turn a text into a number or boolean",
    )


def call_secrets(
    job: Job, workflow: Workflow, scope: Scope, own: Mapping[str, str]
) -> dict[str, str]:
    """The `secrets` context of the called workflow. Raises HeadwayError."""
    declared = _trigger(job, workflow).secrets
    if isinstance(job.secrets, str):
        return dict(own)
    values = {name: to_text(resolve(value, scope)) for name, value in job.secrets.items()}
    for name in values:
        if name.lower() not in {d.lower() for d in declared}:
            raise HeadwayError(
                f'{workflow.path} has no secret "{name}"', hint=did_you_mean(name, declared)
            )
    for name, entry in declared.items():
        if entry.required and not any(name.lower() == v.lower() and values[v] for v in values):
            raise HeadwayError(f'{workflow.path} needs secret "{name}" (job {job.id})')
    if "GITHUB_TOKEN" in own:
        values["GITHUB_TOKEN"] = own["GITHUB_TOKEN"]
    return values


def call_outputs(call: Call, scope: Scope) -> dict[str, str]:
    """What the called workflow gives to its caller. Raises EvaluationError."""
    jobs = {i: {"result": n.result, "outputs": n.outputs} for i, n in call.nodes.items()}
    scope = Scope({**scope.contexts, "jobs": jobs}, scope.functions)
    trigger = call.workflow.trigger("workflow_call")
    outputs = trigger.outputs if trigger else {}
    return {name: to_text(resolve(output.value, scope)) for name, output in outputs.items()}
