"""The examples and the project's own workflow, run by Headway as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VENV = Path(sys.prefix)

needs_packages = pytest.mark.skipif(
    "HEADWAY_TEST_OFFLINE" in os.environ, reason="installs packages, and there is no network"
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own; variables of a run around this one don't leak in."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "XDG_"))}
    return {**kept, "HEADWAY_HOME": str(tmp_path / "home"), "VENV": str(VENV)}


def headway(*arguments: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VENV / "bin" / "headway", *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_shop_passes_its_own_tests(tmp_path: Path):
    shop = ROOT / "examples" / "shop"
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", str(tmp_path / "t")]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=shop,
        env={**os.environ, "PYTHONPATH": str(shop / "src")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("folder", [ROOT, ROOT / "examples" / "shop"], ids=["own", "shop"])
def test_workflows_have_no_mistakes(folder: Path, environment: dict[str, str]):
    files = map(str, (folder / ".github" / "workflows").glob("*.yml"))
    answer = headway("lint", "--strict", *files, cwd=folder, env=environment)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@needs_packages
def test_the_demo_runs_the_shops_workflow(tmp_path: Path, environment: dict[str, str]):
    environment["DEMO"] = str(tmp_path / "shop")
    answer = subprocess.run(
        [ROOT / "scripts" / "demo", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr
    events = [json.loads(line) for line in answer.stdout.splitlines()]
    jobs = {e["job"]: e for e in events if e["kind"] == "job.finished"}
    assert {job["conclusion"] for job in jobs.values()} == {"success"}
    tests = {"test (3.11, memory)", "test (3.11, sqlite)"}
    assert set(jobs) == {"lint", "types", "security", "package", "report"} | tests
    assert jobs["package"]["outputs"] == {"version": "1.4.0"}
    artifacts = {e["name"] for e in events if e["kind"] == "artifact.stored"}
    assert artifacts == {"results-3.11-memory", "results-3.11-sqlite", "wheel"}
    summary = "".join(e["markdown"] for e in events if e["kind"] == "summary")
    assert "## shop 1.4.0" in summary
    assert "| 3.11-memory |" in summary
    notices = [e["message"] for e in events if e["kind"] == "annotation"]
    assert any("tests in 2 jobs" in message for message in notices)


def test_the_projects_own_workflow_lints_the_project(environment: dict[str, str]):
    """`make lint` in the job's copy finds this environment by VENV, so nothing is installed."""
    checksum = subprocess.check_output(["cksum"], input=(ROOT / "pyproject.toml").read_bytes())
    if not (VENV / f".headway-{checksum.decode().split()[0]}-dev").exists():
        pytest.skip("this environment isn't the one that `make test` made for this pyproject.toml")
    answer = headway(
        "run", "ci.yml", "-j", "lint", "--env", f"VENV={VENV}", cwd=ROOT, env=environment
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
