"""radon: cyclomatic complexity of Python."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "radon"
KIND: Kind = "complexity"
INSTALL = "pip install radon"


def plan(project: Project, own: Tool) -> Plan:
    if not project.python:
        return not_for("no Python files")
    why = python.why(project, NAME, ("radon.cfg",), "radon")
    argv = ("cc", "--json", f"--output-file={REPORT}", *own.args, *project.python)
    command = Command(program=NAME, argv=argv, ran=(0,))
    return Plan(why=why or "Python files", wanted=bool(why), commands=(command,))
