"""The action of this repository, used by its path in a workflow that Headway runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WORKFLOW = """\
on: push
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          mkdir reports
          cp junit.xml reports
      - id: gate
        uses: ./
        with:
          reports: |
            reports/*.xml
          fail-on: never
          sarif: out.sarif
          comment: comment.md
      - run: |
          test "${{ steps.gate.outputs.outcome }}" = failed
          test "${{ steps.gate.outputs.quality-score }}" = 95
          test -n "${{ steps.gate.outputs.verdict }}"
          test -s out.sarif
          head -1 comment.md
      - uses: ./
        with:
          reports: reports/*.xml
"""
JUNIT = (
    '<testsuite name="t"><testcase classname="a" name="b" file="src/a.py" line="3">'
    '<failure message="AssertionError: boom"/></testcase></testsuite>'
)


def can_install(folder: Path) -> bool:
    """Whether pip reaches an index: the action installs Headway with what it needs."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    return subprocess.run([*pip, "mdurl"], capture_output=True, timeout=60).returncode == 0


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "scratch"
    root.mkdir()
    for name in ("src", "pyproject.toml", "README.md", "LICENSE", "action.yml"):
        source = ROOT / name
        if source.is_dir():
            skipped = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, root / name, ignore=skipped)
        else:
            shutil.copy(source, root / name)
    (root / "junit.xml").write_text(JUNIT)
    workflow = root / ".github" / "workflows" / "ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(WORKFLOW)
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "--all"],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "One"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def test_by_its_path_in_a_workflow(repository: Path, tmp_path: Path) -> None:
    if not can_install(tmp_path / "probe"):
        pytest.skip("pip reaches no package index")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "XDG_"))}
    env |= {"HEADWAY_HOME": str(tmp_path / "state"), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "headway", "run", "--json"],
        cwd=repository, env={**env, "HOME": str(tmp_path)}, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    steps = {e["step"]: e for e in events if e.get("kind") == "step.finished"}
    outcomes = [e["outcome"] for e in steps.values()]
    assert outcomes[-1] == "failure", done.stdout[-3000:]  # without `fail-on: never`
    failed = [e for e in steps.values() if e["outcome"] == "failure"]
    assert len(failed) == 2, done.stdout[-3000:]  # the action, and the step in it
    annotations = [e for e in events if e.get("kind") == "annotation"]
    assert ("src/a.py", 3) in {(e.get("file"), e.get("line")) for e in annotations}
    summaries = [e["markdown"] for e in events if e.get("kind") == "summary"]
    assert summaries[0].startswith("## ❌ Gate failed: 1 of ")
