"""Runs a built-in action against real folders and programs, and notes all that it says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from headway.clients import git
from headway.runner.action.builtin.base import ActionFailed
from headway.runner.matcher import read_matchers
from headway.runner.workspace import Snapshot
from headway.testing.repository import ENVIRONMENT


class RecordingContext:
    """The ActionContext of `headway.runner.action.builtin.base`, for one job in `folder`.

    `env` and PATH change as the action asks, as they do for the steps after it.
    """

    def __init__(
        self, folder: Path, root: Path, *, in_place: bool = False, run: str = "1", **env: str
    ) -> None:
        self.repository = git.discover(str(root))
        self.temp = str(folder / f"run{run}" / "temp")
        self.run_store = str(folder / "runs" / run)
        self.store = str(folder / "store")
        self.tool_cache = str(folder / "tools")
        for path in (self.temp, self.run_store, self.store, self.tool_cache):
            os.makedirs(path, exist_ok=True)
        self.snapshot = Snapshot(self.repository, self.temp, in_place=in_place)
        self.workspace = self.snapshot.workspace(str(folder / f"run{run}" / "work"))
        self.directory = self.workspace.path
        home = folder / "home"
        home.mkdir(exist_ok=True)
        path = os.environ.get("PATH", os.defpath)
        self.env = {"HOME": str(home), "PATH": path, **ENVIRONMENT, **env}
        self.github: dict[str, Any] = {
            "ref": self.repository.ref,
            "sha": self.repository.sha,
            "repository": self.repository.slug,
            "event_name": "push",
            "run_id": run,
        }
        self.event: dict[str, Any] = {}
        self.inputs: dict[str, str] = {}
        self.state: dict[str, str] = {}
        self.job_status = "success"
        self.cache_size = 10 << 30
        self.stopped = False
        self.local_repositories: Mapping[str, str] = {}
        self.uses = ""
        self.said: list[str] = []
        self.annotations: list[tuple[str, str]] = []
        self.outputs: dict[str, str] = {}
        self.paths: list[str] = []
        self.matchers: list[str] = []
        self.artifacts: list[tuple[str, int, int]] = []

    def do(
        self, action: ModuleType, inputs: Mapping[str, str] | None = None, *, uses: str = ""
    ) -> dict[str, str]:
        """Runs the action's main; its outputs. Raises ActionFailed."""
        self.uses, self.outputs, self.annotations, self.said = uses, {}, [], []
        given = {name.replace("_", "-"): value for name, value in (inputs or {}).items()}
        unknown = given.keys() - action.INPUTS.keys()
        assert not unknown, f"the action has no input {unknown}"
        self.inputs = {n: given.get(n, default or "") for n, default in action.INPUTS.items()}
        action.main(self)
        return self.outputs

    def refusal(self, action: ModuleType, inputs: Mapping[str, str]) -> str:
        """Why the action fails with these inputs."""
        try:
            self.do(action, inputs)
        except ActionFailed as failure:
            return str(failure)
        raise AssertionError(f"it did not fail, but gave {self.outputs}")

    def close(self) -> None:
        self.workspace.remove()
        self.snapshot.remove()

    def log(self, text: str) -> None:
        self.said.append(text)

    def notice(self, message: str, **place: str) -> None:
        self.annotations.append(("notice", message))

    def warning(self, message: str, **place: str) -> None:
        self.annotations.append(("warning", message))

    def error(self, message: str, **place: str) -> None:
        self.annotations.append(("error", message))

    def group(self, title: str) -> None:
        self.said.append(f"[{title}")

    def endgroup(self) -> None:
        self.said.append("]")

    def output(self, name: str, value: str) -> None:
        assert isinstance(value, str)
        self.outputs[name] = value

    def set_env(self, name: str, value: str) -> None:
        self.env[name] = value

    def add_path(self, folder: str) -> None:
        self.paths.insert(0, folder)
        self.env["PATH"] = folder + os.pathsep + self.env["PATH"]

    def save_state(self, name: str, value: str) -> None:
        self.state[name] = value

    def add_matcher(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            self.matchers += [matcher.owner for matcher in read_matchers(file.read())]

    def run(
        self, argv: Sequence[str], *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> int:
        done = subprocess.run(
            argv,
            cwd=cwd or self.directory,
            env=self.env if env is None else env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.said += os.fsdecode(done.stdout).splitlines()
        return done.returncode

    def shell(self, script: str) -> str:
        """What a `run:` step prints, with all that the action has set. Raises if it fails."""
        before = len(self.said)
        code = self.run(["bash", "-e", "-o", "pipefail", "-c", script])
        printed = "\n".join(self.said[before:])
        assert code == 0, printed
        return printed

    def cancelled(self) -> bool:
        return self.stopped

    def artifact(self, name: str, path: str, files: int, size: int, digest: str) -> None:
        assert os.path.exists(path)
        assert digest.startswith("sha256:")
        self.artifacts.append((name, files, size))
