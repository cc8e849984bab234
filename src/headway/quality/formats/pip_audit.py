"""pip-audit's JSON (`pip-audit -f json`): a list of packages until 2.4, since then an object."""

from __future__ import annotations

from msgspec import Struct

from headway.quality import advisory
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import summary

NAME = "pip-audit"
KIND: Kind = "dependencies"
SYNTAX = "json"


class Vulnerability(Struct, frozen=True):
    id: str
    fix_versions: list[str] = []
    aliases: list[str] = []
    description: str | None = None


class Package(Struct, frozen=True):
    name: str
    version: str = ""
    vulns: list[Vulnerability] = []
    skip_reason: str | None = None


class Document(Struct, frozen=True):
    dependencies: list[Package]


def detect(head: Head) -> bool:
    if head.has("dependencies[].name"):
        return head.has("dependencies[].vulns") or head.has("dependencies[].skip_reason")
    if head.has("[].name", "[].version", "[].vulns"):
        return True
    return head.has("dependencies", "fixes")  # an environment without packages


def parse(source: Source) -> Report:
    """Incomplete when packages were skipped: pip-audit says nothing about those."""
    found = decode(source, Document | list[Package])  # type: ignore[arg-type]
    packages = found.dependencies if isinstance(found, Document) else found
    findings = tuple(
        advisory.finding(
            tool=NAME,
            ids=[one.id, *one.aliases],
            package=package.name,
            version=package.version,
            fixed=one.fix_versions,
            message=one.description or "",
        )
        for package in packages
        for one in package.vulns
    )
    skipped = [package.skip_reason for package in packages if package.skip_reason]
    return Report(
        tool=NAME,
        kind=KIND,
        findings=findings,
        measures={"packages": len(packages), "packages.skipped": len(skipped)},
        complete=not skipped,
        reason=summary(skipped),
    )
