"""zizmor: weaknesses in GitHub Actions workflows; offline, so without asking GitHub."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "zizmor"
KIND: Kind = "findings"
INSTALL = "pip install zizmor"


def plan(project: Project, own: Tool) -> Plan:
    inside = project.below(".github/workflows", project.files)
    workflows = [f".github/workflows/{name}" for name in inside if name.endswith((".yml", ".yaml"))]
    actions = [path for path in project.named("action.yml", "action.yaml")
               if path.startswith(".github/")]  # fmt: skip
    if not workflows:
        return not_for("no workflows")
    names = ("zizmor.yml", ".github/zizmor.yml", ".github/zizmor.yaml")
    configured = next((name for name in names if project.has(name)), "")
    argv = ("--offline", "--no-progress", "--format", "sarif", *own.args, *workflows, *actions)
    command = Command(program=NAME, argv=argv, where="stdout", report="sarif", ran=(0,))
    return Plan(why=configured or workflows[0], wanted=bool(configured), commands=(command,))
