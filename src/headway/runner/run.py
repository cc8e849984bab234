"""What all jobs of one run share, and how a run is asked for."""

from __future__ import annotations

import os
import threading

from headway.errors import InvalidFile
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.clients.git import Repository
    from headway.runner.context import RunInfo
    from headway.runner.masking import Masker
    from headway.runner.recorder import Recorder
    from headway.runner.services.server import Services
    from headway.runner.workspace import Snapshot
    from headway.workflow.model import Action


class Options(Value):
    """How a run is carried out; what it runs is in the plan."""

    parallel: int = 1  # jobs at once
    keep: bool = False  # leave the workspaces of failed jobs
    shell_on_failure: bool = False
    env: Mapping[str, str] = {}  # --env: joins the workflow's own
    jobs: tuple[str, ...] = ()  # -j: these and what they need
    matrix: tuple[tuple[str, str], ...] = ()  # --matrix key:value
    local_repositories: Mapping[str, str] = {}  # owner/name → folder, for checkout


class Run:
    """One run's folders and services, and the machine's environment when it started."""

    def __init__(
        self,
        info: RunInfo,
        options: Options,
        repository: Repository,
        recorder: Recorder,
        masker: Masker,
        snapshot: Snapshot,
        *,
        folder: str,
        work: str,
        store: str,
        base_env: Mapping[str, str],
    ) -> None:
        self.info = info
        self.options = options
        self.repository = repository
        self.recorder = recorder
        self.masker = masker
        self.snapshot = snapshot
        self.folder = folder  # stays: logs, artifacts
        self.work = work  # goes when the run ends: workspaces, temporary files
        self.store = store  # caches, shared by runs
        self.base_env = base_env
        self.killed = threading.Event()  # the second Ctrl-C
        self._actions: dict[str, Action] = {}
        self._services: Services | None = None
        self._lock = threading.Lock()

    def event_path(self) -> str:
        """The file with the event's payload, written when it is first asked for."""
        path = os.path.join(self.folder, "event.json")
        with self._lock:
            if not os.path.exists(path):
                import json

                with open(path, "w", encoding="utf-8") as file:
                    json.dump(dict(self.info.cause.payload), file, indent=2)
        return path

    def services(self) -> Services:
        """What actions call for artifacts, caches and tokens; listening from the first call on."""
        from headway import home
        from headway.runner.action.builtin import cache, cache_store
        from headway.runner.services.server import Services

        with self._lock:
            if self._services is None:
                cause = self.info.cause
                default = self.repository.default_branch
                limit = os.environ.get(cache_store.LIMIT_VARIABLE, "")
                self._services = Services(
                    self.info.id,
                    self.recorder,
                    cache.repository_store(self.repository, self.store, limit),
                    cache.branches(cause.ref, cause.base_ref, default),
                    run_store=self.folder,
                    work=self.work,
                    state=home.state(),
                )
            return self._services

    def action(self, metadata: str) -> Action:
        """The action whose metadata file this is. Raises InvalidFile, OSError."""
        with self._lock:
            if metadata in self._actions:
                return self._actions[metadata]
        action = read_action_file(metadata)
        with self._lock:
            self._actions[metadata] = action
        return action


def read_action_file(path: str) -> Action:
    """Reads an action.yml. Raises InvalidFile with every mistake in it, or OSError."""
    from headway.workflow.syntax import read_action

    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        text = file.read()
    action, problems = read_action(text, path)
    errors = [p for p in problems if p.severity == "error"]
    if errors or action is None:
        raise InvalidFile(errors or problems, {path: text})
    return action


def find_action_file(folder: str) -> str | None:
    """The action.yml (or .yaml) in a folder; a Dockerfile makes a folder an action too."""
    for name in ("action.yml", "action.yaml", "Dockerfile"):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    return None
