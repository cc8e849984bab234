"""SPDX 2.2 and 2.3 as tag-value text: packages with licences."""

from __future__ import annotations

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.formats.spdx import component, tool_of
from headway.quality.reading.text import lines
from headway.quality.report import Component

NAME = "spdx-tag"
KIND: Kind = "components"
SYNTAX = "text"

_SECTIONS = frozenset({"PackageName", "FileName", "SnippetSPDXID", "LicenseID"})


def detect(head: Head) -> bool:
    return any(line.startswith("SPDXVersion: SPDX-2") for line in head.lines[:20])


def parse(source: Source) -> Report:
    packages: list[dict[str, str]] = []
    creators: list[str] = []
    whole: set[str] = set()
    package: dict[str, str] | None = None
    inside_text = False
    for _, line in lines(source):
        if inside_text:
            inside_text = "</text>" not in line
            continue
        tag, _, value = line.partition(": ")
        value = value.strip()
        inside_text = "<text>" in value and "</text>" not in value
        if tag in _SECTIONS:
            package = {} if tag == "PackageName" else None
            if package is not None:
                packages.append(package)
        if tag == "Creator":
            creators.append(value)
        elif tag == "Relationship":
            words = value.split()
            if words[:2] == ["SPDXRef-DOCUMENT", "DESCRIBES"]:
                whole.update(words[2:])
        elif tag == "ExternalRef" and package is not None:
            words = value.split()
            if len(words) > 2 and words[1] == "purl":
                package["purl"] = words[2]
        elif package is not None:
            package.setdefault(tag, value)
    parts = tuple(_part(p) for p in packages if p.get("SPDXID") not in whole)
    tool, version = tool_of(creators)
    measures = {"components": float(len(parts))}
    return Report(tool=tool, tool_version=version, kind=KIND, measures=measures, components=parts)


def _part(package: dict[str, str]) -> Component:
    licenses = (
        package.get("PackageLicenseConcluded", ""),
        package.get("PackageLicenseDeclared", ""),
    )
    purl = package.get("purl")
    return component(
        package["PackageName"],
        package.get("PackageVersion", ""),
        licenses,
        [purl] if purl else [],
    )
