"""CycloneDX JSON, 1.2 to 1.6: components with licences, and known vulnerabilities if it has any."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from headway.quality.advisory import finding
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Component, Finding
from headway.quality.severity import RANK, of_word

NAME = "cyclonedx"
KIND: Kind = "components"
SYNTAX = "json"

# Kinds of component that are no parts with a version and a licence of their own.
NOT_PARTS = frozenset({"file", "data", "cryptographic-asset"})
# States of an analysis that leave nothing to do about a vulnerability.
_SETTLED = frozenset({"resolved", "resolved_with_pedigree", "false_positive", "not_affected"})


class _License(Struct):
    id: str = ""
    name: str = ""


class _Choice(Struct):
    license: _License | None = None
    expression: str = ""


class _Component(Struct):
    name: str
    type: str = ""
    group: str = ""
    version: str | None = None
    purl: str = ""
    ref: str = field(default="", name="bom-ref")
    licenses: list[_Choice] = []
    components: list[_Component] = []


class _Tools(Struct):
    components: list[_Component] = []


class _Metadata(Struct):
    tools: list[_Component] | _Tools = []


class _Rating(Struct):
    severity: str = ""
    score: float | None = None
    method: str = ""


class _Advisory(Struct):
    url: str = ""


class _Analysis(Struct, frozen=True):
    state: str = ""


class _Affected(Struct):
    ref: str = ""


class _Reference(Struct):
    id: str = ""


class _Vulnerability(Struct):
    id: str = ""
    ratings: list[_Rating] = []
    description: str = ""
    recommendation: str = ""
    advisories: list[_Advisory] = []
    affects: list[_Affected] = []
    references: list[_Reference] = []
    analysis: _Analysis = _Analysis()


class _Document(Struct):
    metadata: _Metadata | None = None
    components: list[_Component] = []
    vulnerabilities: list[_Vulnerability] = []


def detect(head: Head) -> bool:
    return head.values.get("bomFormat") == "CycloneDX"


def parse(source: Source) -> Report:
    document = decode(source, _Document)
    parts = {part.ref: part for part in _all(document.components)}
    every = [part for part in _all(document.components) if part.type not in NOT_PARTS]
    tool = _tool(document.metadata)
    return Report(
        tool=tool.name if tool else "cyclonedx",
        tool_version=(tool.version or "") if tool else "",
        kind=KIND,
        measures={"components": float(len(every))},
        components=tuple(_part(part) for part in every),
        findings=tuple(
            found
            for one in document.vulnerabilities
            if one.analysis.state not in _SETTLED
            for found in _findings(one, parts, tool.name if tool else "cyclonedx")
        ),
    )


def _all(components: list[_Component]) -> Iterator[_Component]:
    for component in components:
        yield component
        yield from _all(component.components)


def _tool(metadata: _Metadata | None) -> _Component | None:
    if metadata is None:
        return None
    tools = metadata.tools if isinstance(metadata.tools, list) else metadata.tools.components
    return tools[0] if tools else None


def _part(component: _Component) -> Component:
    licenses = []
    for choice in component.licenses:
        inner = choice.license
        licenses.append(choice.expression or ((inner.id or inner.name) if inner else ""))
    name = f"{component.group}/{component.name}" if component.group else component.name
    return Component(
        name=name,
        version=component.version or "",
        purl=component.purl,
        licenses=tuple(filter(None, licenses)),
    )


def _findings(one: _Vulnerability, parts: dict[str, _Component], tool: str) -> Iterator[Finding]:
    scores = [r.score for r in one.ratings if r.score is not None and r.method.startswith("CVSS")]
    words = [r.severity for r in one.ratings if r.severity]
    for affected in one.affects:
        part = parts.get(affected.ref)
        yield finding(
            tool=tool,
            ids=[one.id, *sorted(reference.id for reference in one.references)],
            package=part.name if part else affected.ref,
            version=(part.version or "") if part else "",
            message=one.description or one.recommendation or one.id,
            # The worst of what several sources say.
            word=max(words, key=lambda word: RANK[of_word(word)], default=""),
            cvss=max(scores, default=None),
            url=one.advisories[0].url if one.advisories else "",
        )
