"""pip-audit: known vulnerabilities of Python packages.

Nothing is built to find out what a project needs: versions come from lock files, pinned
requirements or what is installed in its virtual environment; else pip resolves what is declared,
from wheels only.
"""

from __future__ import annotations

import re

from headway.quality.report import Kind
from headway.quality.scan import Tool
from headway.quality.scanners import python
from headway.quality.scanners.base import BESIDE, REPORT, Command, Plan, not_for
from headway.quality.scanners.project import Project, base, folder

NAME = TOOL = "pip-audit"
KIND: Kind = "dependencies"
INSTALL = "pip install pip-audit"
_NO_BUILD = {"PIP_ONLY_BINARY": ":all:", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
_DECLARED = "pip-audit-requirements.txt"
_FOR_TOOLS = re.compile(r"(?:dev|test|doc|lint|build|ci)")


def plan(project: Project, own: Tool) -> Plan:
    commands = [
        command for at in python.folders(project) for command in _of_folder(project, at, own)
    ]
    if not commands:
        return not_for("no requirements, no lock file, no dependencies in pyproject.toml")
    why = python.why(project, NAME) or _shown(commands[0])
    wanted = bool(python.why(project, NAME))
    return Plan(why=why, wanted=wanted, commands=tuple(commands))


def _shown(command: Command) -> str:
    files = [word for word in command.argv if word.endswith(".txt") and not word.startswith("{")]
    return files[0] if files else "dependencies in pyproject.toml"


def _of_folder(project: Project, at: str, own: Tool) -> list[Command]:
    prefix = f"{at}/" if at else ""
    if any(folder(path) == at for path in project.named("pylock.toml", "pylock.*.toml")):
        return [_command(("--locked", at or "."), at or "lock", own)]
    found = [
        path
        for path in project.named("*requirements*.txt")
        if folder(path) in (at, f"{prefix}requirements") and not _FOR_TOOLS.search(base(path))
    ]
    if found:
        return [_of_file(project, path, own) for path in found]
    declared = python.declared(project, at)
    if not declared:
        return []
    text = "\n".join(declared) + "\n"
    name = f"{at.replace('/', '-')}-{_DECLARED}".lstrip("-")
    argv = ("--requirement", f"{BESIDE}/{name}", *_pins(text))
    return [_command(argv, at, own, {name: text})]


def _of_file(project: Project, path: str, own: Tool) -> Command:
    return _command(("--requirement", path, *_pins(project.text(path))), path, own)


def _pins(text: str) -> tuple[str, ...]:
    """Where every version is said, pip need not be asked."""
    lines = [line.partition("#")[0].strip() for line in text.replace("\\\n", " ").splitlines()]
    lines = [line for line in lines if line and not line.startswith("--hash")]
    pinned = all(re.match(r"[A-Za-z0-9._\[\],-]+\s*===?\s*[\w.!+]+(?:\s|;|$)", x) for x in lines)
    return ("--no-deps", "--disable-pip") if pinned else ()


def _command(
    what: tuple[str, ...], part: str, own: Tool, files: dict[str, str] | None = None
) -> Command:
    return Command(
        program=NAME,
        argv=(
            "--format",
            "json",
            "--output",
            REPORT,
            "--progress-spinner",
            "off",
            *own.args,
            *what,
        ),
        part=part.removesuffix(".txt"),
        env=_NO_BUILD,
        files=files or {},
    )
