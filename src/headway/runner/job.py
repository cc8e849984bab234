"""One job on this machine: its folders and contexts, then its steps from first to last."""

from __future__ import annotations

import os
import threading
import time

from headway import events
from headway.clients import process
from headway.errors import HeadwayError
from headway.runner import context, permissions, steps
from headway.runner.level import Effects, Level
from headway.runner.resolved import number, texts
from headway.values import Value
from headway.workflow.expression import CaseSensitive, Scope, resolve, to_text, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from headway.runner.containers.sandbox import Sandbox
    from headway.runner.containers.setup import Setup
    from headway.runner.matcher import Matcher
    from headway.runner.run import Run
    from headway.runner.step import Step
    from headway.runner.workspace import Workspace
    from headway.workflow.model import Job as JobModel
    from headway.workflow.model import Workflow

TRACKING = "RUNNER_TRACKING_ID"
DEFAULT_TIMEOUT = 360.0  # minutes, GitHub's
DEFAULT_CANCEL_TIMEOUT = 5.0  # minutes that always() steps have after a cancellation


class Instance(Value):
    """One combination of a job's matrix, ready to run."""

    key: str  # unique in the run, for people: test (3.11), build / test
    model: JobModel
    workflow: Workflow
    caller_name: str  # of the workflow that the run is of, which `github.workflow` names
    caller_path: str  # and its file: the github context is always the caller's
    name: str
    permissions: Mapping[str, str] | None = None  # the caller's, of a reusable workflow
    matrix: Mapping[str, Any] = {}
    strategy: Mapping[str, Any] = {}
    needs: Mapping[str, Any] = {}
    inputs: Mapping[str, Any] = {}
    secrets: Mapping[str, str] = {}
    env: Mapping[str, str] = {}  # --env
    number: int = 0  # in the run, for folders
    parent: str = ""


class Result(Value):
    outcome: str
    conclusion: str
    outputs: Mapping[str, str] = {}
    reason: str = ""


class Job:
    """Runs an instance in the calling thread; `cancel` and `kill` come from others."""

    def __init__(self, run: Run, instance: Instance) -> None:
        self.run = run
        self.instance = instance
        self.model = instance.model
        self.key = instance.key
        self.log_folder = f"logs/{instance.number}"
        self.cancelled = ""  # the reason, once it is
        self.timed_out = False
        self.matchers: list[Matcher] = []
        self.groups: list[int] = []  # process groups of the programs that steps started
        self.post: list[steps.Post] = []
        self.unused_files: dict[str, list[str]] = {}  # command files that stayed empty
        self.sandbox: Sandbox | None = None  # the job's container, once it runs
        self._containers: Setup | None = None
        self.copying = threading.Lock()  # of actions into the job's folder
        self._lock = threading.Lock()
        self._running: dict[Step, Callable[[], bool]] = {}  # its condition, asked on cancel
        self._count = 0
        self._timers: list[threading.Timer] = []
        self._workspace: Workspace | None = None

    # --- the course of a job -------------------------------------------------------------

    def execute(self) -> Result:
        """All of it, events included. Never raises but for a defect in Headway."""
        started = time.monotonic()
        self.run.recorder.emit(events.JobStarted(job=self.key))
        result = Result(events.FAILURE, events.FAILURE)
        try:
            result = self._execute()
        except (HeadwayError, OSError) as error:
            result = self._broken(error)
        finally:
            for timer in self._timers:
                timer.cancel()
            self._end_leftovers()
            if self._containers is not None:
                self._containers.remove()
        self.run.recorder.emit(
            events.JobFinished(
                job=self.key,
                outcome=result.outcome,
                conclusion=result.conclusion,
                seconds=round(time.monotonic() - started, 3),
                reason=self.run.masker.text(result.reason),
                outputs={k: self.run.masker.text(v) for k, v in result.outputs.items()},
            )
        )
        return result

    def _broken(self, error: HeadwayError | OSError) -> Result:
        text = str(error)
        hint = getattr(error, "hint", "")
        message = f"{text} ({hint})" if hint else text
        self.run.recorder.emit(events.Notice(message=message, level="error", job=self.key))
        return Result(events.FAILURE, self._conclude(events.FAILURE, self.base_scope()), {}, text)

    def _execute(self) -> Result:
        self._make_folders()
        self._known = process.processes()
        level = self.level = self._first_level()
        scope = self.scope(level)
        level.env = self._job_env(scope)
        self._limit(scope)
        self._start_containers(level)
        steps.run_all(self, level, self.model.steps)
        status = self.status(level)
        scope = self.scope(level)
        outputs = {k: to_text(resolve(v, scope)) for k, v in self.model.outputs.items()}
        outputs = self._without_secrets(outputs)
        reason = self.cancelled if status == events.CANCELLED else level.first_failure
        return Result(status, self._conclude(status, scope), outputs, reason)

    # --- containers ----------------------------------------------------------------------

    def _start_containers(self, level: Level) -> None:
        image = self.run.options.image(self._labels(level))
        if self.model.container is None and not self.model.services and not image:
            return
        from headway.runner.containers import setup

        self._containers = setup.Setup(self, image)
        shape = steps.Shape(setup.TITLE, "setup")
        steps.perform(self, level, shape, lambda step: {}, self._containers.work)

    def _labels(self, level: Level) -> list[str]:
        runs_on = self.model.runs_on
        if runs_on is None:
            return []
        values = [resolve(data, self.scope(level)) for data in (runs_on.labels, runs_on.group)]
        flat = [v for value in values for v in (value if isinstance(value, list) else [value])]
        return [to_text(value) for value in flat if value]

    def enter(self, sandbox: Sandbox, level: Level) -> None:
        """From here on steps run in a container, and see the job's folders as it does."""
        self.sandbox = sandbox
        github, runner = level.contexts["github"], level.contexts["runner"]
        level.contexts["github"] = {
            **github,
            "workspace": self.inside(github["workspace"]),
            "event_path": "/github/workflow/event.json",
        }
        inside = {name: self.inside(runner[name]) for name in ("temp", "tool_cache", "workspace")}
        level.contexts["runner"] = {**runner, **inside}
        mapped = context.default_variables(level.contexts["github"], level.contexts["runner"])
        self._defaults.update(mapped)
        level.env = self._job_env(self.scope(level))  # it may name folders, too
        self._identify(level.contexts["github"])  # the services have another address there

    def inside(self, path: str) -> str:
        """A path of this machine as the job's steps see it."""
        return path if self.sandbox is None else self.sandbox.paths.inside(path)

    def outside(self, path: str) -> str:
        """A path as the job's steps see it, on this machine."""
        return path if self.sandbox is None else self.sandbox.paths.outside(path)

    # --- its end -------------------------------------------------------------------------

    def _conclude(self, outcome: str, scope: Scope) -> str:
        if outcome == events.FAILURE and truthy(resolve(self.model.continue_on_error, scope)):
            return events.SUCCESS
        return outcome

    def _without_secrets(self, outputs: dict[str, str]) -> dict[str, str]:
        kept = {}
        for name, value in outputs.items():
            if self.run.masker.text(value) != value:
                message = f"output '{name}' is left out since it may contain a secret"
                self.run.recorder.emit(
                    events.Notice(message=message, level="warning", job=self.key)
                )
            else:
                kept[name] = value
        return kept

    def _limit(self, scope: Scope) -> None:
        minutes = number(self.model.timeout_minutes, scope, DEFAULT_TIMEOUT, "timeout-minutes")
        reason = f"timed out after {minutes:g} minutes"
        self._after(minutes * 60, lambda: self.cancel(reason, timed_out=True))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    # --- being stopped -------------------------------------------------------------------

    def cancel(self, reason: str, timed_out: bool = False) -> None:
        """Ends the step that runs unless its condition holds now; later steps see cancelled()."""
        with self._lock:
            if self.cancelled:
                return
            self.cancelled, self.timed_out = reason, timed_out
            running = list(self._running.items())
        for step, condition in running:
            if not condition():
                step.stop()
        minutes = number(
            self.model.cancel_timeout_minutes,
            self.base_scope(),
            DEFAULT_CANCEL_TIMEOUT,
            "cancel-timeout-minutes",
        )
        self._after(minutes * 60, self.kill)

    def kill(self) -> None:
        """Ends everything now."""
        self.cancelled = self.cancelled or "killed"
        with self._lock:
            running = list(self._running)
        for step in running:
            step.kill()

    def stop_steps(self, level: Level) -> None:
        """Stops the steps that run on this level, and in actions that they called."""
        with self._lock:
            running = [s for s in self._running if level in s.level.ancestors()]
        for step in running:
            step.stop()

    def register(self, step: Step, condition: Callable[[], bool]) -> None:
        with self._lock:
            self._running[step] = condition
            stop = self.run.killed.is_set()
        if stop:
            step.kill()

    def unregister(self, step: Step) -> None:
        with self._lock:
            self._running.pop(step, None)

    def next_number(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    # --- what steps see ------------------------------------------------------------------

    def status(self, level: Level) -> str:
        if self.cancelled:
            return events.CANCELLED
        return events.FAILURE if level.failed else events.SUCCESS

    def base_scope(self) -> Scope:
        """Contexts that exist before the job has folders: for its name and its limits."""
        i = self.instance
        secrets = dict(i.secrets)
        if "GITHUB_TOKEN" in secrets:
            secrets["GITHUB_TOKEN"] = permissions.token(secrets["GITHUB_TOKEN"], self._permissions)
        return Scope(
            {
                "github": self._github(""),
                "vars": dict(self.run.info.vars),
                "secrets": secrets,
                "strategy": dict(i.strategy),
                "matrix": dict(i.matrix),
                "needs": dict(i.needs),
                "inputs": dict(i.inputs),
            },
            {},
        )

    def _first_level(self) -> Level:
        contexts: dict[str, Any] = dict(self.base_scope().contexts)
        contexts["github"] = self._github(self.run.event_path())
        contexts["runner"] = context.runner(self.run.info, self.temp, self.directory)
        workflow = self.instance.workflow
        contexts["job"] = context.job(self.run.info, workflow.path, workflow.origin)
        self._defaults = context.default_variables(contexts["github"], contexts["runner"])
        self.tracking = f"headway_{self.run.info.id}_{self.instance.number}"
        self._identify(contexts["github"])
        origin = workflow.origin
        return Level(contexts, Effects(), origin=origin.folder if origin else "")

    def _identify(self, github: Mapping[str, Any]) -> None:
        allowed = permissions.may_identify(self._permissions)
        if allowed and not permissions.is_from_fork(github):
            from headway.runner.services.variables import for_identity

            self._defaults.update(for_identity(self, github))

    @property
    def _permissions(self) -> Mapping[str, str] | None:
        own = permissions.effective(self.model, self.instance.workflow)
        return self.instance.permissions if own is None else own

    def _github(self, event_path: str) -> dict[str, Any]:
        i = self.instance
        directory = getattr(self, "directory", "")
        github = context.github(
            self.run.info, i.caller_name, i.caller_path, i.model.id, directory, event_path
        )
        github["token"] = permissions.token(github["token"], self._permissions)
        return github

    def scope(
        self, level: Level, env: Mapping[str, str] | None = None, contexts: object = None
    ) -> Scope:
        """What an expression of a step sees: contexts, and the status functions."""
        known: dict[str, Any] = dict(contexts or level.contexts)  # type: ignore[call-overload]
        known["env"] = CaseSensitive(level.environment() if env is None else env)
        known["job"] = {**known["job"], "status": self.status(level)}
        return Scope(
            known,
            {
                "success": lambda: self.status(level) == events.SUCCESS,
                "failure": lambda: self.status(level) == events.FAILURE,
                "cancelled": lambda: bool(self.cancelled),
                "always": lambda: True,
                "hashFiles": self._hash_files,
            },
        )

    def _hash_files(self, *patterns: object) -> str:
        from headway.runner.hashfiles import hash_files

        return hash_files(self.directory, [to_text(p) for p in patterns])

    def _job_env(self, scope: Scope) -> dict[str, str]:
        env: dict[str, str] = {}
        for data in (self.instance.workflow.env, self.model.env):
            env.update(texts(data, self.scope_with_env(scope, env)))
        return {**env, **self.instance.env}

    @staticmethod
    def scope_with_env(scope: Scope, env: Mapping[str, str]) -> Scope:
        return Scope({**scope.contexts, "env": CaseSensitive(env)}, scope.functions)

    def environment(self, step: Step) -> dict[str, str]:
        """Every variable of a program that the step starts."""
        env = dict(self.run.base_env if self.sandbox is None else self.sandbox.own_env)
        env.update(self.step_variables(step))
        env[TRACKING] = self.tracking
        path = step.level.effects.path()
        if path:
            env["PATH"] = os.pathsep.join([*path, env.get("PATH", os.defpath)])
        return env

    def step_variables(self, step: Step) -> dict[str, str]:
        """Those that the workflow and the steps before it set, and GitHub's."""
        env = step.level.environment()
        env.update(step.env)
        env.update(self._defaults)
        env.update(context.default_variables(step.contexts["github"], {}))
        return env

    def which(self, program: str, path: str | None = None) -> str | None:
        if self.sandbox is not None:
            return self.sandbox.which(program, path)
        if os.sep in program:
            return program if os.access(program, os.X_OK) else None
        for folder in (path or os.environ.get("PATH", os.defpath)).split(os.pathsep):
            full = os.path.join(folder or ".", program)
            if os.access(full, os.X_OK) and not os.path.isdir(full):
                return full
        return None

    # --- files ---------------------------------------------------------------------------

    def _make_folders(self) -> None:
        name = self.run.info.repository.rpartition("/")[2] or "repository"
        base = self.folder = os.path.join(self.run.work, str(self.instance.number))
        self.temp = os.path.join(base, "_temp")
        self.command_folder = os.path.join(self.temp, "_runner_file_commands")
        os.makedirs(self.command_folder)
        os.makedirs(os.path.join(self.run.folder, self.log_folder))
        self._workspace = self.run.snapshot.workspace(os.path.join(base, name, name))
        self.directory = self._workspace.path

    @property
    def workspace(self) -> Workspace:
        if self._workspace is None:
            raise RuntimeError("the job has no workspace yet")
        return self._workspace

    def file(self, path: str) -> str:
        """A path as a step writes it, on this machine."""
        return os.path.normpath(os.path.join(self.directory, self.outside(path)))

    def relative(self, file: str) -> str:
        """A file's path from the repository's root, when it lies in the workspace."""
        if not file:
            return ""
        full = self.file(file)
        inside = full.startswith(self.directory + os.sep)
        return full[len(self.directory) + 1 :] if inside else file

    def clean_up(self, result: Result) -> None:
        """Removes the workspace, or keeps it as asked; nobody has to wait for this."""
        if self._workspace is None:
            return
        if self.run.options.keep and result.outcome == events.FAILURE:
            self._workspace.keep()
            message = f"workspace kept: {self._workspace.path}"
            self.run.recorder.emit(events.Notice(message=message, job=self.key))
            return
        try:
            self._workspace.remove()
        except (HeadwayError, OSError) as error:
            message = f"workspace not removed: {error}"
            self.run.recorder.emit(events.Notice(message=message, level="warning", job=self.key))

    def _end_leftovers(self) -> None:
        """Ends what steps left running, in their process groups or out of them."""
        for group in self.groups:
            process.kill_group(group)
        known = getattr(self, "_known", None)
        if known is not None:
            for pid in process.find_marked(TRACKING, self.tracking, known):
                try:
                    os.kill(pid, 9)
                except ProcessLookupError:
                    continue
