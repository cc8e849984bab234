"""The TypeScript compiler, for its type errors, in each folder with a tsconfig.json."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project, folder

NAME = "tsc"
TOOL = "typescript"
KIND: Kind = "findings"
INSTALL = "npm ci"


# A configuration that only names others; JSON with comments, so no JSON for us.
_NO_FILES = re.compile(r'"files"\s*:\s*\[\s*\]')
_REFERENCE = re.compile(r'"path"\s*:\s*"([^"]+)"')


def plan(project: Project, own: Tool) -> Plan:
    found = project.named("tsconfig.json")
    if not found:
        return not_for("no tsconfig.json")
    commands = {}
    for path in found:
        for at, part, argv in _projects(project, path):
            commands[at, part] = Command(
                program=NAME,
                argv=("--noEmit", "--pretty", "false", *argv, *own.args),
                folder=at,
                part=part,
                where="stdout",
                report="txt",
                ran=(0, 1, 2),
            )
    return Plan(why=found[0], wanted=True, commands=tuple(commands.values()))


def _projects(project: Project, path: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(folder, what tells it apart, arguments) of a configuration, or of those it refers to."""
    at, text = folder(path), project.text(path)
    if not _NO_FILES.search(text):
        yield at, at, ()
        return
    for name in _REFERENCE.findall(text):
        inner = posixpath.normpath(posixpath.join(at, name))
        if project.has(inner):  # a file; a folder's tsconfig.json is found by itself
            yield (
                at,
                inner.removesuffix(".json"),
                ("--project", posixpath.relpath(inner, at or ".")),
            )
