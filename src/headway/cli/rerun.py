"""`headway rerun`: an earlier run once more, all of it or only what failed."""

from __future__ import annotations

import json
import os

from headway import events, home
from headway.cli import request, run
from headway.clients import git
from headway.errors import HeadwayError, UsageError
from headway.journal import Journal
from headway.runner.job import Result
from headway.runner.payload import Cause
from headway.workflow_files import Workflows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.events import RunStarted

HELP = "run an earlier run again"
EXAMPLE = """\
headway rerun              the latest run
headway rerun 12 --failed  what failed in run 12 and what depends on it; the rest is kept"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "run", nargs="?", default="latest", metavar="RUN", help="number or id (default: the latest)"
    )
    add("--failed", action="store_true", help="keep the jobs that succeeded, with their outputs")
    add("-s", "--secret", action="append", default=[], metavar="NAME[=VALUE]")
    add("--secret-file", metavar="FILE")
    add("-q", "--quiet", action="store_true")
    add("-v", "--verbose", action="store_true")
    add("--json", action="store_true", help="one event a line")


def main(args: Namespace) -> int:
    repository = git.discover(os.getcwd())
    journal = Journal.open(home.journal())
    found = journal.find_run(args.run, repository.root)
    if found.active:
        raise UsageError(
            f"run {found.label} is still going on", hint=f"headway cancel {found.label}"
        )
    if found.root != repository.root:
        raise UsageError(f"run {found.label} is of {found.root}", hint=f"cd {found.root}")
    records = [r.event for r in journal.read(found.id)]
    journal.close()
    started = next((e for e in records if isinstance(e, events.RunStarted)), None)
    if started is None:
        raise UsageError(f"run {found.label} has no beginning in the journal")
    workflows = Workflows(repository.root)
    first = _first_arguments(started, args)
    request.sort_out_builtins(first)
    wish = request.request(first, workflows.load(started.workflow), _cause(started), repository)
    wish = wish.replace(
        secrets={**wish.secrets, **request.secrets(args)},
        arguments=started.arguments,
        rerun_of=started.run,
        attempt=started.attempt + 1,
        kept=_kept(records) if args.failed else {},
        kept_artifacts=os.path.join(home.run(started.run), "artifacts") if args.failed else "",
    )
    _note_changes(started, repository)
    [wish] = request.check_support([wish], workflows, repository)
    first.shell_on_failure = False
    first.quiet, first.verbose, first.json = args.quiet, args.verbose, args.json
    return run.run_all([wish], workflows, repository, first)


def _first_arguments(started: RunStarted, args: Namespace) -> Namespace:
    """The flags of the first attempt; secrets that were given there by value must come again."""
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="headway run")
    run.arguments(parser)
    parsed = parser.parse_args(list(started.arguments))
    again = {text.partition("=")[0] for text in args.secret}
    parsed.secret = [name for name in parsed.secret if name not in again]
    parsed.argv = list(started.arguments)
    return parsed


def _cause(started: RunStarted) -> Cause:
    path = os.path.join(home.run(started.run), "cause.json")
    try:
        with open(path, encoding="utf-8") as file:
            return Cause(**json.load(file))
    except (OSError, ValueError, TypeError) as error:
        raise HeadwayError(
            f"what run {started.number} was about is no longer there ({path}: {error})",
            hint="start it anew with headway run",
        ) from None


def _kept(records: list[events.Event]) -> dict[str, Result]:
    """Results of the jobs that need not run again."""
    kept = {}
    for event in records:
        if isinstance(event, events.JobFinished) and event.conclusion == events.SUCCESS:
            reason = "kept from the run before"
            kept[event.job] = Result(event.outcome, event.conclusion, event.outputs, reason)
    return kept


def _note_changes(started: RunStarted, repository: git.Repository) -> None:
    if started.sha != repository.sha:
        old, new = started.sha[:7] or "no commit", repository.sha[:7] or "no commit"
        request.warn(f"the run before was of {old}; the working tree is now at {new}, and runs")
