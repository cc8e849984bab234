"""`headway schema`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema


def test_it_is_a_schema_of_headway_yaml(headway: Callable[..., Any]) -> None:
    answer = headway("schema")
    assert (answer.code, answer.err) == (0, "")
    schema = json.loads(answer.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == "headway.yaml"
    assert {"service", "gates", "environments"} <= schema["properties"].keys()
    jsonschema.validate({"service": "shop"}, schema)


def test_it_can_be_written_to_a_file(repository: Path, headway: Callable[..., Any]) -> None:
    assert headway("schema", "-o", "schema.json").out == ""
    assert (repository / "schema.json").read_text() == headway("schema").out
    answer = headway("schema", "--output", "no/schema.json")
    assert (answer.code, answer.err.startswith("headway: no/schema.json can't be")) == (2, True)
