"""Jobs. Source: "jobs" of GitHub's workflow syntax page and its workflow parser."""

from __future__ import annotations

from headway.workflow.model import Job
from headway.workflow.syntax import settings
from headway.workflow.syntax import uses as uses_forms
from headway.workflow.syntax.ids import check_id
from headway.workflow.syntax.steps import Steps, minutes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.model import Data
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_BOTH = frozenset(("name", "needs", "if", "permissions", "concurrency", "strategy"))
_OWN = _BOTH | {
    "runs-on",
    "steps",
    "env",
    "environment",
    "outputs",
    "defaults",
    "timeout-minutes",
    "cancel-timeout-minutes",
    "continue-on-error",
    "container",
    "services",
    "snapshot",
}
_CALL = _BOTH | {"uses", "with", "secrets"}
_KEY = "jobs.<job_id>"


def jobs(reader: Reader, node: Node) -> dict[str, Job]:
    found: dict[str, Job] = {}
    needs: dict[str, list[Node]] = {}
    entries = reader.entries(node, ("jobs",), "a mapping of jobs")
    if node.kind == "map" and not node.value:
        reader.problem(node, ("jobs",), "there are no jobs in it")
    for id, key, value in entries:
        check_id(reader, key, ("jobs",), id)
        job, needed = _job(reader, id, key, value)
        found[id] = job
        needs[id] = needed
    if any(needs.values()):
        from headway.workflow.syntax.needs import check_needs

        check_needs(reader, found, needs)
    return found


def _job(reader: Reader, id: str, key: Node, node: Node) -> tuple[Job, list[Node]]:
    where = ("jobs", id)
    found: dict[str, Any] = {}
    if node.kind != "map":
        reader.wrong_kind(node, where, "a job", 'a mapping with "runs-on" and "steps"')
        return Job(id, reader.place(key)), []
    fields = _fields(reader, key, node, where)
    needed = _shared(reader, fields, where, found)
    if "uses" in fields:
        _call(reader, fields, where, found)
    else:
        _settings(reader, fields, where, found)
        _surroundings(reader, fields, where, found)
    return Job(id, reader.place(key), **found), needed


def _fields(reader: Reader, key: Node, node: Node, where: Where) -> dict[str, Node]:
    """The job's keys: those of a call with `uses`, otherwise those of a job with steps."""
    names = {name.value for name, _ in node.value}
    is_call = "uses" in names and "runs-on" not in names
    allowed = _CALL if is_call else _OWN
    found = {}
    for name, value in node.value:
        if name.value in allowed:
            found[name.value] = value
        elif name.value in _CALL or name.value in _OWN:
            _misplaced(reader, name, where, is_call, names)
        else:
            reader.unknown_key(name, where, allowed)
    if not is_call:
        reader.require(node, where, found, "runs-on", at=key)
        if "uses" not in names:
            hint = 'a job has "steps", or it calls a workflow: "uses"'
            reader.require(node, where, found, "steps", at=key, hint=hint)
    return found


def _misplaced(reader: Reader, name: Node, where: Where, is_call: bool, names: set[str]) -> None:
    if is_call:
        message = f'"{name.value}" cannot be used in a job that calls a workflow with "uses"'
        hint = f"such a job has: {', '.join(sorted(_CALL))}"
    elif name.value == "uses":
        message = '"uses" of a job calls a reusable workflow and cannot be combined with "runs-on"'
        hint = "to use an action, make it a step"
    else:
        message = f'"{name.value}" belongs to a job that calls a workflow with "uses"'
        hint = "to give inputs to an action, put it into its step" if name.value == "with" else ""
    reader.problem(name, where, message, hint)


def _shared(
    reader: Reader, fields: dict[str, Node], where: Where, found: dict[str, Any]
) -> list[Node]:
    """What both kinds of jobs have. Gives the nodes of `needs`."""
    needed: list[Node] = []
    if "name" in fields:
        found["name"] = reader.string(fields["name"], (*where, "name"), f"{_KEY}.name") or None
    if "needs" in fields:
        node = fields["needs"]
        found["needs"] = reader.words(node, (*where, "needs"), "a job's id or a list of them")
        needed = node.value if node.kind == "seq" else [node]
    if "if" in fields:
        found["if_"] = reader.condition(fields["if"], (*where, "if"), f"{_KEY}.if")
    if "permissions" in fields:
        found["permissions"] = settings.permissions(
            reader, fields["permissions"], (*where, "permissions")
        )
    if "concurrency" in fields:
        found["concurrency"] = settings.concurrency(
            reader, fields["concurrency"], (*where, "concurrency"), f"{_KEY}.concurrency"
        )
    if "strategy" in fields:
        from headway.workflow.syntax.strategy import strategy

        found["strategy"] = strategy(reader, fields["strategy"], (*where, "strategy"))
    return needed


def _call(reader: Reader, fields: dict[str, Node], where: Where, found: dict[str, Any]) -> None:
    found["uses"] = uses_forms.workflow(reader, fields["uses"], (*where, "uses"))
    found["uses_place"] = reader.place(fields["uses"])
    if "with" in fields:
        found["with_"] = _scalars(reader, fields["with"], (*where, "with"), f"{_KEY}.with.<id>")
    if "secrets" in fields:
        node, inside = fields["secrets"], (*where, "secrets")
        if node.kind == "str" and node.value == "inherit":
            found["secrets"] = "inherit"
        elif node.kind != "map":
            reader.wrong_kind(node, inside, 'a mapping of secrets or "inherit"')
        else:
            found["secrets"] = _scalars(reader, node, inside, f"{_KEY}.secrets.<id>")


def _scalars(reader: Reader, node: Node, where: Where, key: str) -> dict[str, Data]:
    return {
        name: reader.scalar(value, (*where, name), key)
        for name, _, value in reader.entries(node, where, "a mapping")
    }


def _settings(reader: Reader, fields: dict[str, Node], where: Where, found: dict[str, Any]) -> None:
    if "runs-on" in fields:
        found["runs_on"] = settings.runs_on(
            reader, fields["runs-on"], (*where, "runs-on"), f"{_KEY}.runs-on"
        )
    if "steps" in fields:
        found["steps"] = Steps(reader, f"{_KEY}.steps").read(fields["steps"], (*where, "steps"))
    if "env" in fields:
        found["env"] = reader.strings(
            fields["env"], (*where, "env"), f"{_KEY}.env", "a mapping of variables"
        )
    if "outputs" in fields:
        found["outputs"] = outputs(reader, fields["outputs"], (*where, "outputs"))
    if "defaults" in fields:
        found["defaults"] = settings.defaults(
            reader, fields["defaults"], (*where, "defaults"), f"{_KEY}.defaults"
        )
    for name, field in (
        ("timeout-minutes", "timeout_minutes"),
        ("cancel-timeout-minutes", "cancel_timeout_minutes"),
    ):
        if name in fields:
            found[field] = minutes(reader, fields[name], (*where, name), f"{_KEY}.{name}")
    if "continue-on-error" in fields:
        found["continue_on_error"] = reader.flag(
            fields["continue-on-error"],
            (*where, "continue-on-error"),
            f"{_KEY}.continue-on-error",
        )


def _surroundings(
    reader: Reader, fields: dict[str, Node], where: Where, found: dict[str, Any]
) -> None:
    if "environment" in fields:
        found["environment"] = settings.environment(
            reader, fields["environment"], (*where, "environment"), f"{_KEY}.environment"
        )
    if "snapshot" in fields:
        found["snapshot"] = settings.snapshot(
            reader, fields["snapshot"], (*where, "snapshot"), f"{_KEY}.snapshot"
        )
    if "container" in fields or "services" in fields:
        from headway.workflow.syntax import containers

        if "container" in fields:
            inside = (*where, "container")
            found["container"] = containers.container(reader, fields["container"], inside)
        if "services" in fields:
            inside = (*where, "services")
            found["services"] = containers.services(reader, fields["services"], inside)


def outputs(reader: Reader, node: Node, where: Where) -> dict[str, Data]:
    if node.kind != "map":
        reader.wrong_kind(node, where, "a mapping of outputs")
        return {}
    found = reader.strings(node, where, f"{_KEY}.outputs.<output_id>", "a mapping of outputs")
    return found if isinstance(found, dict) else {}
