"""What shapes are called in messages and on the reference page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from headway.config import quantity
from headway.config.shape import (
    Anything,
    Bounds,
    Choice,
    Either,
    Flag,
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

MOMENTS: dict[type, tuple[str, str, str]] = {  # noun, example, pattern
    dt.date: ("a date", "2026-01-31", r"\d{4}-\d{2}-\d{2}"),
    dt.datetime: (
        "a date and time",
        "2026-01-31T12:00:00Z",
        r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?",
    ),
    dt.time: ("a time of day", "22:30", r"\d{2}:\d{2}(:\d{2})?"),
}


def expected(shape: Shape) -> str:
    """What a person is to write there: `a duration such as 30s`, `true or false`."""
    match shape:
        case Measure(type=cls):
            found = quantity.describe(cls)
            return f"{found.noun} such as {found.example}" if found.example else found.noun
        case Moment(type=cls):
            noun, example, _ = MOMENTS[cls]
            return f"{noun} such as {example}"
        case Choice(values=values):
            shown = [written(value) for value in values]
            return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"
        case Either(options=options):
            return either([expected(o) for o in options if not isinstance(o, Nothing)])
        case Anything():
            return "a value"
        case _:
            return brief(shape)


def brief(shape: Shape) -> str:
    """The kind of value, in a word or two: for the reference page."""
    match shape:
        case Number(whole=whole):
            return "a whole number" if whole else "a number"
        case Measure(type=cls):
            return quantity.describe(cls).noun
        case Moment(type=cls):
            return MOMENTS[cls][0]
        case Many(item=item):
            return f"a list of {_plural(item)}" if _plural(item) else "a list"
        case Either(options=options):
            return either(list(dict.fromkeys(brief(o) for o in options if o != Nothing())))
        case Choice(values=values):
            return either([f"`{written(value)}`" for value in values])
    return _NAMES[type(shape)]


_NAMES: dict[type, str] = {
    Anything: "anything",
    Nothing: "nothing",
    Flag: "true or false",
    Text: "a text",
    Table: "a mapping",
    Record: "a mapping",
}


def _plural(shape: Shape) -> str:
    match shape:
        case Text():
            return "texts"
        case Number():
            return "numbers"
        case Record() | Table():
            return "mappings"
        case Measure(type=cls):
            return quantity.describe(cls).noun.split(" ", 1)[1] + "s"
        case Choice(values=values):
            return either([f"`{written(value)}`" for value in values])
        case Either(options=options):
            several = [_plural(option) for option in options]
            return either(several) if all(several) else ""
    return ""


def either(words: Iterable[str]) -> str:
    """`a, b or c`"""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def written(value: Any) -> str:
    """A value as it is written in headway.yaml, in one line."""
    if hasattr(type(value), "parse"):
        text = quantity.describe(type(value)).text
        return text(value)
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    if isinstance(value, str):
        return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, msgspec.Struct):
        given = {
            field.encode_name: getattr(value, field.name)
            for field in msgspec.structs.fields(value)
            if getattr(value, field.name) != _default(field)
        }
        return written(given)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:.10g}"
    return json.dumps(value)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _is_plain(text: str) -> bool:
    """Whether YAML reads the text without quotes as itself, also inside [] and {}."""
    from headway.workflow.scalar import Unfit, plain

    if not text or text != text.strip() or text[0] in "!&*-?|>@`\"'%#[]{},:":
        return False
    if any(mark in text for mark in (": ", " #", ",", "[", "]", "{", "}", "\n")) or text[-1] == ":":
        return False
    try:
        return plain(text)[0] == "str"
    except Unfit:
        return False


def beyond(value: float, bounds: Bounds, text: Callable[[float], str]) -> str:
    """Why a number is out of bounds; "" when it isn't."""
    if bounds.ge is not None and value < bounds.ge:
        return f"at least {text(bounds.ge)}"
    if bounds.gt is not None and value <= bounds.gt:
        return f"more than {text(bounds.gt)}"
    if bounds.le is not None and value > bounds.le:
        return f"at most {text(bounds.le)}"
    if bounds.lt is not None and value >= bounds.lt:
        return f"less than {text(bounds.lt)}"
    return ""
