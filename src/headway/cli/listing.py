"""What would run, without running it: `--list`, `--graph`, `--dry-run`, and `headway list`."""

from __future__ import annotations

import json
import os

from headway import app
from headway.errors import DONE, HeadwayError
from headway.runner import context
from headway.runner.payload import cause
from headway.workflow import plan, trigger
from headway.workflow.expression import Scope, Template, to_text
from headway.workflow_files import Workflows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

    from headway.clients.git import Repository
    from headway.runner.payload import Cause
    from headway.workflow.model import Job, Step, Workflow


def show(
    args: Namespace,
    workflows: Workflows,
    repository: Repository,
    chosen: Sequence[tuple[Workflow, Cause]],
) -> int:
    if args.dry_run:
        found = [_plan(w, why, repository, args) for w, why in chosen]
        _print(found, args.json, _plan_lines)
    elif args.graph:
        found = [_graph(w, args.job) for w, _ in chosen]
        _print(found, args.json, _graph_lines)
    else:
        _print(rows(workflows, args, repository), args.json, _list_lines)
    return DONE


def _print(found: list[dict[str, Any]], as_json: bool, lines: Any) -> None:
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print("\n".join(line for each in found for line in lines(each)))


# --- which workflows run -----------------------------------------------------------------


def rows(workflows: Workflows, args: Namespace, repository: Repository) -> list[dict[str, Any]]:
    """Every workflow with its events and jobs, and whether it would run for the event."""
    from headway.cli import request

    why = cause(args.event or "push", repository)
    wanted = [workflows.find(name) for name in args.workflows]
    wanted += [workflows.load(request.from_here(f, workflows.root)) for f in args.workflow_file]
    loaded = wanted or request.load_all(workflows)
    happening = request.happening_of(why, repository, loaded)
    found = []
    for workflow in loaded:
        decision = trigger.decide(workflow, happening)
        found.append(
            {
                "workflow": workflow.path,
                "name": workflow.name or workflow.path,
                "events": [t.event for t in workflow.on],
                "runs": decision.runs,
                "reason": decision.reason,
                "event": why.event,
                "jobs": [_job_row(workflow, j) for j in workflow.jobs.values()],
                "next": _next_time(workflow),
            }
        )
    return found


def _next_time(workflow: Workflow) -> str | None:
    """When the next of its schedules is due, in the schedule's time zone."""
    schedules = [s for t in workflow.on for s in t.schedules]
    if not schedules:
        return None
    from datetime import UTC, datetime

    from headway.workflow import cron

    now = datetime.now(UTC)
    times = [cron.next_after(cron.parse(s.cron), now, s.timezone) for s in schedules]
    known = [t for t in times if t is not None]
    return min(known).isoformat() if known else None


def _job_row(workflow: Workflow, job: Job) -> dict[str, Any]:
    count: int | None = 1
    try:
        if job.strategy is not None and job.strategy.matrix is not None:
            dynamic = plan.is_dynamic(job.strategy.matrix)
            count = None if dynamic else len(plan.combinations(job, Scope({}, {})))
    except HeadwayError:
        count = None
    return {
        "id": job.id,
        "name": getattr(job.name, "raw", None) or (to_text(job.name) if job.name else job.id),
        "needs": list(job.needs),
        "instances": count,
        "uses": job.uses,
    }


def _list_lines(row: dict[str, Any]) -> list[str]:
    mark = "runs" if row["runs"] else "does not run"
    head = f"{os.path.basename(row['workflow'])}  {row['name']}  [{', '.join(row['events'])}]"
    lines = [head, f"  {mark} on {row['event']}: {row['reason']}"]
    if row["next"]:
        lines.append(f"  next scheduled time: {row['next']}")
    width = max((len(j["id"]) for j in row["jobs"]), default=0)
    for job in row["jobs"]:
        notes = []
        if job["instances"] != 1:
            count = job["instances"]
            notes.append(f"matrix of {count}" if count else "matrix known when its needs end")
        if job["needs"]:
            notes.append(f"needs {', '.join(job['needs'])}")
        if job["uses"]:
            notes.append(f"calls {job['uses']}")
        lines.append(f"  {job['id']:<{width}}  {'; '.join(notes)}".rstrip())
    return lines


# --- the graph ---------------------------------------------------------------------------


def _graph(workflow: Workflow, jobs: Sequence[str]) -> dict[str, Any]:
    selected = plan.select(workflow, jobs)
    return {
        "workflow": workflow.path,
        "stages": plan.stages(workflow, selected),
        "needs": {n: list(workflow.jobs[n].needs) for n in workflow.jobs if n in selected},
    }


def _graph_lines(graph: dict[str, Any]) -> list[str]:
    """Jobs by stage, each with what it waits for."""
    lines = [graph["workflow"]]
    for number, stage in enumerate(graph["stages"], 1):
        for index, job in enumerate(stage):
            needs = graph["needs"][job]
            lead = f"  {number}. " if index == 0 else "     "
            lines.append(f"{lead}{job}{'  <- ' + ', '.join(needs) if needs else ''}")
    return lines


# --- the plan ----------------------------------------------------------------------------


def _plan(
    workflow: Workflow, why: Cause, repository: Repository, args: Namespace
) -> dict[str, Any]:
    """Jobs with matrix and conditions resolved, as far as that can be before running."""
    from headway.cli import request

    selected = plan.select(workflow, args.job)
    wish = app.Request(
        workflow=workflow,
        cause=why,
        options=request.options(args, repository),
        vars=request.pairs(args.var, "--var"),
    )
    info = app._info(wish, repository, "", 0)
    github = context.github(info, workflow.name or workflow.path, workflow.path, "", "", "")
    inputs = why.payload.get("inputs") if isinstance(why.payload.get("inputs"), dict) else {}
    contexts = {"github": github, "vars": dict(info.vars), "inputs": inputs or {}, "secrets": {}}
    jobs = []
    for stage in plan.stages(workflow, selected):
        for name in stage:
            jobs.append(_planned_job(workflow.jobs[name], contexts))
    return {"workflow": workflow.path, "event": why.event, "ref": why.ref, "jobs": jobs}


def _planned_job(job: Job, contexts: dict[str, Any]) -> dict[str, Any]:
    scope = Scope({**contexts, "needs": {}}, plan.status_functions([], False))
    condition = "runs"
    if job.if_ is not None:
        if "needs" in job.if_.raw:
            condition = f"if: {job.if_.raw.strip()} (known when its needs end)"
        else:
            condition = "runs" if job.if_.evaluate(scope) else f"skipped: {job.if_.raw.strip()}"
    combinations: list[dict[str, Any]] | None = None
    if job.strategy is None or not plan.is_dynamic(job.strategy.matrix):
        combinations = plan.combinations(job, scope)
    names = [
        plan.display_name(job, c, Scope({**scope.contexts, "matrix": c}, scope.functions), "")
        for c in combinations or ()
    ]
    return {
        "id": job.id,
        "needs": list(job.needs),
        "condition": condition,
        "names": names if combinations is not None else None,
        "uses": job.uses,
        "steps": [_planned_step(s) for s in job.steps],
    }


def _planned_step(step: Step) -> dict[str, Any]:
    title = step.name if step.name is not None else step.uses or step.run
    text = title.raw if isinstance(title, Template) else to_text(title)
    kind = next(
        (k for k in ("run", "uses", "wait", "cancel", "parallel") if getattr(step, k)), "wait-all"
    )
    first = text.strip().splitlines()[0] if text.strip() else kind
    return {"step": first, "kind": kind, "if": step.if_.raw.strip() if step.if_ else None}


def _plan_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['workflow']}  on {found['event']} of {found['ref']}"]
    for job in found["jobs"]:
        needs = f"  needs {', '.join(job['needs'])}" if job["needs"] else ""
        lines.append(f"  {job['id']}  {job['condition']}{needs}")
        names = job["names"]
        if names is None:
            lines.append("    matrix known when its needs end")
        elif names != [job["id"]]:
            lines += [f"    = {name}" for name in names]
        if job["uses"]:
            lines.append(f"    calls {job['uses']}")
        for step in job["steps"]:
            condition = f"  if: {step['if']}" if step["if"] else ""
            lines.append(f"    - {step['step']}{condition}")
    return lines
