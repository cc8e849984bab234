"""`headway runs`: what has been run, the newest first."""

from __future__ import annotations

import os
import time

from headway import home
from headway.cli import past
from headway.cli.output import Out, ago, short_path
from headway.console import clean
from headway.console.style import MARKS
from headway.errors import DONE, UsageError
from headway.journal import Journal
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from typing import Any

    from headway.console.style import Span, Style
    from headway.journal.runs import Run

HELP = "list the runs of this repository"
EXAMPLE = """\
headway runs                the latest of this repository
headway runs -n 100 --all   more, and of all repositories"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("-n", "--number", type=int, default=20, metavar="N", help="at most so many (default: 20)")
    add("--all", action="store_true", help="of all repositories")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    if args.number < 1:
        raise UsageError(f"-n {args.number}: expected a number from 1")
    root = "" if args.all else past.here()
    path = home.journal()
    found = Journal.open(path).runs(root=root, limit=args.number) if os.path.exists(path) else []
    out = Out()
    if args.json:
        out.json([as_json(run) for run in found])
    elif found:
        out.table(*_table(found, out.style, with_root=not root))
    else:
        where = f" in {short_path(root)}" if root else ""
        out.lines([f"nothing has been run{where} yet; start with: headway run"])
    return DONE


def as_json(run: Run) -> dict[str, Any]:
    """The run's fields, and its `state` in one word."""
    return {**run.to_dict(), "state": run.state}


def _table(
    found: Sequence[Run], style: Style, *, with_root: bool
) -> tuple[list[str], list[list[Span]]]:
    header = ["RUN", "RESULT", "WORKFLOW", "EVENT", "COMMIT", "JOBS", "TOOK", "STARTED"]
    if with_root:
        header.append("REPOSITORY")
    rows = []
    for run in found:
        row = _row(run, style)
        if with_root:
            row.append(("", clean.one_line(short_path(run.root))))
        rows.append(row)
    return header, rows


def _row(run: Run, style: Style) -> list[Span]:
    look = MARKS[run.state][2] if run.state in MARKS else ""
    mark = style.mark(run.state) if run.state in MARKS else " "
    took = time.time() - run.started if run.active else run.seconds
    return [
        ("bold", run.label),
        (look, f"{mark} {run.state}"),
        ("", clean.one_line(run.name)),
        ("", clean.one_line(run.event)),
        ("", _commit(run)),
        ("", _jobs(run)),
        ("", elapsed(took)),
        ("", ago(run.started)),
    ]


def _commit(run: Run) -> str:
    ref = run.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    return clean.one_line(f"{ref} {run.sha[:7]}" + (" +changes" if run.dirty else "")).strip()


def _jobs(run: Run) -> str:
    """`3`, or `2/3` while not all have ended, and how many failed."""
    text = str(run.jobs) if run.finished_jobs == run.jobs else f"{run.finished_jobs}/{run.jobs}"
    return f"{text}, {run.failed_jobs} failed" if run.failed_jobs else text
