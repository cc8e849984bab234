"""What a workflow asks for that can't be done here yet, said before anything runs."""

from __future__ import annotations

import os

import headway.runner.action.builtin as builtin
from headway.errors import InvalidFile, Problem
from headway.runner import action as actions
from headway.runner.run import find_action_file, read_action_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headway.errors import Place
    from headway.workflow.model import Job, Step, Workflow

RULE = "not-supported-yet"


def problems(
    workflow: Workflow, jobs: set[str], root: str, load: Callable[[str], Workflow]
) -> list[Problem]:
    """Every use of what isn't supported yet, in the workflow and in the local actions and
    workflows that it calls."""
    found: list[Problem] = []
    _workflow(workflow, jobs, root, load, found, set())
    return found


def _workflow(
    workflow: Workflow,
    jobs: set[str],
    root: str,
    load: Callable[[str], Workflow],
    found: list[Problem],
    seen: set[str],
) -> None:
    seen.add(workflow.path)
    for name, job in workflow.jobs.items():
        if name not in jobs:
            continue
        found.extend(_containers(job))
        for step in _steps(job.steps):
            _uses(step, root, found, seen)
        if job.uses is None:
            continue
        if not job.uses.startswith(("./", "$/")):
            message = f"job {name}: {job.uses}: workflows of other repositories"
            found.append(_problem(message, job.uses_place or job.place))
            continue
        called = load(job.uses)
        if called.path not in seen:
            _workflow(called, set(called.jobs), root, load, found, seen)


def _containers(job: Job) -> Iterator[Problem]:
    if job.container is not None:
        yield _problem(f"job {job.id}: a job container", job.container.place)
    services = job.services
    if isinstance(services, dict):
        for service in services.values():
            yield _problem(f"job {job.id}: service container {service.name}", service.place)
    elif services:
        yield _problem(f"job {job.id}: service containers", job.place)


def _steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _steps(step.parallel)


def _uses(step: Step, root: str, found: list[Problem], seen: set[str]) -> None:
    if step.uses is None or builtin.find(step.uses) is not None:
        return
    place = step.uses_place or step.place
    folder = actions.action_folder(step.uses, root, root)
    if folder is None:
        kind = (
            "a container" if step.uses.startswith("docker://") else "an action that is not built in"
        )
        found.append(_problem(f"uses: {step.uses}: {kind}", place))
        return
    metadata = find_action_file(folder)
    if metadata is None or metadata in seen:
        return  # a step before it may make it; if none does, the step itself says so
    seen.add(metadata)
    if os.path.basename(metadata) == "Dockerfile":
        found.append(_problem(f"uses: {step.uses}: a Docker action", place))
        return
    try:
        action = read_action_file(metadata)
    except InvalidFile as error:
        found.extend(error.problems)
        return
    if action.using == "docker":
        found.append(_problem(f"uses: {step.uses}: a Docker action", place))
    for inner in _steps(action.steps):
        _uses(inner, root, found, seen)


def _problem(what: str, place: Place) -> Problem:
    built_in = ""
    if what.startswith("uses:"):
        built_in = (
            f"supported are local actions (./path) and {', '.join(sorted(builtin.REGISTER))}; "
        )
    hint = f"{built_in}headway run -j JOB leaves other jobs out"
    return Problem(f"{what}: not supported yet", place, rule=RULE, hint=hint)
