"""A workflow file as a whole. Source: GitHub's workflow syntax page."""

from __future__ import annotations

from headway.workflow.model import Workflow
from headway.workflow.syntax import settings
from headway.workflow.syntax.jobs import jobs
from headway.workflow.syntax.triggers import triggers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader

_KEYS = (
    "name",
    "description",
    "run-name",
    "on",
    "permissions",
    "env",
    "defaults",
    "concurrency",
    "jobs",
)


def workflow(reader: Reader, node: Node) -> Workflow | None:
    if node.kind != "map":
        reader.wrong_kind(node, (), 'a workflow, a mapping with "on" and "jobs",')
        return None
    fields = reader.fields(node, (), _KEYS)
    reader.require(node, (), fields, "on", "jobs")
    found: dict[str, Any] = {"on": (), "jobs": {}}
    if "name" in fields:
        found["name"] = _name(reader, fields["name"])
    if "description" in fields:
        reader.literal(fields["description"], ("description",))
    if "run-name" in fields:
        found["run_name"] = reader.string(fields["run-name"], ("run-name",), "run-name")
    if "on" in fields:
        found["on"] = triggers(reader, fields["on"])
    if "permissions" in fields:
        found["permissions"] = settings.permissions(reader, fields["permissions"], ("permissions",))
    if "env" in fields:
        found["env"] = reader.strings(fields["env"], ("env",), "env", "a mapping of variables")
    if "defaults" in fields:
        found["defaults"] = settings.defaults(reader, fields["defaults"], ("defaults",), "defaults")
    if "concurrency" in fields:
        found["concurrency"] = settings.concurrency(
            reader, fields["concurrency"], ("concurrency",), "concurrency"
        )
    if "jobs" in fields:
        found["jobs"] = jobs(reader, fields["jobs"])
    return Workflow(reader.path, reader.place(node), **found)


def _name(reader: Reader, node: Node) -> str:
    """GitHub shows a number as it is written: `1.10`, not 1.1."""
    if node.kind in ("int", "float", "bool"):
        from headway.workflow.syntax.places import plain_text

        return plain_text(reader.lines, node) or reader.literal(node, ("name",))
    return reader.literal(node, ("name",))
