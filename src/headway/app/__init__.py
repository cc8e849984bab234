"""Picks providers and wires them: from a working tree and a wish to a run that is recorded."""

from __future__ import annotations

import contextlib
import gc
import os
import time

from headway import events, home
from headway.clients import git
from headway.errors import HeadwayError
from headway.journal import archive
from headway.journal.ids import new_id
from headway.journal.keeper import Keeper
from headway.journal.process import identity
from headway.runner.context import RunInfo
from headway.runner.engine import Engine
from headway.runner.masking import Masker
from headway.runner.payload import Cause
from headway.runner.recorder import Recorder
from headway.runner.run import CONTAINERS, Options, Run
from headway.values import Value
from headway.workflow_files import Workflows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from headway.runner.action.remote import Remote
    from headway.runner.job import Result
    from headway.runner.recorder import Sink
    from headway.workflow.model import Workflow


LONG = 5.0  # seconds; after a run that took this long, tidying up is not noticed
UNUSED = 30 * 86400.0  # seconds until a kept copy of a tree that no run needs is deleted


class Request(Value):
    """One run that is wished for."""

    workflow: Workflow
    cause: Cause
    options: Options
    inputs: Mapping[str, Any] = {}
    secrets: Mapping[str, str] = {}
    vars: Mapping[str, str] = {}
    arguments: tuple[str, ...] = ()  # as recorded: without secrets
    in_place: bool = False
    debug: bool = False
    rerun_of: str = ""
    attempt: int = 1
    kept: Mapping[str, Result] = {}
    kept_artifacts: str = ""  # folder of the earlier attempt's artifacts
    remote: Callable[[], Remote] | None = None  # what fetches actions of other repositories


class Control:
    """Lets signal handlers reach whichever run goes on."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.presses = 0

    def interrupt(self, reason: str) -> None:
        self.presses += 1
        if self.engine is not None and self.presses == 1:
            self.engine.cancel(reason)
        elif self.engine is not None:
            self.engine.kill()


def start(
    request: Request,
    workflows: Workflows,
    repository: git.Repository,
    sinks: Callable[[], Sequence[Sink]],
    warn: Callable[[str], None],
    control: Control,
) -> str:
    """Runs the request to its end and records it; the run's conclusion.

    `sinks` makes what shows the run; `warn` shows a sentence.
    """
    from headway.runner.workspace import Snapshot

    began = time.time()
    clock = time.monotonic()
    run_id = new_id(began)
    keeper = Keeper.open(home.journal(), warn)
    number = keeper.reserve(repository.root)
    folder = home.made(home.run(run_id))
    work = os.path.join(home.state(), "kept" if request.options.keep else "work", run_id)
    _reap(keeper)
    _keep_cause(request.cause, folder)
    _adopt(request.kept_artifacts, folder)
    masker = Masker()
    for value in request.secrets.values():
        masker.add(value)
    recorder = Recorder(keeper, run_id, sinks())
    jobs = sum(16 if job.strategy else 1 for job in request.workflow.jobs.values())
    run = Run(
        _info(request, repository, run_id, number),
        request.options,
        repository,
        recorder,
        masker,
        Snapshot(
            repository,
            os.path.join(work, "snapshot"),
            request.in_place,
            jobs,
            os.path.join(home.cache(), "trees"),
        ),
        folder=folder,
        work=work,
        store=home.cache(),
        base_env=_environment(),
        remote=request.remote,
    )
    conclusion = events.FAILURE
    gc.freeze()  # what has been loaded by now stays: never look at it again
    gc.enable()
    try:
        recorder.emit(_started(request, repository, run_id, number, _is_dirty(repository)))
        archive.sweep_later(os.path.join(home.state(), "runs"))
        engine = Engine(run, request.workflow, request.inputs, workflows.called, request.kept)
        control.engine = engine
        conclusion = engine.run()
    finally:
        control.engine = None
        for text in run.snapshot.warnings:
            recorder.emit(events.Notice(message=text, level="warning"))
        seconds = round(time.monotonic() - clock, 3)
        recorder.emit(events.RunFinished(conclusion=conclusion, seconds=seconds))
        _remove(work, request.options.keep and conclusion == events.FAILURE, run)
        recorder.close()
        keeper.close()
    if seconds > LONG:
        from headway.runner.mirror import prune

        prune(os.path.join(home.cache(), "trees"), UNUSED)
        _prune_actions(os.path.join(home.cache(), "actions"))
    return conclusion


def _prune_actions(folder: str) -> None:
    if os.path.isdir(folder):
        from headway.runner.action.store import prune

        with contextlib.suppress(OSError, HeadwayError):  # the next long run tries again
            prune(folder, UNUSED)


def _reap(keeper: Keeper) -> None:
    """Removes what killed runs left: containers, mounts, workspaces."""
    folder = os.path.join(home.state(), "work")
    marks = _container_marks(folder) + _container_marks(os.path.join(home.state(), "kept"))
    journal = keeper.journal
    if journal is None or not (marks or (os.path.isdir(folder) and os.listdir(folder))):
        return
    from headway.runner.workspace import reap

    journal.settle()

    def alive(name: str) -> bool:
        run = journal.run(name)
        if run is not None:
            return run.active
        # A run that couldn't write to the journal isn't known there, and may still go on.
        return os.path.exists(f"{folder}/{name}") and _is_young(f"{folder}/{name}")

    for mark in marks:
        _reap_containers(mark, alive)
    reap(folder, lambda name: alive(name) or os.path.exists(f"{folder}/{name}/{CONTAINERS}"))


def _is_young(folder: str) -> bool:
    return time.time() - os.lstat(folder).st_mtime < 86400


def _container_marks(folder: str) -> list[str]:
    """Marks of the runs that have made containers."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    marks = [os.path.join(folder, name, CONTAINERS) for name in names]
    return [mark for mark in marks if os.path.exists(mark)]


def _reap_containers(mark: str, alive: Callable[[str], bool]) -> None:
    """Removes a run's containers; where that fails the mark stays for the next start."""
    run_id = os.path.basename(os.path.dirname(mark))
    if alive(run_id):
        return
    from headway.clients import containers

    engine = containers.find()
    if engine is not None:
        with contextlib.suppress(HeadwayError):
            engine.reap(run_id)
            os.unlink(mark)


def _is_dirty(repository: git.Repository) -> bool:
    try:
        return repository.dirty
    except HeadwayError:
        return True  # not known: don't claim that the commit alone was run


def _started(
    request: Request, repository: git.Repository, run_id: str, number: int, dirty: bool
) -> events.RunStarted:
    workflow, cause = request.workflow, request.cause
    return events.RunStarted(
        run=run_id,
        workflow=workflow.path,
        name=run_name(request, repository),
        event=cause.event,
        ref=cause.ref,
        sha=cause.sha,
        actor=cause.actor,
        repository=repository.slug,
        root=repository.root,
        dirty=dirty,
        rerun_of=request.rerun_of,
        attempt=request.attempt,
        pid=os.getpid(),
        arguments=request.arguments,
        number=number,
        process=identity(),
    )


def run_name(request: Request, repository: git.Repository) -> str:
    """`run-name` when it gives one, else the workflow's name, else its file."""
    from headway.runner import context
    from headway.workflow.expression import Scope, resolve, to_text

    workflow = request.workflow
    name = ""
    if workflow.run_name is not None:
        info = _info(request, repository, "", 0)
        github = context.github(info, workflow.name or workflow.path, workflow.path, "", "", "")
        scope = Scope(
            {"github": github, "inputs": dict(request.inputs), "vars": dict(request.vars)}, {}
        )
        try:
            name = to_text(resolve(workflow.run_name, scope)).strip()
        except HeadwayError:
            name = ""
    return name or workflow.name or workflow.path


def _info(request: Request, repository: git.Repository, run_id: str, number: int) -> RunInfo:
    secrets = {**request.secrets}
    token = secrets.setdefault("GITHUB_TOKEN", "")
    return RunInfo(
        id=run_id,
        github_id=str(time.time_ns() // 1_000_000),
        number=number,
        attempt=request.attempt,
        cause=request.cause,
        repository=repository.slug,
        repository_url=repository.remote,
        token=token,
        secrets=secrets,
        vars=request.vars,
        tool_cache=os.environ.get("RUNNER_TOOL_CACHE") or os.path.join(home.cache(), "tools"),
        debug=request.debug,
    )


# An active virtual environment is the user's: `uv pip install` in a job must not find it.
_USERS_PYTHON = frozenset(("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_PREFIX", "PYTHONHOME"))


def _environment() -> dict[str, str]:
    """What programs inherit: the user's variables, but for those that a runner sets itself.

    HEADWAY_HOME stays, so that `headway gate` in a job finds the baselines of this machine.
    """
    dropped = ("GITHUB_", "RUNNER_", "INPUT_", "STATE_", "HEADWAY_", "ACTIONS_")
    return {
        name: value
        for name, value in os.environ.items()
        if (name == "HEADWAY_HOME" or not name.startswith(dropped))
        and name not in git.LOCAL_VARIABLES | _USERS_PYTHON
    }


def _keep_cause(cause: Cause, folder: str) -> None:
    """A rerun is about the same event, whatever the repository looks like by then."""
    import json

    with open(os.path.join(folder, "cause.json"), "w", encoding="utf-8") as file:
        json.dump(cause.to_dict(), file)


def _adopt(artifacts: str, folder: str) -> None:
    """Artifacts of the jobs that a rerun keeps are there for the jobs that run again."""
    if artifacts and os.path.isdir(artifacts):
        import shutil

        shutil.copytree(artifacts, os.path.join(folder, "artifacts"), symlinks=True)
        index = os.path.join(os.path.dirname(artifacts), "artifact-index")
        shutil.copytree(index, os.path.join(folder, "artifact-index"))


def _remove(work: str, keep: bool, run: Run) -> None:
    from headway.runner.removal import remove_tree

    try:
        run.snapshot.remove()
        if not keep:
            remove_tree(work)
    except (HeadwayError, OSError) as error:
        message = f"{work} could not be removed: {error}"
        run.recorder.emit(events.Notice(message=message, level="warning"))
