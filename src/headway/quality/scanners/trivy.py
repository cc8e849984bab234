"""Trivy: known vulnerabilities of what lock files name, mistakes in infrastructure code.

Two commands, for the second needs no vulnerability data and so works where that can't be had.
"""

from __future__ import annotations

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners.base import REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project

NAME = TOOL = "trivy"
KIND: Kind = "dependencies"
INSTALL = "https://trivy.dev/latest/getting-started/installation"
_LOCKS = (
    *("requirements.txt", "poetry.lock", "uv.lock", "Pipfile.lock", "pylock.toml"),
    *("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "go.mod", "Cargo.lock"),
    *("Gemfile.lock", "composer.lock", "pom.xml", "gradle.lockfile", "packages.lock.json"),
    *("mix.lock", "pubspec.lock", "Package.resolved", "conan.lock"),
)
_CODE = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile", "*.tf", "Chart.yaml")


def plan(project: Project, own: Tool) -> Plan:
    locks, code = project.named(*_LOCKS), project.named(*_CODE)
    commands = []
    if locks:
        commands.append(_command(project, own, "vuln", ""))
    if code:
        commands.append(_command(project, own, "misconfig", "config", "--skip-check-update"))
    if not commands:
        return not_for("no lock files, no Dockerfile, no Terraform")
    configured = next((n for n in ("trivy.yaml", ".trivyignore") if project.has(n)), "")
    first = (locks or code)[0]
    return Plan(why=configured or first, wanted=bool(configured), commands=tuple(commands))


def _command(project: Project, own: Tool, scanners: str, part: str, *more: str) -> Command:
    argv = (
        *("filesystem", "--scanners", scanners, "--format", "json", "--output", REPORT),
        *("--no-progress", "--skip-version-check", *more),
        *(f"--skip-dirs={one}" for one in (*project.out(), ".headway")),
        *own.args,
        ".",
    )
    return Command(program=NAME, argv=argv, part=part, ran=(0,))
