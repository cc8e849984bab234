"""Pylint: linter of Python, where it is configured."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "pylint"
KIND: Kind = "findings"
INSTALL = "pip install pylint"
_USAGE = 32  # smaller exit codes are bits for the kinds of messages


def plan(project: Project, own: Tool) -> Plan:
    why = python.why(project, NAME, ("pylintrc", ".pylintrc"), r"(?:MASTER|MAIN|pylint[.\w ]*)")
    if not project.python or not (why or own.run):
        return not_for("not configured")
    argv = ("--output-format=json", "--score=no", "--jobs=1", *own.args, *project.python)
    command = Command(program=NAME, argv=argv, where="stdout", ran=tuple(range(_USAGE)))
    return Plan(why=why or "headway.yaml", wanted=True, commands=(command,),
                executes="its init-hook and plugins")  # fmt: skip
