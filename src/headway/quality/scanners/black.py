"""Black: formatter of Python, where it is configured."""

from __future__ import annotations

import re

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "black"
KIND: Kind = "findings"
INSTALL = "pip install black"
_BROKEN = 123  # files that can't be parsed; the report names them


def plan(project: Project, own: Tool) -> Plan:
    why = python.why(project, NAME)
    if not project.python or not (why or own.run):
        return not_for("not configured")
    out = "|".join(re.escape(one) for one in project.out())
    excluded = [f"--force-exclude=^/({out})(/|$)"] if out and not _excludes(project) else []
    argv = ("--check", "--no-color", *excluded, *own.args, ".")
    command = Command(program=NAME, argv=argv, where="stderr", report="txt", ran=(0, 1, _BROKEN))
    return Plan(why=why or "headway.yaml", wanted=True, commands=(command,))


def _excludes(project: Project) -> bool:
    """Its own settings do: the flag would replace them."""
    return "force-exclude" in project.text("pyproject.toml")
