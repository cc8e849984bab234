"""CycloneDX XML, 1.0 to 1.6: components with licences."""

from __future__ import annotations

from collections.abc import Iterator

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.formats.cyclonedx import NOT_PARTS
from headway.quality.reading.xml import Element, elements
from headway.quality.report import Component

NAME = "cyclonedx-xml"
KIND: Kind = "components"
SYNTAX = "xml"


def detect(head: Head) -> bool:
    return head.root == "bom" and b"cyclonedx.org/schema/bom" in head.data


def parse(source: Source) -> Report:
    found: list[Component] = []
    tool = version = ""
    for element in elements(source, ("component", "tool"), within=("metadata", "tools", "bom")):
        if element.name not in ("component", "tool"):
            continue
        around = {parent.name for parent in element.parents}
        if "tools" in around:
            tool, version = tool or element.inner("name"), version or element.inner("version")
        elif "metadata" not in around and element.name == "component":
            found.extend(_part(source, part) for part in _all(element))
    return Report(
        tool=tool or "cyclonedx",
        tool_version=version,
        kind=KIND,
        measures={"components": float(len(found))},
        components=tuple(found),
    )


def _all(element: Element) -> Iterator[Element]:
    """The component, if it is a part, and those nested in it."""
    if element.get("type") not in NOT_PARTS:
        yield element
    nested = element.child("components")
    for inner in nested.all("component") if nested else ():
        yield from _all(inner)


def _part(source: Source, element: Element) -> Component:
    name, group = element.inner("name"), element.inner("group")
    if not name:
        raise source.error("<component> without a name", line=element.line)
    listed = element.child("licenses")
    licenses = []
    for choice in listed.children if listed else ():
        if choice.name == "expression":
            licenses.append(choice.text.strip())
        elif choice.name == "license":
            licenses.append(choice.inner("id") or choice.inner("name"))
    return Component(
        name=f"{group}/{name}" if group else name,
        version=element.inner("version"),
        purl=element.inner("purl"),
        licenses=tuple(filter(None, licenses)),
    )
