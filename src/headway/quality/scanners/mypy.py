"""mypy: types of Python, in each folder where it is configured."""

from __future__ import annotations

import re

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import PYTHON, Command, Plan, not_for
from headway.quality.scanners.project import Project, table

NAME = TOOL = "mypy"
KIND: Kind = "findings"
INSTALL = "pip install mypy"
_FILES = ("mypy.ini", ".mypy.ini")
_ARGV = (
    "--no-pretty",
    "--no-color-output",
    "--show-column-numbers",
    f"--python-executable={PYTHON}",
)


def plan(project: Project, own: Tool) -> Plan:
    if not project.python:
        return not_for("no Python files")
    found = {}
    for at in python.folders(project):
        why = python.why(project, NAME, _FILES, "mypy", at, needed=not at)
        if why or (own.run and not at):
            found[at] = why or "headway.yaml"
    if not found:
        return not_for("not configured")
    commands = tuple(
        Command(
            program=NAME,
            argv=(*_ARGV, *_excluded(project, at), *own.args, *_targets(project, at)),
            folder=at,
            part=at,
            where="stdout",
            report="txt",
            ran=(0, 1, 2),  # 2: a file can't be parsed; the report says which
        )
        for at in found
    )
    return Plan(
        why=next(iter(found.values())),
        wanted=True,
        commands=commands,
        executes="plugins that its settings name",
    )


def _targets(project: Project, at: str) -> list[str]:
    """Nothing where the settings say what is checked."""
    prefix = f"{at}/" if at else ""
    own = table(project.toml(prefix + "pyproject.toml"), "tool", "mypy")
    if {"files", "packages", "modules"} & own.keys():
        return []
    for name in (*_FILES, "setup.cfg"):
        if re.search(r"^(?:files|packages|modules)\s*=", project.text(prefix + name), re.M):
            return []
    return python.sources(project, at)


def _excluded(project: Project, at: str) -> list[str]:
    return [f"--exclude=^{re.escape(one)}/" for one in project.out(at)]
