"""Bandit: weaknesses in Python."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project, table

NAME = TOOL = "bandit"
KIND: Kind = "findings"
INSTALL = "pip install bandit"


def plan(project: Project, own: Tool) -> Plan:
    if not project.python:
        return not_for("no Python files")
    why = python.why(project, NAME, (".bandit", "bandit.yaml", "bandit.yml"))
    argv = ("--quiet", "--format", "json", "--output", REPORT, *_settings(project), *own.args)
    command = Command(program=NAME, argv=(*argv, *_where(project)))
    return Plan(why=why or "Python files", wanted=bool(why), commands=(command,))


def _settings(project: Project) -> list[str]:
    """Bandit doesn't find these itself."""
    for name in ("bandit.yaml", "bandit.yml"):
        if project.has(name):
            return ["--configfile", name]
    data = project.toml("pyproject.toml")
    return ["--configfile", "pyproject.toml"] if table(data, "tool", "bandit") else []


def _where(project: Project) -> list[str]:
    """Its own settings leave out folders only of those that it walks into itself."""
    if not table(project.toml("pyproject.toml"), "tool", "bandit").get("exclude_dirs"):
        code = [file for file in project.python if not _test(file)]
        return code or project.python
    tops = sorted({file.split("/")[0] for file in project.python})
    out = [f"./{one}" for one in project.out()]
    return ["--recursive", *(["--exclude", ",".join(out)] if out else []), *tops]


def _test(file: str) -> bool:
    """Tests assert (B101) and hold made-up passwords; they are not what is deployed."""
    parts = file.split("/")
    return "tests" in parts[:-1] or "test" in parts[:-1] or parts[-1].startswith("test_")
