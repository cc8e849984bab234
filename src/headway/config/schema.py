"""The JSON Schema of headway.yaml, for editors: made from the shapes that the reader goes by.

It is as strict as the reader, but for what no schema can say: limits of quantities, dates that
don't exist, and what sections check themselves.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from headway.config import quantity, words
from headway.config.loading import ROOT
from headway.config.shape import (
    Bounds,
    Choice,
    Either,
    Flag,
    Key,
    Many,
    Measure,
    Moment,
    Nothing,
    Number,
    Record,
    Shape,
    Table,
    Text,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:headway:configuration"
Schema = dict[str, Any]


def schema(root: Record = ROOT) -> Schema:
    """The whole schema, a definition for each Struct."""
    definitions: dict[str, Schema] = {}
    body = _record(root, definitions)
    return {
        "$schema": DIALECT,
        "$id": ID,
        "title": "headway.yaml",
        "description": "How Headway runs, judges and delivers this repository",
        **body,
        "type": ["object", "null"],  # a file with nothing in it
        "$defs": dict(sorted(definitions.items())),
    }


def _record(shape: Record, definitions: dict[str, Schema]) -> Schema:
    properties = {name: _key(key, definitions) for name, key in shape.keys.items()}
    required = [name for name, key in shape.keys.items() if key.required]
    if shape.tag_key:
        properties = {shape.tag_key: {"const": shape.tag}, **properties}
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        made["required"] = required
    return made


def _key(key: Key, definitions: dict[str, Schema]) -> Schema:
    made = of(key.shape, definitions)
    if key.description:
        made = {"description": key.description.replace("`", ""), **made}
    if not key.required and not isinstance(key.default, Struct) and key.default is not None:
        made["default"] = _json(key.default)
    if key.examples:
        made["examples"] = [_json(example) for example in key.examples]
    return made


def of(shape: Shape, definitions: dict[str, Schema]) -> Schema:
    """The schema of what may stand in one place."""
    match shape:
        case Record():
            return _reference(shape, definitions)
        case Table():
            return _table(shape, definitions)
        case Many(item=item, least=least, most=most):
            items = {"type": "array", "items": of(item, definitions)}
            return items | _given(minItems=least or None, maxItems=most)
        case Either(options=options):
            return _either([of(option, definitions) for option in options])
        case Text(pattern=pattern, least=least, most=most):
            limits = _given(minLength=least or None, maxLength=most, pattern=pattern or None)
            return {"type": "string"} | limits
        case Number(whole=whole, bounds=bounds):
            return {"type": "integer" if whole else "number"} | _bounds(bounds)
        case Choice(values=values):
            return {"enum": list(values)}
        case Measure(type=cls):
            return _measure(cls)
        case Moment(type=cls):
            return {"type": "string", "pattern": f"^{words.MOMENTS[cls][2]}$"}
        case Flag():
            return {"type": "boolean"}
        case Nothing():
            return {"type": "null"}
    return {}


def _reference(shape: Record, definitions: dict[str, Schema]) -> Schema:
    name = _name(shape.type)
    if name not in definitions:
        definitions[name] = {}  # it may hold itself
        definitions[name] = _record(shape, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _name(cls: type) -> str:
    """Unique: two sections may both have a `Limits`."""
    return f"{cls.__module__.removeprefix('headway.')}.{cls.__name__}"


def _table(shape: Table, definitions: dict[str, Schema]) -> Schema:
    made: Schema = {
        "type": "object",
        "propertyNames": of(shape.key, definitions) | _at_least_one(shape.key),
        "additionalProperties": of(shape.value, definitions),
    }
    return made | _given(minProperties=shape.least or None, maxProperties=shape.most)


def _at_least_one(key: Text | Choice) -> Schema:
    return {"minLength": max(1, key.least)} if isinstance(key, Text) else {}


def _either(options: list[Schema]) -> Schema:
    return options[0] if len(options) == 1 else {"anyOf": options}


def _measure(cls: type) -> Schema:
    found = quantity.describe(cls)
    text: Schema = {"type": "string"} | _given(examples=[found.example] if found.example else None)
    if found.pattern:
        text["pattern"] = f"^{found.pattern}$"
    return {"anyOf": [text, {"const": 0}]} if found.zero else text


def _bounds(bounds: Bounds) -> Schema:
    return _given(
        minimum=bounds.ge,
        exclusiveMinimum=bounds.gt,
        maximum=bounds.le,
        exclusiveMaximum=bounds.lt,
    )


def _given(**keywords: Any) -> Schema:
    return {name: value for name, value in keywords.items() if value is not None}


def _json(value: Any) -> Any:
    """A default or an example as an editor would insert it."""
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    if isinstance(value, bool | None) or type(value) in (str, int, float):
        return value
    return words.written(value)
