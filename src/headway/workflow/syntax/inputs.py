"""Inputs, secrets and outputs of workflow_dispatch and workflow_call.

Source: "on.workflow_dispatch" and "on.workflow_call" of GitHub's workflow syntax page. What
makes GitHub refuse only those who then call the workflow is a warning here.
"""

from __future__ import annotations

from headway.workflow.model import Input, Output, SecretInput
from headway.workflow.syntax.ids import is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.workflow.model import Data
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_CALL_TYPES = ("string", "boolean", "number")
_DISPATCH_TYPES = (*_CALL_TYPES, "choice", "environment")
_DISPATCH_KEYS = (
    "description",
    "deprecationMessage",
    "type",
    "required",
    "default",
    "options",
)
_DEFAULT = "on.workflow_call.inputs.<inputs_id>.default"
_VALUE = "on.workflow_call.outputs.<output_id>.value"


def dispatch(reader: Reader, node: Node, where: Where) -> dict[str, Any]:
    """The fields of a workflow_dispatch Trigger."""
    given = reader.fields(node, where, ("inputs",), ignored="GitHub ignores it").get("inputs")
    if given is None or given.kind == "null":
        return {}
    inside = (*where, "inputs")
    found = {}
    for name, key, value in reader.entries(given, inside, "a mapping of inputs"):
        _check_name(reader, key, inside)
        found[name] = _dispatch_input(reader, name, key, value, (*inside, name))
    return {"inputs": found}


def _dispatch_input(reader: Reader, name: str, key: Node, node: Node, where: Where) -> Input:
    place = reader.place(key)
    if node.kind == "null":
        return Input(name, place)
    fields = reader.fields(node, where, _DISPATCH_KEYS, ignored="GitHub ignores it")
    found = _described(reader, fields, where)
    if "type" in fields:
        found["type"] = reader.choice(fields["type"], (*where, "type"), _DISPATCH_TYPES) or "string"
    if "deprecationMessage" in fields:
        inside = (*where, "deprecationMessage")
        found["deprecation"] = reader.literal(fields["deprecationMessage"], inside)
    if "default" in fields and fields["default"].kind != "null":
        found["default"] = _plain(reader, fields["default"], (*where, "default"))
    _options(reader, key, fields, where, found)
    wanted = Input(name, place, **found)
    if wanted.default is not None:
        _check_default(reader, fields["default"], (*where, "default"), wanted)
    return wanted


def _options(
    reader: Reader, key: Node, fields: dict[str, Node], where: Where, found: dict[str, Any]
) -> None:
    is_choice = found.get("type") == "choice"
    if "options" in fields:
        node, inside = fields["options"], (*where, "options")
        items = reader.items(node, inside, "a list of options")
        texts = [reader.literal(item, (*inside, i)) for i, item in enumerate(items)]
        found["options"] = tuple(texts)
        if not is_choice:
            hint = 'add "type: choice"' if "type" not in fields else ""
            reader.warning(node, inside, "only an input of type choice has options", hint)
    if is_choice and not found.get("options"):
        place = fields.get("options", key)
        reader.problem(place, where, "an input of type choice needs options")


def _described(reader: Reader, fields: dict[str, Node], where: Where) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "description" in fields:
        found["description"] = reader.literal(fields["description"], (*where, "description"))
    if "required" in fields:
        found["required"] = bool(reader.flag(fields["required"], (*where, "required")))
    return found


def _plain(reader: Reader, node: Node, where: Where) -> Data:
    """A default without expressions, with the type that it has in the file."""
    if node.kind in ("bool", "int", "float"):
        value: Data = node.value
        return value
    return reader.literal(node, where, "a string, number or boolean")


def _check_default(reader: Reader, node: Node, where: Where, wanted: Input) -> None:
    from headway.workflow.dispatch import convert

    if wanted.type == "choice" and not wanted.options:
        return
    try:
        convert(wanted, wanted.default)
    except ValueError as error:
        reader.warning(node, where, str(error))


def _check_name(reader: Reader, key: Node, where: Where) -> None:
    if not is_name(key.value):
        message = f'"{key.value}" cannot be used in expressions as a name'
        hint = "a name has letters, digits, _ and -, first a letter or _"
        reader.warning(key, where, message, hint, "id")


def call(reader: Reader, node: Node, where: Where) -> dict[str, Any]:
    """The fields of a workflow_call Trigger."""
    fields = reader.fields(node, where, ("inputs", "secrets", "outputs"))
    found: dict[str, Any] = {}
    for part, read in (("inputs", _call_input), ("secrets", _secret), ("outputs", _output)):
        if part not in fields:
            continue
        inside = (*where, part)
        found[part] = {}
        for name, key, value in reader.entries(fields[part], inside, f"a mapping of {part}"):
            _check_name(reader, key, inside)
            found[part][name] = read(reader, name, key, value, (*inside, name))
    return found


def _call_input(reader: Reader, name: str, key: Node, node: Node, where: Where) -> Input:
    place = reader.place(key)
    fields = reader.fields(node, where, ("description", "type", "required", "default"))
    if node.kind == "map" and "type" not in fields:
        hint = f"add one: {', '.join(_CALL_TYPES)}"
        reader.problem(key, where, 'the key "type" is missing', hint)
    found = _described(reader, fields, where)
    if "type" in fields:
        found["type"] = reader.choice(fields["type"], (*where, "type"), _CALL_TYPES) or "string"
    if "default" in fields:
        inside = (*where, "default")
        found["default"] = reader.scalar(fields["default"], inside, _DEFAULT)
    wanted = Input(name, place, **found)
    if isinstance(wanted.default, bool | int | float | str):
        _check_call_default(reader, fields["default"], (*where, "default"), wanted)
    return wanted


def _check_call_default(reader: Reader, node: Node, where: Where, wanted: Input) -> None:
    fits = {"boolean": ("bool",), "number": ("int", "float")}.get(wanted.type)
    if fits is not None and node.kind not in fits:
        message = f"the default is no {wanted.type}: GitHub refuses whoever calls the workflow"
        reader.warning(node, where, message)


def _secret(reader: Reader, name: str, key: Node, node: Node, where: Where) -> SecretInput:
    place = reader.place(key)
    if node.kind == "null":
        return SecretInput(name, place)
    fields = reader.fields(node, where, ("description", "required"))
    return SecretInput(name, place, **_described(reader, fields, where))


def _output(reader: Reader, name: str, key: Node, node: Node, where: Where) -> Output:
    fields = reader.fields(node, where, ("description", "value"))
    if node.kind == "map":
        reader.require(node, where, fields, "value")
    value = description = ""
    data: Data = value
    if "value" in fields:
        data = reader.string(fields["value"], (*where, "value"), _VALUE)
    if "description" in fields:
        description = reader.literal(fields["description"], (*where, "description"))
    return Output(name, reader.place(key), value=data, description=description)
