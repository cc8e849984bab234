"""lizard's XML (`--xml`), which follows cppncss: items named `function(...) at file:line`."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.xml import Element, elements
from headway.quality.report import Complexity

NAME = "lizard-xml"
KIND: Kind = "complexity"
SYNTAX = "xml"

_ITEM = re.compile(r"(.*?)\(.*\) at (.+):(\d{1,9})$", re.DOTALL)


def detect(head: Head) -> bool:
    return head.root == "cppncss"


def parse(source: Source) -> Report:
    """Functions only; the measures of files are sums of these."""
    found = []
    for item in elements(source, ("item",), within=("measure",)):
        if item.name == "item" and item.parents and item.parents[-1].get("type") == "Function":
            found.append(_function(source, item))
    return Report(tool="lizard", kind=KIND, complexity=tuple(found))


def _function(source: Source, item: Element) -> Complexity:
    match = _ITEM.match(item.get("name"))
    values = [value.text.strip() for value in item.all("value")]
    if match is None or len(values) < 3 or not all(_is_count(text) for text in values[1:3]):
        message = f"<item name={item.get('name')[:80]!r}> is not a function with its measures"
        raise source.error(message, line=item.line)
    return Complexity(
        file=match[2].replace("\\", "/"),
        name=match[1].strip().replace("::", "."),
        line=int(match[3]),
        cyclomatic=float(values[2]),
        length=int(values[1]),
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
