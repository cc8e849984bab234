"""flake8: linter of Python, where it is configured."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "flake8"
KIND: Kind = "findings"
INSTALL = "pip install flake8"


def plan(project: Project, own: Tool) -> Plan:
    why = python.why(project, NAME, (".flake8",), "flake8")
    if not project.python or not (why or own.run):
        return not_for("not configured")
    out = project.out()
    excluded = [f"--extend-exclude={','.join(out)}"] if out else []
    argv = ("--format=default", f"--output-file={REPORT}", *excluded, *own.args, ".")
    command = Command(program=NAME, argv=argv, report="txt")
    return Plan(why=why or "headway.yaml", wanted=True, commands=(command,),
                executes="plugins that its settings name")  # fmt: skip
