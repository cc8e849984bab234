"""ruff: linter of Python, where it is configured, or where no linter is."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "ruff"
KIND: Kind = "findings"
INSTALL = "pip install ruff"


def plan(project: Project, own: Tool) -> Plan:
    if not project.python:
        return not_for("no Python files")
    why = python.why(project, NAME, ("ruff.toml", ".ruff.toml"))
    if not why and not own.run and python.linter_configured(project):
        return not_for("another linter is configured")
    excluded = [f"--extend-exclude={one}" for one in project.out()]
    argv = ("check", "--output-format=sarif", f"--output-file={REPORT}", "--no-fix", *excluded)
    command = Command(program=NAME, argv=(*argv, *own.args, "."), report="sarif")
    return Plan(why=why or "Python files", wanted=bool(why), commands=(command,))
