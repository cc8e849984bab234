"""`headway show`: one run, its jobs and steps, why it failed, what it left behind."""

from __future__ import annotations

import time

from headway import home
from headway.cli import past
from headway.cli.output import Out, ago, moment, short_path
from headway.cli.runs import as_json
from headway.console import clean, recap, words
from headway.console.markers import Tail
from headway.console.screen import DETAILS, Screen
from headway.errors import DONE
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from typing import Any

    from headway.console.view import JobView, RunView, StepView
    from headway.journal.runs import Run

HELP = "show a run: its jobs and steps, why it failed, what it left"
EXAMPLE = """\
headway show       the latest run of this repository
headway show 12    another, by its number or the beginning of its id"""
WIDEST = 100  # columns of the tree


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("run", nargs="?", default="latest", metavar="RUN", help="number or id (default: latest)")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    journal = past.open_journal()
    run = past.find_run(journal, args.run)
    view = past.view_of(journal, run)
    out = Out()
    if args.json:
        out.json(_json(run, view))
    else:
        out.lines(_lines(run, view, out))
    return DONE


def _lines(run: Run, view: RunView, out: Out) -> list[str]:
    style = out.style
    now = time.time() if run.active else run.started + run.seconds
    width = min(out.terminal.size()[0] - 1, WIDEST) if out.terminal.tty else WIDEST

    def last(job: str, step: int) -> bytes:
        return _ending(run, view.step(job, step))

    def folded(job: str, step: int) -> Sequence[bytes]:
        tail = Tail()
        tail.feed(last(job, step))
        return tail.folded()

    lines = [words.head(view.start, style)] if view.start else []
    lines += [f"  {style.paint('dim', f'{name:<9}')} {text}" for name, text in _facts(run, view)]
    tree = Screen(style).tree(view, folded, DETAILS[0], now=now, width=width)
    lines += ["", *map(style.render, tree)]
    lines += recap.summary_lines(view, style, out.terminal)
    more = f"headway logs {view.label} --failed"
    return lines + recap.recap(view, last, style, terminal=out.terminal.tty, more=more)


def _facts(run: Run, view: RunView) -> list[tuple[str, str]]:
    started = f"{ago(run.started)}, {moment(run.started)}"
    facts = [
        ("workflow", run.workflow),
        ("started", started if run.active else f"{started}, took {elapsed(run.seconds)}"),
        ("commit", f"{run.sha} {run.ref}".strip()),
    ]
    if view.start and view.start.arguments:
        facts.append(("command", "headway run " + " ".join(view.start.arguments)))
    if run.rerun_of:
        facts.append(("rerun of", f"{run.rerun_of}, attempt {run.attempt}"))
    if view.reason:
        facts.append(("why", view.reason))
    facts.append(("files", short_path(home.run(run.id))))
    return [(name, clean.one_line(text)) for name, text in facts]


def _ending(run: Run, step: StepView | None) -> bytes:
    if step is None:
        return b""
    with past.reader(run.id, step) as reader:
        return reader.ending(Tail.LIMIT)


def _json(run: Run, view: RunView) -> dict[str, Any]:
    return {
        **as_json(run),
        "arguments": list(view.start.arguments) if view.start else [],
        "reason": view.reason,
        "files": home.run(run.id),
        "jobs": [_job(job) for job in view.jobs.values()],
        "annotations": [e.to_dict() for e in view.annotations],
        "artifacts": [e.to_dict() for e in view.artifacts],
        "summaries": [e.to_dict() for e in view.summaries],
        "notices": [e.to_dict() for e in view.notices],
    }


def _job(job: JobView) -> dict[str, Any]:
    return {
        "job": job.job,
        "id": job.id,
        "name": job.name,
        "needs": list(job.needs),
        "state": job.state,
        "outcome": job.outcome,
        "started": job.started or None,
        "seconds": job.seconds,
        "reason": job.reason,
        "steps": [_step(step) for step in job.steps.values()],
    }


def _step(step: StepView) -> dict[str, Any]:
    return {
        "step": step.number,
        "name": step.name,
        "id": step.id,
        "parent": step.parent,
        "phase": step.phase,
        "state": step.state,
        "outcome": step.outcome,
        "started": step.started,
        "seconds": step.seconds,
        "exit_code": step.exit_code,
        "reason": step.reason,
        "lines": step.lines,
        "log": step.log,
    }
