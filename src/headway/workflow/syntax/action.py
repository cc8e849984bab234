"""Metadata of actions: action.yml.

Source: GitHub's metadata syntax page, and its runner for what is refused: keys that it
doesn't know outside `runs` and `outputs` it passes over.
"""

from __future__ import annotations

from headway.workflow.expression import Template
from headway.workflow.model import Action, Input, Output
from headway.workflow.syntax.steps import Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_KEYS = ("name", "author", "description", "inputs", "outputs", "runs", "branding")
_INPUT_KEYS = ("description", "required", "default", "deprecationMessage")
NODE = ("node12", "node16", "node20", "node24")
_USING = ("composite", "docker", *NODE)
_CONDITIONS = {"pre-if": "pre_if", "post-if": "post_if"}
_NODE_FIELDS = {"main": "main", "pre": "pre", "post": "post"}
_DOCKER_FIELDS = {
    "image": "image",
    "entrypoint": "entrypoint",
    "pre-entrypoint": "pre_entrypoint",
    "post-entrypoint": "post_entrypoint",
}


def action(reader: Reader, node: Node) -> Action | None:
    if node.kind != "map":
        reader.wrong_kind(node, (), 'an action, a mapping with "runs",')
        return None
    fields = {key.value: value for key, value in node.value}
    for key, _ in node.value:
        if key.value not in _KEYS:
            reader.warning(key, (), f'unknown key "{key.value}"', f"known: {', '.join(_KEYS)}")
    found: dict[str, Any] = {"using": ""}
    for name in ("name", "description", "author"):
        if name in fields:
            text = reader.literal(fields[name], (name,))
            if name == "name":
                found["name"] = text
    if "inputs" in fields:
        found["inputs"] = _inputs(reader, fields["inputs"])
    if "outputs" in fields:
        found["outputs"] = _outputs(reader, fields["outputs"])
    if "runs" in fields:
        _runs(reader, fields["runs"], found)
    else:
        reader.require(node, (), fields, "runs")
    return Action(reader.path, reader.place(node), **found)


def _inputs(reader: Reader, node: Node) -> dict[str, Input]:
    return {
        name: _input(reader, name, key, value, ("inputs", name))
        for name, key, value in reader.entries(node, ("inputs",), "a mapping of inputs")
    }


def _input(reader: Reader, name: str, key: Node, node: Node, where: Where) -> Input:
    place = reader.place(key)
    if node.kind != "map":
        reader.wrong_kind(node, where, "a mapping", f"its keys: {', '.join(_INPUT_KEYS)}")
        return Input(name, place)
    fields = {key.value: value for key, value in node.value}
    found: dict[str, Any] = {}
    for wanted, field in (("description", "description"), ("deprecationMessage", "deprecation")):
        if wanted in fields and fields[wanted].kind not in ("map", "seq"):
            found[field] = str(fields[wanted].value or "")
    if "required" in fields:
        found["required"] = str(fields["required"].value).lower() == "true"
    if "default" in fields:
        inside = (*where, "default")
        found["default"] = reader.string(fields["default"], inside, "inputs.<input_id>.default")
    return Input(name, place, **found)


def _outputs(reader: Reader, node: Node) -> dict[str, Output]:
    found = {}
    for name, key, value in reader.entries(node, ("outputs",), "a mapping of outputs"):
        where = ("outputs", name)
        fields = reader.fields(value, where, ("description", "value"))
        given: dict[str, Any] = {}
        if "description" in fields:
            given["description"] = reader.literal(fields["description"], (*where, "description"))
        if "value" in fields:
            inside = (*where, "value")
            given["value"] = reader.string(fields["value"], inside, "outputs.<output_id>.value")
        found[name] = Output(name, reader.place(key), **given)
    return found


def _runs(reader: Reader, node: Node, found: dict[str, Any]) -> None:
    where = ("runs",)
    if node.kind != "map":
        reader.wrong_kind(node, where, "a mapping", '"using" says what kind of action it is')
        return
    using_node = next((value for key, value in node.value if key.value == "using"), None)
    if using_node is None:
        hint = f"one of: {', '.join(_USING)}"
        reader.problem(node, where, 'the key "using" is missing', hint)
        return
    using = reader.word(using_node, (*where, "using")).lower()
    if using and using not in _USING:
        reader.not_among(using_node, (*where, "using"), using, _USING)
    if using not in _USING:
        return
    found["using"] = using
    if using == "composite":
        _composite(reader, node, where, found)
    elif using == "docker":
        _docker(reader, node, where, found)
    else:
        _program(reader, node, where, found, _NODE_FIELDS, "main")


def _composite(reader: Reader, node: Node, where: Where, found: dict[str, Any]) -> None:
    fields = reader.fields(node, where, ("using", "steps"))
    reader.require(node, where, fields, "steps")
    if "steps" in fields:
        steps = Steps(reader, "runs.steps", composite=True)
        found["steps"] = steps.read(fields["steps"], (*where, "steps"))


def _docker(reader: Reader, node: Node, where: Where, found: dict[str, Any]) -> None:
    fields = _program(reader, node, where, found, _DOCKER_FIELDS, "image", ("args", "env"))
    if "args" in fields:
        inside = (*where, "args")
        items = reader.items(fields["args"], inside, "a list of strings")
        found["args"] = tuple(
            reader.string(item, (*inside, i), "runs.args") for i, item in enumerate(items)
        )
    if "env" in fields:
        given = reader.strings(fields["env"], (*where, "env"), "runs.env", "a mapping of variables")
        if isinstance(given, Template):
            message = "Headway does not support an expression for all variables"
            reader.problem(fields["env"], (*where, "env"), message, "", "unsupported")
        found["env"] = given if isinstance(given, dict) else {}


def _program(
    reader: Reader,
    node: Node,
    where: Where,
    found: dict[str, Any],
    names: dict[str, str],
    required: str,
    more: tuple[str, ...] = (),
) -> dict[str, Node]:
    """Files or commands that run, before and after too, with their conditions."""
    fields = reader.fields(node, where, ("using", *names, *_CONDITIONS, *more))
    reader.require(node, where, fields, required)
    for name, field in names.items():
        if name in fields:
            found[field] = reader.word(fields[name], (*where, name))
    for name, field in _CONDITIONS.items():
        if name in fields:
            inside = (*where, name)
            found[field] = reader.condition(fields[name], inside, f"runs.{name}", implicit=False)
    return fields
