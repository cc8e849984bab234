"""What a built-in action gets to work with: its step, job and run behind one face."""

from __future__ import annotations

import os

from headway import events
from headway.runner.action import inputs
from headway.runner.action.builtin.base import ActionFailed
from headway.runner.step import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType
    from typing import Any

    from headway.clients.git import Repository
    from headway.runner.job import Job
    from headway.runner.step import Step
    from headway.runner.workspace import Workspace
    from headway.workflow.expression import Condition
    from headway.workflow.model import Map


class BuiltIn:
    """A built-in action for one step."""

    has_pre = False
    pre_if: Condition | None = None

    def __init__(self, module: ModuleType, uses: str) -> None:
        self._module = module
        self._uses = uses
        self.has_post = hasattr(module, "post")
        self.post_if = _condition(getattr(module, "POST_IF", ""))

    def run_pre(self, step: Step, with_: Map) -> None:
        raise AssertionError("built-in actions have no pre step")

    def run_main(self, step: Step, with_: Map) -> None:
        self._run(step, with_, "main")

    def run_post(self, step: Step, with_: Map) -> None:
        self._run(step, with_, "post")

    def _run(self, step: Step, with_: Map, phase: str) -> None:
        given = inputs.given(step, with_)
        known: Mapping[str, str | None] = self._module.INPUTS
        names_known = {name.lower() for name in known}
        unknown = [n for n in given if n not in names_known]
        if unknown and phase == "main":
            names = ", ".join(f"'{n}'" for n in unknown)
            valid = ", ".join(f"'{n}'" for n in known)
            step.annotate("warning", f"Unexpected input(s) {names}, valid inputs are [{valid}]", {})
        values = {name: given.get(name.lower(), default or "") for name, default in known.items()}
        try:
            getattr(self._module, phase)(Host(step, values, self._uses))
        except ActionFailed as failure:
            step.error(str(failure))
            raise Failed(str(failure)) from None


def _condition(raw: str) -> Condition | None:
    if not raw:
        return None
    from headway.errors import Place
    from headway.workflow.expression import Condition

    return Condition(raw, Place("built-in action", 1, 1))


class Host:
    """The ActionContext of `builtin.base`, over a real step."""

    def __init__(self, step: Step, values: dict[str, str], uses: str) -> None:
        self.uses = uses
        self._step = step
        self._job = step.job
        self.inputs = values
        self.env = step.environment()
        if step.job.sandbox is not None:
            # The action works on this machine, with the folders that the container has as well.
            self.env["HOME"] = step.job.outside(self.env.get("HOME", ""))
            if "path" in values:
                values["path"] = _shared(step.job, values["path"], self.env["HOME"])
        self.directory = step.job.directory
        self.temp = step.job.temp
        self.tool_cache = step.job.run.info.tool_cache
        self.store = step.job.run.store
        self.run_store = step.job.run.folder
        self.state = step.state
        self.job_status = step.job.status(step.level)
        self.cache_size = step.job.run.options.cache_size
        self.local_repositories = step.job.run.options.local_repositories

    @property
    def workspace(self) -> Workspace:
        return self._job.workspace

    @property
    def repository(self) -> Repository:
        return self._job.run.repository

    @property
    def event(self) -> dict[str, Any]:
        return dict(self._job.run.info.cause.payload)

    @property
    def github(self) -> dict[str, Any]:
        return dict(self._step.contexts["github"])

    def log(self, text: str) -> None:
        self._step.say(text)

    def notice(self, message: str, **place: str) -> None:
        self._step.annotate("notice", message, place)

    def warning(self, message: str, **place: str) -> None:
        self._step.annotate("warning", message, place)

    def error(self, message: str, **place: str) -> None:
        self._step.annotate("error", message, place)

    def group(self, title: str) -> None:
        self._step.say(f"##[group]{title}")

    def endgroup(self) -> None:
        self._step.say("##[endgroup]")

    def output(self, name: str, value: str) -> None:
        self._step.outputs[name] = value

    def set_env(self, name: str, value: str) -> None:
        self._step.level.effects.set_env(name, value)

    def add_path(self, folder: str) -> None:
        self._step.level.effects.add_path(folder)

    def save_state(self, name: str, value: str) -> None:
        self._step.state[name] = value

    def add_matcher(self, path: str) -> None:
        from headway.runner import matcher

        matcher.add(self._job.matchers, path)

    def run(
        self, argv: Sequence[str], *, cwd: str | None = None, env: Mapping[str, str] | None = None
    ) -> int:
        if self._job.sandbox is not None:
            return self._step.on_host(argv, cwd=cwd or self.directory)
        return self._step.program(argv, cwd=cwd, env=env)

    def cancelled(self) -> bool:
        return self._step.stopped

    def artifact(self, name: str, path: str, files: int, size: int, digest: str) -> None:
        relative = os.path.relpath(path, self.run_store)
        self._job.run.recorder.emit(
            events.ArtifactStored(
                job=self._job.key,
                name=name,
                path=relative,
                files=files,
                size=size,
                digest=digest,
            )
        )


def _shared(job: Job, patterns: str, home: str) -> str:
    """Paths as the job's container sees them, on this machine. Raises ActionFailed for those
    that only the container has."""
    found = []
    for line in patterns.splitlines():
        negated, path = line[:1] == "!", line.lstrip("!").strip()
        if path.startswith("~"):
            path = home + path[1:]
        elif path.startswith("/"):
            inside, path = path, job.outside(path)
            if path == inside and path != "/dev/null":
                raise ActionFailed(
                    f"{inside} is a path in the container, which a built-in action can't reach: "
                    "use a path below the workspace, the home or the temporary folder, or run "
                    "with --no-builtin"
                )
        found.append(f"!{path}" if negated else path)
    return "\n".join(found)
