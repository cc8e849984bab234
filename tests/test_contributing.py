"""CONTRIBUTING's walk-throughs, followed word for word in a copy of the source."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/hello@v1
        id: hello
        with: {who: you}
      - run: "  "
      - run: echo ${{ steps.hello.outputs.greeted }} greeted
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The source with the modules that CONTRIBUTING shows, and their lines in the registers."""
    copy = tmp_path / "src"
    shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    page = (ROOT / "CONTRIBUTING.md").read_text()
    action, rule, scanner = re.findall(r"```python\n(.*?)```", page, re.S)
    builtin = copy / "headway" / "runner" / "action" / "builtin"
    (builtin / "hello.py").write_text(textwrap.dedent(action))
    insert(builtin / "__init__.py", "REGISTER = {", '    "actions/hello": "hello",')
    check = copy / "headway" / "workflow" / "check"
    (check / "empty_run.py").write_text(textwrap.dedent(rule))
    insert(check / "__init__.py", "    duplicate_need,", "    empty_run,")
    scanners = copy / "headway" / "quality" / "scanners"
    (scanners / "pycodestyle.py").write_text(textwrap.dedent(scanner))
    register = "SCANNERS: dict[str, Group] = {"
    insert(scanners / "__init__.py", register, '    "pycodestyle": "quality",')
    return copy


def insert(file: Path, after: str, line: str) -> None:
    text = file.read_text()
    assert after in text
    file.write_text(text.replace(after, f"{after}\n{line}"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    workflow = folder / ".github" / "workflows" / "ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(WORKFLOW)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    return folder


def headway(verb: str, source: Path, repository: Path, *more: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    env = {**kept, "PYTHONPATH": str(source), "HEADWAY_HOME": str(repository.parent / "home")}
    answer = subprocess.run(
        [sys.executable, "-m", "headway", verb, *more],
        cwd=repository,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def test_the_built_in_action_runs(source: Path, repository: Path):
    output = headway("run", source, repository)
    assert "hello you" in output
    assert "you greeted" in output
    assert "goodbye" in output


def test_the_rule_finds_an_empty_script(source: Path, repository: Path):
    assert "ci.yml:9:14: warning: the script is empty [empty-run]" in headway(
        "lint", source, repository
    )


def test_the_scanner_is_run(source: Path, repository: Path):
    (repository / "tox.ini").write_text("[pycodestyle]\n")
    (repository / "shop.py").write_text("total=1\n")
    program = repository / ".venv" / "bin" / "pycodestyle"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$1:1:6: E225 missing whitespace"; exit 1\n')
    program.chmod(0o755)
    output = headway("scan", source, repository, "--only", "pycodestyle", "--json", "--no-gate")
    assert json.loads(output)["tools"][0]["said"] == "1 finding"
