"""Semgrep: rules of the project's own, or named ones of its registry."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "semgrep"
KIND: Kind = "findings"
INSTALL = "pip install semgrep"


def plan(project: Project, own: Tool) -> Plan:
    rules = list(own.rules)
    if not rules:
        rules = [name for name in (".semgrep.yml", ".semgrep.yaml") if project.has(name)]
        if project.below(".semgrep", project.files):
            rules.append(".semgrep")
    if not rules:
        return not_for("no rules: name them in scan.tools.semgrep.rules")
    argv = (
        *("scan", "--metrics", "off", "--disable-version-check", "--quiet", "--json"),
        *("--output", REPORT, *(f"--config={rule}" for rule in rules)),
        *(f"--exclude={one}" for one in project.out()),
        *own.args,
        ".",
    )
    command = Command(program=NAME, argv=argv)
    return Plan(why=f"rules in {', '.join(rules)}", wanted=True, commands=(command,))
