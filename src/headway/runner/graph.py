"""The jobs of a run while it goes on: nodes of the root workflow and of those it calls."""

from __future__ import annotations

from headway.events import SKIPPED, JobQueued
from headway.runner import context, permissions
from headway.workflow import plan
from headway.workflow.expression import Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.runner.concurrency import Claim
    from headway.runner.context import RunInfo
    from headway.runner.job import Instance, Job, Result
    from headway.workflow.model import Job as JobModel
    from headway.workflow.model import Workflow


class Entry:
    """One job instance of the run: queued, running, done."""

    def __init__(self, node: Node, instance: Instance) -> None:
        self.node = node
        self.instance = instance
        self.job: Job | None = None
        self.result: Result | None = None
        self.claim: Claim | None = None
        self.announced = False  # that it waits for its concurrency group

    def queued(self) -> JobQueued:
        instance, call = self.instance, self.node.call
        return JobQueued(
            job=instance.key,
            id=instance.model.id,
            name=instance.name,
            needs=tuple(plan.key(call.prefix, need, {}) for need in instance.model.needs),
            matrix=dict(instance.matrix),
            parent=instance.parent,
        )


class Node:
    """A job of a workflow; `entries` are its instances once its matrix is known."""

    def __init__(self, call: Call, model: JobModel) -> None:
        self.call = call
        self.model = model
        self.entries: list[Entry] | None = None
        self.opened = False  # its `if` was asked
        self.fail_fast = True
        self.max_parallel: int | None = None

    @property
    def done(self) -> bool:
        return self.opened and all(e.result is not None for e in self.entries or ())

    @property
    def result(self) -> str:
        results = [e.result.conclusion for e in self.entries or () if e.result]
        return plan.combine(results) if results else SKIPPED

    @property
    def outputs(self) -> dict[str, str]:
        return plan.merge_outputs(e.result.outputs for e in self.entries or () if e.result)

    def running(self) -> int:
        return sum(1 for e in self.entries or () if e.job is not None and e.result is None)


class Call:
    """A workflow that is run: the root, or a reusable one for the entry that calls it."""

    def __init__(
        self,
        workflow: Workflow,
        selected: set[str],
        *,
        inputs: Mapping[str, Any],
        secrets: Mapping[str, str],
        caller: Entry | None = None,
    ) -> None:
        self.workflow = workflow
        self.inputs = inputs
        self.secrets = secrets
        self.caller = caller
        self.prefix = caller.instance.key if caller else ""
        self.name_prefix = caller.instance.name if caller else ""
        # What its caller's token may do, where neither it nor its jobs say.
        self.permissions = _granted(caller) if caller else None
        # The github context is always that of the workflow that the run is of.
        self.root_path: str = caller.node.call.root_path if caller else workflow.path
        self.nodes = {n: Node(self, j) for n, j in workflow.jobs.items() if n in selected}

    @property
    def done(self) -> bool:
        return all(n.done for n in self.nodes.values())

    def ready(self) -> list[Node]:
        """Jobs that nobody has opened yet and whose needs have ended."""
        return [
            n
            for n in self.nodes.values()
            if not n.opened and all(self.nodes[d].done for d in n.model.needs if d in self.nodes)
        ]

    def needs(self, model: JobModel) -> dict[str, Any]:
        """The `needs` context of a job."""
        known = {d: self.nodes[d] for d in model.needs if d in self.nodes}
        return {d: {"result": n.result, "outputs": n.outputs} for d, n in known.items()}

    def ancestor_results(self, model: JobModel) -> list[str]:
        names = plan.ancestors(self.workflow, model.id)
        return [self.nodes[n].result for n in names if n in self.nodes]

    def scope(
        self,
        info: RunInfo,
        name: str,
        cancelled: bool,
        node: Node | None = None,
        matrix: Mapping[str, Any] | None = None,
        strategy: Mapping[str, Any] | None = None,
    ) -> Scope:
        """What keys of the workflow or of a job see before the job has a runner and steps.

        `name` is that of the workflow that the run is of, which `github.workflow` names.
        """
        job = node.model.id if node else ""
        results = self.ancestor_results(node.model) if node else []
        return Scope(
            {
                "github": context.github(info, name, self.root_path, job, "", ""),
                "vars": dict(info.vars),
                "secrets": dict(self.secrets),
                "inputs": dict(self.inputs),
                "needs": self.needs(node.model) if node else {},
                "matrix": dict(matrix or {}),
                "strategy": dict(strategy or {}),
            },
            plan.status_functions(results, cancelled),
        )


def _granted(caller: Entry) -> Mapping[str, str] | None:
    call = caller.node.call
    own = permissions.effective(caller.node.model, call.workflow)
    return call.permissions if own is None else own
