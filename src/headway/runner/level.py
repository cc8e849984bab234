"""What the steps of a job, or of one composite action, see and leave to each other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Effects:
    """Variables and PATH entries that steps leave for later steps.

    A background step works on a `deferred()` copy, whose changes count from the `wait` on
    (`flush`). Source: "jobs.<job_id>.steps[*].background" of the workflow syntax page.
    """

    def __init__(self, base: Effects | None = None) -> None:
        self._base = base
        self._env: dict[str, str] = {}
        self._path: list[str] = []

    def env(self) -> dict[str, str]:
        return {**self._base.env(), **self._env} if self._base else self._env

    def path(self) -> list[str]:
        """Folders in front of PATH, the newest first."""
        own = self._path[::-1]
        return own + [p for p in self._base.path() if p not in own] if self._base else own

    def set_env(self, name: str, value: str) -> None:
        self._env[name] = value

    def add_path(self, folder: str) -> None:
        if folder in self._path:
            self._path.remove(folder)
        self._path.append(folder)

    def deferred(self) -> Effects:
        return Effects(self)

    def flush(self) -> None:
        if self._base is not None:
            for name, value in self._env.items():
                self._base.set_env(name, value)
            for folder in self._path:
                self._base.add_path(folder)


class Level:
    """Contexts and status shared by the steps of a job or of a composite action."""

    def __init__(
        self,
        contexts: Mapping[str, Any],
        effects: Effects,
        *,
        env: Mapping[str, str] | None = None,
        overrides: Mapping[str, str] | None = None,
        parent: int = 0,
        caller: Level | None = None,
        origin: str = "",
    ) -> None:
        self.contexts = dict(contexts)
        self.effects = effects
        self.env = dict(env or {})  # of workflow and job: GITHUB_ENV wins over it
        self.overrides = dict(overrides or {})  # of the calling step: wins over GITHUB_ENV
        self.parent = parent  # number of the calling step
        self.origin = origin  # folder of the repository that the steps are from; "": the run's
        self.caller = caller  # of a composite action: the level that its step is on
        self.steps: dict[str, dict[str, Any]] = {}
        self.contexts["steps"] = self.steps
        self.failed = False
        self.first_failure = ""  # "step: reason"
        self._inherited: frozenset[str] = frozenset()
        self.names: dict[str, int] = {}  # how often GITHUB_ACTION's names were used

    def background(self) -> Level:
        """A copy for a background step: what it leaves counts only when it is waited for."""
        copy = Level(
            self.contexts,
            self.effects.deferred(),
            env=self.env,
            overrides=self.overrides,
            parent=self.parent,
            caller=self.caller,
            origin=self.origin,
        )
        copy.steps.update(self.steps)
        copy.names = self.names
        copy._inherited = frozenset(self.steps)
        return copy

    def ancestors(self) -> list[Level]:
        """This level and those that called it, the innermost first."""
        return [self, *(self.caller.ancestors() if self.caller else [])]

    def own_steps(self) -> dict[str, dict[str, Any]]:
        return {k: v for k, v in self.steps.items() if k not in self._inherited}

    def fail(self, reason: str) -> None:
        self.failed = True
        self.first_failure = self.first_failure or reason

    def environment(self) -> dict[str, str]:
        """The `env` context before a step's own `env` joins it."""
        return {**self.env, **self.effects.env(), **self.overrides}

    def remember(self, id: str, outputs: Mapping[str, str], outcome: str, conclusion: str) -> None:
        if id:
            self.steps[id] = {
                "outputs": dict(outputs),
                "outcome": outcome,
                "conclusion": conclusion,
            }

    def action_name(self, base: str) -> str:
        """`__run`, `__run_2`, …: GITHUB_ACTION of a step without an id."""
        count = self.names[base] = self.names.get(base, 0) + 1
        return base if count == 1 else f"{base}_{count}"
