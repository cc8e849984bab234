"""Every key of headway.yaml as Markdown: the tables of docs/configuration.md.

A table for each Struct, named after the path that leads to it; a Struct that is in several
places is described at the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from headway.config import quantity, words
from headway.config.loading import ROOT
from headway.config.shape import Either, Key, Many, Measure, Record, Shape, Table
from headway.quality.settings import DEFAULTS

BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->"
_BETWEEN = re.compile(f"({re.escape(BEGIN)}).*?({re.escape(END)})", re.S)
_LONGEST = 60  # characters of a default that is shown
# Gates that aren't written have limits of their own.
_USUAL = {f"gates.{name}": f"`{usual.limit:.10g}`" for name, usual in DEFAULTS.items()}


def updated(page: str) -> str:
    """The page with the tables as they are now."""
    return _BETWEEN.sub(lambda match: f"{match[1]}{render()}{match[2]}", page)


def render(root: Record = ROOT) -> str:
    """The tables of all sections."""
    seen: dict[type, str] = {}
    return "".join(f"{part}\n" for key in root.keys.values() for part in _section(key, seen))


def _section(key: Key, seen: dict[type, str]) -> Iterator[str]:
    yield f"## {key.name}\n"
    yield f"{_sentence(key.description)}\n"
    tables = list(_tables(key.name, key.shape, seen))
    name, inner = _inside(key.name, key.shape)
    if not list(_structs(key.shape)):
        yield _row("value", "default", "")
        yield "|---|---|---|"
        yield _row(_value(key.shape), _default(key), _examples(key)) + "\n"
    elif name != key.name:
        yield f"Each `{name}` is {_linked(_value(inner), inner, seen)}.\n"
    for name, record in tables:
        if name != key.name:
            yield f"### {name}\n"
        yield from _rows(name, record, seen)


def _inside(path: str, shape: Shape) -> tuple[str, Shape]:
    """What a section holds many of."""
    match shape:
        case Many(item=item):
            return f"{path}.N", item
        case Table(value=value):
            return f"{path}.NAME", value
    return path, shape


def _tables(path: str, shape: Shape, seen: dict[type, str]) -> Iterator[tuple[str, Record]]:
    """The Structs that weren't described yet, each with its path."""
    match shape:
        case Record(type=cls):
            if cls not in seen:
                seen[cls] = path
                yield path, shape
                for key in shape.keys.values():
                    yield from _tables(f"{path}.{key.name}", key.shape, seen)
        case Many() | Table():
            yield from _tables(*_inside(path, shape), seen)
        case Either(options=options):
            for option in options:
                yield from _tables(path, option, seen)


def _rows(path: str, record: Record, seen: dict[type, str]) -> Iterator[str]:
    if not record.keys:
        yield "It has no keys.\n"
        return
    yield _row("key", "value", "default", "")
    yield "|---|---|---|---|"
    if record.tag_key:
        yield _row(f"`{record.tag_key}`", f"`{record.tag}`", "needed", "Which of them it is.")
    for key in record.keys.values():
        value = _linked(_value(key.shape), key.shape, seen)
        text = " ".join(part for part in (_sentence(key.description), _examples(key)) if part)
        default = _default(key) or _USUAL.get(f"{path}.{key.name}", "")
        yield _row(f"`{key.name}`", value, default, text)
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(shape: Shape) -> str:
    """What may be written there, with limits."""
    limits = ""
    for option in shape.options if isinstance(shape, Either) else (shape,):
        bounds = getattr(option, "bounds", None)
        if bounds is not None:
            text = quantity.describe(option.type).text if isinstance(option, Measure) else _number
            parts = [
                f"{word} {text(limit)}"
                for word, limit in (
                    ("at least", bounds.ge),
                    ("more than", bounds.gt),
                    ("at most", bounds.le),
                    ("less than", bounds.lt),
                )
                if limit is not None
            ]
            limits = limits or ", ".join(parts)
    return words.brief(shape) + (f" ({limits})" if limits else "")


def _number(value: float) -> str:
    return f"{value:.10g}"


def _linked(text: str, shape: Shape, seen: dict[type, str]) -> str:
    """The text as a link to the table of the Struct that may be written there."""
    there = next((seen[cls] for cls in _structs(shape) if cls in seen), "")
    return f"[{text}](#{_anchor(there)})" if there else text


def _structs(shape: Shape) -> Iterator[type]:
    match shape:
        case Record(type=cls):
            yield cls
        case Many(item=inner) | Table(value=inner):
            yield from _structs(inner)
        case Either(options=options):
            for option in options:
                yield from _structs(option)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _default(key: Key) -> str:
    if key.required:
        return "needed"
    if key.default is None or key.default == "" or isinstance(key.default, Struct):
        return ""
    if not key.default and isinstance(key.shape, Many | Table):
        return ""
    text = words.written(key.default)
    return f"`{text}`" if len(text) <= _LONGEST else ""


def _examples(key: Key) -> str:
    return ", ".join(f"`{words.written(example)}`" for example in key.examples)


def _sentence(text: str) -> str:
    """A description as Markdown: what isn't code means itself."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*_<>])", r"\\\1", part) for part in parts[::2]]
    text = "`".join(parts)
    return text if not text or text[-1] in ".!?" else f"{text}."
