"""The TypeScript compiler, for its type errors, in each folder with a tsconfig.json."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project, folder

NAME = "tsc"
TOOL = "typescript"
KIND: Kind = "findings"
INSTALL = "npm ci"


def plan(project: Project, own: Tool) -> Plan:
    found = [folder(path) for path in project.named("tsconfig.json")]
    if not found:
        return not_for("no tsconfig.json")
    commands = tuple(
        Command(
            program=NAME,
            argv=("--noEmit", "--pretty", "false", *own.args),
            folder=at,
            part=at,
            where="stdout",
            report="txt",
            ran=(0, 1, 2),
        )
        for at in found
    )
    return Plan(why=f"{found[0]}/tsconfig.json".lstrip("/"), wanted=True, commands=commands)
