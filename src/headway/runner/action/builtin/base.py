"""The seam of built-in actions.

An action is a module with `INPUTS` (documented inputs, lower case, and their defaults; None
where there is none), `main(context)` and, where the real one has a post step, `post(context)`
and `POST_IF`. Both raise `ActionFailed` to fail the step; any other exception is a defect,
but for HeadwayError and OSError, which the engine shows. A module imports nothing heavy at
its top: each one is imported only by a job that uses it, but then while the user waits.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from headway.clients.git import Repository
    from headway.runner.workspace import Workspace
else:
    Protocol = object


class ActionFailed(Exception):
    """The action has failed; its text is what the user sees."""


class ActionContext(Protocol):
    """What an action gets to work with; one for each phase of each step.

    `inputs` has every documented input, "" where neither the step nor the action says
    anything. `env` is what a program of this step would get. `store` is the folder for what
    lasts (caches), `run_store` this run's (artifacts). `state` is what `save_state` kept,
    also of the main phase in the post phase. Settings (`set_env`, `add_path`) count from the
    next step on. Of one thread, but `cancelled`.
    """

    inputs: dict[str, str]
    env: dict[str, str]
    directory: str  # GITHUB_WORKSPACE
    temp: str  # RUNNER_TEMP
    tool_cache: str  # RUNNER_TOOL_CACHE
    store: str
    run_store: str
    state: dict[str, str]
    job_status: str
    cache_size: int  # bytes that all caches of the repository may take
    local_repositories: Mapping[str, str]  # owner/name → folder
    uses: str  # as the step says it

    @property
    def workspace(self) -> Workspace: ...
    @property
    def repository(self) -> Repository: ...
    @property
    def event(self) -> dict[str, Any]: ...
    @property
    def github(self) -> dict[str, Any]: ...

    def log(self, text: str) -> None: ...
    def notice(self, message: str, **place: str) -> None: ...
    def warning(self, message: str, **place: str) -> None: ...
    def error(self, message: str, **place: str) -> None: ...
    def group(self, title: str) -> None: ...
    def endgroup(self) -> None: ...
    def output(self, name: str, value: str) -> None: ...
    def set_env(self, name: str, value: str) -> None: ...
    def add_path(self, folder: str) -> None: ...
    def save_state(self, name: str, value: str) -> None: ...
    def add_matcher(self, path: str) -> None:
        """Adds the problem matchers of a file to the job's."""

    def run(
        self, argv: Sequence[str], *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> int:
        """Runs a program, what it prints into the step's log; its exit code."""

    def cancelled(self) -> bool: ...
    def artifact(self, name: str, path: str, files: int, size: int, digest: str) -> None:
        """Tells that an artifact (the folder or file `path`) is there."""


def go_on(context: ActionContext) -> Callable[[], None]:
    """To be called between the files of long work: raises ActionFailed once it is cancelled."""

    def check() -> None:
        if context.cancelled():
            raise ActionFailed("The operation was canceled.")

    return check


def text(context: ActionContext, name: str, required: bool = False) -> str:
    """An input without surrounding blanks. Raises ActionFailed for a required one not given."""
    value = context.inputs.get(name, "").strip()
    if required and not value:
        raise ActionFailed(f"Input required and not supplied: {name}")
    return value


def flag(context: ActionContext, name: str) -> bool:
    """An input that is true or false in YAML's core schema. Raises ActionFailed otherwise."""
    value = text(context, name)
    if value in ("true", "True", "TRUE"):
        return True
    if value in ("false", "False", "FALSE", ""):
        return False
    raise ActionFailed(f"Input '{name}' must be true or false, not '{value}'")


def loose_flag(context: ActionContext, name: str) -> bool:
    """An input of an action that takes whatever isn't "true" as false."""
    return text(context, name).lower() == "true"


def lines(value: str) -> list[str]:
    """The lines that aren't blank, trimmed; of an input that takes several values."""
    return [line.strip() for line in value.split("\n") if line.strip()]


def home(context: ActionContext) -> str:
    import os

    return context.env.get("HOME") or os.path.expanduser("~")


def major_version(uses: str) -> int | None:
    """4 for `actions/cache@v4` or `@v4.2.0`; None for a branch or a commit."""
    number = uses.partition("@")[2].removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() and len(number) < 4 else None
