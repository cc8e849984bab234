"""What all jobs of one run share, and how a run is asked for."""

from __future__ import annotations

import os
import threading

from headway.errors import HeadwayError, InvalidFile
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headway.clients.git import Repository
    from headway.runner.action.remote import Remote
    from headway.runner.context import RunInfo
    from headway.runner.masking import Masker
    from headway.runner.recorder import Recorder
    from headway.runner.services.server import Services
    from headway.runner.workspace import Snapshot
    from headway.workflow.model import Action


CONTAINERS = "containers"  # the mark's name, in the run's working folder


HOST = "host"


class Options(Value):
    """How a run is carried out; what it runs is in the plan."""

    parallel: int = 1  # jobs at once
    keep: bool = False  # leave the workspaces of failed jobs
    shell_on_failure: bool = False
    env: Mapping[str, str] = {}  # --env: joins the workflow's own
    jobs: tuple[str, ...] = ()  # -j: these and what they need
    runners: Mapping[str, str] = {}  # label → image, or "host"
    cache_size: int = 10 << 30  # bytes that caches may take
    matrix: tuple[tuple[str, str], ...] = ()  # --matrix key:value
    local_repositories: Mapping[str, str] = {}  # owner/name → clone, owner/name@ref → action
    offline: bool = False  # ask no server for actions
    without_builtin: tuple[str, ...] = ()  # built-in actions that the real ones are taken for

    def image(self, labels: Sequence[str]) -> str:
        """Of the runner that these `runs-on` labels name; "" for this machine."""
        found = next((self.runners[label] for label in labels if label in self.runners), HOST)
        return "" if found in (HOST, "-self-hosted") else found


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
        remote: Callable[[], Remote] | None = None,
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
        self._remote = remote
        self._said: set[str] = set()
        self.killed = threading.Event()  # the second Ctrl-C
        self._actions: dict[tuple[str, int, int], Action] = {}
        self._services: Services | None = None
        self._lock = threading.Lock()

    def remote(self) -> Remote:
        """What fetches actions of other repositories. Raises HeadwayError when nothing does."""
        if self._remote is None:
            raise HeadwayError("actions of other repositories can't be had in this run")
        remote = self._remote()
        remote.say = self._notice
        return remote

    def _notice(self, message: str) -> None:
        from headway import events

        self.recorder.emit(events.Notice(message=message))

    def say_once(self, message: str, level: str, job: str = "") -> None:
        """A notice that one run needs only once, whichever job comes to it first."""
        with self._lock:
            new = message not in self._said
            self._said.add(message)
        if new:
            from headway import events

            self.recorder.emit(events.Notice(message=message, level=level, job=job))

    def note_containers(self) -> None:
        """Leaves a mark that this run makes containers: whoever clears up after it looks."""
        with open(os.path.join(self.work, CONTAINERS), "a", encoding="utf-8"):
            pass

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
        from headway.runner.action.builtin import cache
        from headway.runner.services.server import Services

        with self._lock:
            if self._services is None:
                cause = self.info.cause
                default = self.repository.default_branch
                self._services = Services(
                    self.info.id,
                    self.recorder,
                    cache.repository_store(self.repository, self.store, self.options.cache_size),
                    cache.branches(cause.ref, cause.base_ref, default),
                    run_store=self.folder,
                    work=self.work,
                    state=home.state(),
                )
            return self._services

    def action(self, metadata: str) -> Action:
        """The action whose metadata file this is. Raises InvalidFile, OSError."""
        about = os.stat(metadata)
        key = (metadata, about.st_mtime_ns, about.st_size)  # a step may change it
        with self._lock:
            if key in self._actions:
                return self._actions[key]
        action = read_action_file(metadata)
        with self._lock:
            self._actions[key] = action
        return action


def read_action_file(path: str) -> Action:
    """Reads an action.yml. Raises InvalidFile with every mistake in it, or OSError.

    One without mistakes is kept by its content, as workflows are.
    """
    from headway import kept

    with open(path, "rb") as file:
        data = file.read()
    key = kept.key(data, path, _readers())
    action: Action | None = kept.get("metadata", key)
    if action is not None:
        return action
    from headway.workflow.syntax import read_action

    action, problems = read_action(data, path)
    errors = [p for p in problems if p.severity == "error"]
    if errors or action is None:
        raise InvalidFile(errors or problems, {path: data.decode("utf-8", "replace")})
    kept.put("metadata", key, action)
    return action


def _readers() -> list[str]:
    import headway.workflow as package

    folder = os.path.dirname(package.__file__)
    return [os.path.join(folder, name) for name in ("", "syntax", "expression")]


def find_action_file(folder: str) -> str | None:
    """The action.yml (or .yaml) in a folder; a Dockerfile makes a folder an action too."""
    for name in ("action.yml", "action.yaml", "Dockerfile"):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    return None
