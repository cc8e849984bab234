"""Prettier: formatter of JavaScript, TypeScript, CSS and more, in each folder with settings."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import node
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project, folder

NAME = TOOL = "prettier"
KIND: Kind = "findings"
INSTALL = "npm ci"
_FILES = (".prettierrc", ".prettierrc.*", "prettier.config.*")


def plan(project: Project, own: Tool) -> Plan:
    places = {folder(path) for path in project.named(*_FILES)}
    found = {
        at: why
        for at in sorted({*places, *node.folders(project)})
        if (why := node.why(project, NAME, _FILES, NAME, at))
    }
    found = {at: why for at, why in found.items() if not node.covered(at, list(found))}
    if not found:
        return not_for("not configured")
    commands = tuple(
        Command(
            program=NAME,
            argv=("--check", "--no-color", *own.args, ".", *(f"!{one}" for one in project.out(at))),
            folder=at,
            part=at,
            where="both",
            report="txt",
            ran=(0, 1, 2),  # 2: a file can't be parsed; the report says which
        )
        for at in found
    )
    return Plan(
        why=next(iter(found.values())),
        wanted=True,
        commands=commands,
        executes="plugins, and settings that are a program",
    )
