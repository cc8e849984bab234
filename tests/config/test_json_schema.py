"""The schema says what the reader says: on files that people write, and on mutations of them."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from textwrap import dedent
from typing import Any

import jsonschema
import pytest
from documents import BAD, GOOD, SUBTLE
from hypothesis import given
from hypothesis import strategies as st

from headway.config.loading import ROOT, read
from headway.config.reader import WRONG, Reader, plain
from headway.config.schema import schema
from headway.config.shape import Either, Many, Record, Shape, Table, shape_of
from headway.config.tree import Tree
from headway.workflow import source


@cache
def validator() -> jsonschema.Draft202012Validator:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def accepts(text: str) -> bool:
    """Whether an editor with the schema finds no mistake."""
    node, _ = source.parse(text, "headway.yaml")
    return validator().is_valid(plain(node) if node is not None else None)


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_both_accept(text: str) -> None:
    assert read(dedent(text))[1] == []
    assert accepts(dedent(text))


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_both_refuse(text: str) -> None:
    assert read(text)[1]
    assert not accepts(text)


@pytest.mark.parametrize("text", SUBTLE.values(), ids=SUBTLE)
def test_what_only_the_reader_knows(text: str) -> None:
    assert read(text)[1]
    assert accepts(text)


class Structure(Reader):
    """Without what sections check themselves and the limits of quantities."""

    def made(self, node: Any, shape: Any, values: Any, where: Any, key: Any) -> Any:
        return shape.type(**values)

    def bounded(self, node: Any, value: Any, bounds: Any, text: Any, where: Any) -> Any:
        is_quantity = hasattr(type(value), "parse")
        return value if is_quantity else super().bounded(node, value, bounds, text, where)


VALUES = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 5, 70_000, 0.5, 101, 1e9),
        *("", "x", "a/b", "off", "0", "5", "host", "canary", "high", "main", "lines"),
        *("5s", "0s", "1h30m", "30m1h", "300 ms", "10%", "101%", "100.0%", "2GiB", "2 kb", "7/m"),
        *("2030-01-31", "31.1.2030", "22:00"),
        *([], ["x"], [1], ["5%"], {}, {"x": 1}, {"env": "A"}, {"image": "a"}, {"share": "5%"}),
    ]
)


def every_path(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    paths = [path]
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in items:
        paths += every_path(value, (*path, key))
    return paths


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A good file with one to three values replaced, added or removed."""
    node, _ = source.parse(dedent(draw(st.sampled_from(list(GOOD.values())[3:]))), "headway.yaml")
    assert node is not None
    data = {"": plain(node)}
    for _ in range(draw(st.integers(1, 3))):
        *around, last = draw(st.sampled_from([("", *p) for p in every_path(data[""])]))
        place: Any = data
        for key in around:
            place = place[key]
        action = draw(st.sampled_from(["replace", "remove", "add"]))
        if action == "remove" and last != "":
            del place[last]
        elif action == "add" and isinstance(place[last], dict):
            name = draw(st.sampled_from(["x", "min", "name", "gates", "a b", ""]))
            place[last][name] = deepcopy(draw(VALUES))
        else:
            place[last] = deepcopy(draw(VALUES))
    return data[""]


@given(mutated())
def test_mutations(data: Any) -> None:
    text = json.dumps(data)
    node, _ = source.parse(text, "headway.yaml")
    assert node is not None
    reader = Structure(Tree("headway.yaml", text, node))
    read = None if node.kind == "null" else reader.read(node, ROOT)
    assert (read is not WRONG) == validator().is_valid(data), [p.message for p in reader.problems]


def every_key(shape: Shape, seen: set[type]) -> list[str]:
    """Keys without a description, of all sections."""
    match shape:
        case Record(type=cls) if cls not in seen:
            seen.add(cls)
            missing = [f"{cls.__name__}.{k.name}" for k in shape.keys.values() if not k.description]
            return [*missing, *(m for k in shape.keys.values() for m in every_key(k.shape, seen))]
        case Table(value=inner) | Many(item=inner):
            return every_key(inner, seen)
        case Either(options=options):
            return [m for option in options for m in every_key(option, seen)]
    return []


def test_every_key_is_described() -> None:
    assert every_key(ROOT, set()) == []


def test_what_no_section_can_hold() -> None:
    with pytest.raises(TypeError, match="can't hold"):
        shape_of(complex)
