"""isort: order of imports in Python, where it is configured."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "isort"
KIND: Kind = "findings"
INSTALL = "pip install isort"


def plan(project: Project, own: Tool) -> Plan:
    why = python.why(project, NAME, (".isort.cfg",), "(?:tool:)?isort")
    if not project.python or not (why or own.run):
        return not_for("not configured")
    excluded = [f"--extend-skip={one}" for one in project.out()]
    argv = ("--check-only", *excluded, *own.args, ".")
    command = Command(program=NAME, argv=argv, where="stderr", report="txt")
    return Plan(why=why or "headway.yaml", wanted=True, commands=(command,))
