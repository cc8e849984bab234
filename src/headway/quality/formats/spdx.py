"""SPDX 2.2 and 2.3 as JSON: packages with licences."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Component

NAME = "spdx"
KIND: Kind = "components"
SYNTAX = "json"

_NOTHING = frozenset({"", "NOASSERTION", "NONE"})


class _Reference(Struct):
    referenceType: str = ""
    referenceLocator: str = ""


class _Package(Struct):
    name: str
    SPDXID: str = ""
    versionInfo: str = ""
    licenseConcluded: str = ""
    licenseDeclared: str = ""
    externalRefs: list[_Reference] = []


class _Relationship(Struct):
    spdxElementId: str
    relationshipType: str
    relatedSpdxElement: str


class _Creation(Struct, frozen=True):
    creators: tuple[str, ...] = ()


class _Document(Struct):
    packages: list[_Package] = []
    relationships: list[_Relationship] = []
    documentDescribes: list[str] = []
    creationInfo: _Creation = _Creation()


def detect(head: Head) -> bool:
    return head.values.get("spdxVersion", "").startswith("SPDX-2")


def parse(source: Source) -> Report:
    """Its parts, without what the document describes as a whole (the project itself)."""
    document = decode(source, _Document)
    whole = set(document.documentDescribes) | {
        relation.relatedSpdxElement
        for relation in document.relationships
        if relation.relationshipType == "DESCRIBES" and relation.spdxElementId == "SPDXRef-DOCUMENT"
    }
    parts = [package for package in document.packages if package.SPDXID not in whole]
    tool, version = tool_of(document.creationInfo.creators)
    return Report(
        tool=tool,
        tool_version=version,
        kind=KIND,
        measures={"components": float(len(parts))},
        components=tuple(
            component(
                part.name,
                part.versionInfo,
                (part.licenseConcluded, part.licenseDeclared),
                [r.referenceLocator for r in part.externalRefs if r.referenceType == "purl"],
            )
            for part in parts
        ),
    )


def component(name: str, version: str, licenses: tuple[str, ...], purls: list[str]) -> Component:
    """`licenses` in order of preference: concluded, declared."""
    known = [text for text in licenses if text not in _NOTHING]
    return Component(
        name=name,
        version=version if version not in _NOTHING else "",
        purl=purls[0] if purls else "",
        licenses=tuple(known[:1]),
    )


def tool_of(creators: tuple[str, ...] | list[str]) -> tuple[str, str]:
    """(tool, version) of `Tool: syft-1.18.1`."""
    for creator in creators:
        kind, _, name = creator.partition(":")
        if kind.strip() == "Tool":
            tool, _, version = name.strip().rpartition("-")
            return (tool, version) if tool and version[:1].isdigit() else (name.strip(), "")
    return "spdx", ""
