"""What a workflow's jobs become: which run, in which order, under which names and results.

Pure. Sources: "jobs.<job_id>.needs", ".if", ".name" and ".strategy" of the workflow syntax
page, and the `needs` context of the contexts page.
"""

from __future__ import annotations

from headway.errors import UsageError, did_you_mean
from headway.events import CANCELLED, FAILURE, SKIPPED, SUCCESS
from headway.workflow import matrix
from headway.workflow.expression import Scope, Template, resolve, to_text, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from headway.workflow.model import Data, Job, Workflow

LONGEST_NAME = 100  # characters of a job's name


def ancestors(workflow: Workflow, job: str) -> set[str]:
    """Every job that `job` needs, directly or through others."""
    found: set[str] = set()
    todo = list(workflow.jobs[job].needs)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(workflow.jobs[name].needs)
    return found


def select(workflow: Workflow, wanted: Sequence[str]) -> set[str]:
    """The jobs to run: those wanted and what they need; all without a wish.

    Raises UsageError for a job that the workflow hasn't.
    """
    if not wanted:
        return set(workflow.jobs)
    for name in wanted:
        if name not in workflow.jobs:
            raise UsageError(
                f'{workflow.path} has no job "{name}"', hint=did_you_mean(name, workflow.jobs)
            )
    return set(wanted).union(*(ancestors(workflow, name) for name in wanted))


def stages(workflow: Workflow, jobs: Iterable[str]) -> list[list[str]]:
    """Jobs by how many others must come before them; within a stage in the file's order."""
    left = [name for name in workflow.jobs if name in set(jobs)]
    depth: dict[str, int] = {}
    while left:
        ready = [n for n in left if all(d in depth or d not in left for d in _needs(workflow, n))]
        if not ready:
            break  # a cycle; the syntax check has refused it
        for name in ready:
            depth[name] = 1 + max((depth.get(d, -1) for d in _needs(workflow, name)), default=-1)
        left = [n for n in left if n not in depth]
    count = 1 + max(depth.values(), default=-1)
    return [[n for n in workflow.jobs if depth.get(n) == level] for level in range(count)]


def _needs(workflow: Workflow, job: str) -> tuple[str, ...]:
    return workflow.jobs[job].needs


def combine(results: Iterable[str]) -> str:
    """One result for several: of a matrix's jobs, or of a reusable workflow's."""
    known = set(results)
    for result in (FAILURE, CANCELLED, SUCCESS):
        if result in known:
            return result
    return SKIPPED if known else SUCCESS


def merge_outputs(outputs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Outputs of a matrix's jobs: of each name the last one that isn't empty."""
    merged: dict[str, str] = {}
    for each in outputs:
        for name, value in each.items():
            if value or name not in merged:
                merged[name] = value
    return merged


def status_functions(results: Iterable[str], cancelled: bool) -> dict[str, Any]:
    """success(), failure(), … for a job's `if`, from the results of all its ancestors."""
    known = list(results)
    return {
        "success": lambda: not cancelled and all(r == SUCCESS for r in known),
        "failure": lambda: not cancelled and FAILURE in known,
        "cancelled": lambda: cancelled,
        "always": lambda: True,
    }


def wanted(job: Job, scope: Scope) -> bool:
    """Whether the job's `if` (or its absence) lets it run. Raises EvaluationError."""
    if job.if_ is not None:
        return job.if_.evaluate(scope)
    return truthy(scope.functions["success"]())


def combinations(job: Job, scope: Scope) -> list[dict[str, Any]]:
    """The job's matrix, resolved and expanded. Raises HeadwayError."""
    if job.strategy is None or job.strategy.matrix is None:
        return [{}]
    return matrix.expand(resolve(job.strategy.matrix, scope))


def is_dynamic(data: Data) -> bool:
    """Whether a value can only be known when the jobs before it have ended."""
    if isinstance(data, Template):
        return "needs" in data.raw
    if isinstance(data, dict):
        return any(is_dynamic(v) for v in data.values())
    if isinstance(data, list):
        return any(is_dynamic(v) for v in data)
    return False


def key(prefix: str, job: str, values: Mapping[str, Any]) -> str:
    """A job's name in the run that can be typed: `build / test (3.11)`."""
    suffix = matrix.suffix(values)
    own = f"{job} {suffix}" if suffix else job
    return f"{prefix} / {own}" if prefix else own


def display_name(job: Job, values: Mapping[str, Any], scope: Scope, prefix: str) -> str:
    """What GitHub shows: the matrix's values follow unless the name is an expression."""
    suffix = matrix.suffix(values)
    if job.name is None or job.name == "":
        own = f"{job.id} {suffix}" if suffix else job.id
    else:
        own = to_text(resolve(job.name, scope))
        if suffix and not isinstance(job.name, Template):
            own = f"{own} {suffix}"
    name = f"{prefix} / {own}" if prefix else own
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 3] + "..."
