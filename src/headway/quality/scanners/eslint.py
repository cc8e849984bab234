"""ESLint: linter of JavaScript and TypeScript, in each folder with settings for it."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import node
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project, folder

NAME = TOOL = "eslint"
KIND: Kind = "findings"
INSTALL = "npm ci"
_FILES = ("eslint.config.*", ".eslintrc", ".eslintrc.*")


def plan(project: Project, own: Tool) -> Plan:
    places = {folder(path) for path in project.named(*_FILES)}
    found = {
        at: why
        for at in sorted({*places, *node.folders(project)})
        if (why := node.why(project, NAME, _FILES, "eslintConfig", at))
    }
    found = {at: why for at, why in found.items() if not node.covered(at, list(found))}
    if not found:
        return not_for("not configured")
    commands = tuple(
        Command(
            program=NAME,
            argv=("--format", "json", "--output-file", REPORT, *_out(project, at), *own.args, "."),
            folder=at,
            part=at,
        )
        for at in found
    )
    return Plan(
        why=next(iter(found.values())),
        wanted=True,
        commands=commands,
        executes="its settings, which are a program, and plugins",
    )


def _out(project: Project, at: str) -> list[str]:
    return [word for one in project.out(at) for word in ("--ignore-pattern", f"{one}/")]
