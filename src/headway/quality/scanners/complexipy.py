"""complexipy: cognitive complexity of Python, version 5 and newer."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import REPORT, Command, Ended, Plan, not_for
from headway.quality.scanners.base import trouble as usual_trouble
from headway.quality.scanners.project import Project

NAME = TOOL = "complexipy"
KIND: Kind = "complexity"
INSTALL = "pip install 'complexipy>=5'"


def plan(project: Project, own: Tool) -> Plan:
    if not project.python:
        return not_for("no Python files")
    why = python.why(project, NAME, ("complexipy.toml", ".complexipy.toml"))
    argv = ("--quiet", "--output-format", "json", "--output", REPORT, *own.args, *project.python)
    command = Command(program=NAME, argv=argv)
    return Plan(why=why or "Python files", wanted=bool(why), commands=(command,))


def trouble(ended: Ended) -> str:
    """A file that it can't parse it leaves out of its report, and of its exit code."""
    failed = [line for line in ended.log.splitlines() if "Failed to process" in line]
    if failed:
        return failed[0].strip().removeprefix("error: ")
    return usual_trouble(ended)
