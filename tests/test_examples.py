"""The examples and the project's own workflow, run by Headway as a user would."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headway.testing.supervised import kill_all

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


@pytest.fixture
def demo(tmp_path: Path, environment: dict[str, str]) -> Iterator[Demo]:
    """`scripts/demo` in a folder of its own; nothing of it is left afterwards."""
    made = Demo(tmp_path, environment)
    yield made
    kill_all(made.home)
    shutil.rmtree(made.instances, ignore_errors=True)


class Demo:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.home = folder, folder / "home"
        # Instances may run as users who can't enter the test's own folder.
        self.instances = Path(tempfile.mkdtemp(prefix="headway-demo-"))
        self.instances.chmod(0o711)
        self.env = {
            **environment,
            "DEMO": str(folder / "shop"),
            "HEADWAY_INSTANCES": str(self.instances),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / "demo", *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def json(self, *arguments: str) -> Any:
        answer = headway(*arguments, "--json", cwd=self.folder / "shop", env=self.env)
        return json.loads(answer.stdout)


@needs_packages
def test_the_demo_takes_a_change_to_production_and_a_bad_one_back(demo: Demo):
    pytest.importorskip("supervisor", reason="the [delivery] extra is not installed")
    pytest.importorskip("envoy", reason="the [delivery] extra is not installed")
    answer = demo.run("--quick")
    assert answer.returncode == 0, answer.stdout[-6000:] + answer.stderr

    run = demo.json("show")
    assert run["conclusion"] == "success"
    tests = {"test (3.11, memory)", "test (3.11, sqlite)"}
    jobs = {"lint", "types", "security", "package", "report"} | tests
    assert {job["job"]: job["state"] for job in run["jobs"]} == dict.fromkeys(jobs, "success")
    assert "## shop 1.4.0" in answer.stdout
    assert [one["outcome"] for one in demo.json("gate", "--list")] == ["passed"]

    ends = {r["version"]: r["conclusion"] for r in demo.json("rollout", "list")}
    assert ends == {"v1": "promoted", "v2": "promoted", "v3": "rolled_back"}
    v3 = demo.json("rollout", "list")[0]
    assert v3["reason"].startswith("errors: ")
    assert "ZeroDivisionError" in logs(demo.home)
    assert "A product's page says how scarce it is" in Path(v3["incident"]).read_text()

    traffic = json.loads((demo.folder / "traffic.json").read_text())
    assert traffic["dropped"] == 0, traffic["why"]
    errors = {name: one["errors"] for name, one in traffic["releases"].items()}
    assert (errors["v1"], errors["v2"]) == (0, 0)
    assert 0 < errors["v3"] < traffic["releases"]["v3"]["requests"] / 10

    assert demo.json("env", "list")[1]["version"] == ""
    assert processes_of(demo.folder) == []


def logs(home: Path) -> str:
    return "".join(file.read_text() for file in home.glob("instances/*/logs/v3-*.log"))


def processes_of(folder: Path) -> list[str]:
    """The command lines of all that was started with something of this folder."""
    mark, found = str(folder), []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = file.read_bytes().decode(errors="replace").replace("\0", " ")
            if mark in words and file.parent.name != str(os.getpid()):
                found.append(words)
    return found


def test_an_unknown_argument_of_the_demo_changes_nothing(demo: Demo):
    answer = demo.run("--fast")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "unknown argument --fast" in answer.stderr
    assert not demo.home.exists()


@needs_packages
def test_ci_alone(demo: Demo):
    answer = demo.run("--ci", "--json", "-j", "lint")
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr
    events = [json.loads(line) for line in answer.stdout.splitlines()]
    jobs = {e["job"]: e["conclusion"] for e in events if e["kind"] == "job.finished"}
    assert jobs == {"lint": "success"}


def test_the_projects_own_workflow_lints_the_project(environment: dict[str, str]):
    """`make lint` in the job's copy finds this environment by VENV, so nothing is installed."""
    checksum = subprocess.check_output(["cksum"], input=(ROOT / "pyproject.toml").read_bytes())
    if not (VENV / f".headway-{checksum.decode().split()[0]}-dev").exists():
        pytest.skip("this environment isn't the one that `make test` made for this pyproject.toml")
    answer = headway(
        "run", "ci.yml", "-j", "lint", "--env", f"VENV={VENV}", cwd=ROOT, env=environment
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
