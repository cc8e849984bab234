"""npm audit: known vulnerabilities of Node packages, by the lock file."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project, folder

NAME = TOOL = "npm-audit"
KIND: Kind = "dependencies"
INSTALL = "install Node.js, which brings npm"


def plan(project: Project, own: Tool) -> Plan:
    locks = project.named("package-lock.json", "npm-shrinkwrap.json")
    if not locks:
        return not_for("no package-lock.json")
    places = sorted({folder(path) for path in locks})
    commands = tuple(
        Command(
            program="npm",
            argv=("audit", "--json", "--ignore-scripts", "--package-lock-only", *own.args),
            folder=at,
            part=at,
            where="stdout",
            env={"npm_config_update_notifier": "false", "npm_config_fetch_retries": "1"},
        )
        for at in places
    )
    return Plan(why=locks[0], wanted=True, commands=commands)
