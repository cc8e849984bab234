"""What may stand where in headway.yaml, worked out of the types of the sections.

msgspec's own description of types refuses unions of a quantity and something else, and
`batch: 25%` beside `batch: 2` is what people write; so the annotations are walked here. The
reader, the JSON Schema and the reference page are all made from shapes, and so agree.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta, Struct


class Bounds(Struct, frozen=True):
    """Of a number or a quantity, in its own unit; None: none."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None


class Anything(Struct, frozen=True):
    """Any YAML value, as plain Python."""


class Nothing(Struct, frozen=True):
    """null"""


class Flag(Struct, frozen=True):
    """true or false"""


class Number(Struct, frozen=True):
    whole: bool = False
    bounds: Bounds = Bounds()


class Text(Struct, frozen=True):
    pattern: str = ""  # searched for, as msgspec and JSON Schema do
    least: int = 0  # characters
    most: int | None = None


class Choice(Struct, frozen=True):
    values: tuple[str | int, ...]


class Measure(Struct, frozen=True):
    """A class with `parse`: see quantity.py."""

    type: type
    bounds: Bounds = Bounds()


class Moment(Struct, frozen=True):
    """date, datetime or time."""

    type: type


class Many(Struct, frozen=True):
    item: Shape
    make: Callable[[list[Any]], Any] = tuple
    least: int = 0
    most: int | None = None


class Table(Struct, frozen=True):
    """Keys that the user chooses."""

    key: Text | Choice
    value: Shape
    least: int = 0
    most: int | None = None


class Record(Struct, frozen=True):
    """Keys that a Struct declares. `tag_key` is the key that says which of several it is."""

    type: type[Struct]
    tag_key: str = ""
    tag: str | int = ""

    @property
    def keys(self) -> dict[str, Key]:
        return _keys(self.type)


class Either(Struct, frozen=True):
    options: tuple[Shape, ...]


Shape = (
    Anything | Nothing | Flag | Number | Text | Choice | Measure | Moment | Many | Table
    | Record | Either
)  # fmt: skip


class Key(Struct, frozen=True, kw_only=True):
    """A key of a Record."""

    name: str  # in YAML
    field: str  # of the Struct
    shape: Shape
    required: bool
    default: Any = None
    description: str = ""
    examples: tuple[Any, ...] = ()


@cache
def _keys(cls: type[Struct]) -> dict[str, Key]:
    return {field.encode_name: _key(field) for field in msgspec.structs.fields(cls)}


def _key(field: msgspec.structs.FieldInfo) -> Key:
    default = None
    if field.default is not NODEFAULT:
        default = field.default
    elif field.default_factory is not NODEFAULT:
        default = field.default_factory()
    metas = _metas(field.type)
    return Key(
        name=field.encode_name,
        field=field.name,
        shape=shape_of(field.type),
        required=field.required,
        default=default,
        description=next((m.description for m in metas if m.description), ""),
        examples=tuple(example for m in metas for example in m.examples or ()),
    )


def _metas(annotation: Any) -> list[Meta]:
    if get_origin(annotation) is not Annotated:
        return []
    return [m for m in get_args(annotation)[1:] if isinstance(m, Meta)]


def shape_of(annotation: Any, metas: tuple[Meta, ...] = ()) -> Shape:
    """The shape of a type. Raises TypeError for one that headway.yaml can't hold."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner = get_args(annotation)[0]
        return shape_of(inner, (*metas, *_metas(annotation)))
    if origin in (Union, types.UnionType):
        return Either(tuple(_options(annotation, metas)))
    if origin is Literal:
        return Choice(get_args(annotation))
    if origin in _SEQUENCES:
        item = get_args(annotation)[0]
        return Many(shape_of(item), _SEQUENCES[origin], *_lengths(metas))
    if origin is not None and issubclass(origin, typing.Mapping):
        key, value = get_args(annotation)
        named = shape_of(key)
        assert isinstance(named, Text | Choice), f"{annotation}: keys are texts"
        return Table(named, shape_of(value), *_lengths(metas))
    return _plain(annotation, metas)


_SEQUENCES: dict[Any, Callable[[list[Any]], Any]] = {
    tuple: tuple,
    list: list,
    set: set,
    frozenset: frozenset,
    typing.get_origin(typing.Sequence[Any]): tuple,
}


def _plain(cls: Any, metas: tuple[Meta, ...]) -> Shape:
    if cls in (None, types.NoneType):
        return Nothing()
    if cls in (Any, object):
        return Anything()
    if cls is bool:
        return Flag()
    if cls is str:
        least, most = _lengths(metas)
        pattern = next((m.pattern for m in metas if m.pattern), "")
        return Text(pattern, least, most)
    if cls in (int, float):
        return Number(cls is int, _bounds(metas))
    if cls in (dt.date, dt.datetime, dt.time):
        return Moment(cls)
    if isinstance(cls, type) and issubclass(cls, Struct):
        config = cls.__struct_config__
        return Record(cls, config.tag_field or "", config.tag or "")
    if callable(getattr(cls, "parse", None)):
        return Measure(cls, _bounds(metas))
    raise TypeError(f"headway.yaml can't hold {cls!r}")


def _options(annotation: Any, metas: tuple[Meta, ...]) -> Iterator[Shape]:
    for argument in get_args(annotation):
        option = shape_of(argument, metas)
        yield from option.options if isinstance(option, Either) else (option,)


def _bounds(metas: tuple[Meta, ...]) -> Bounds:
    found: dict[str, float] = {}
    for meta in metas:
        for name in Bounds.__struct_fields__:
            value = getattr(meta, name)
            if value is not None:
                found[name] = value
    return Bounds(**found)


def _lengths(metas: tuple[Meta, ...]) -> tuple[int, int | None]:
    least = max((m.min_length for m in metas if m.min_length is not None), default=0)
    most = min((m.max_length for m in metas if m.max_length is not None), default=None)
    return least, most
