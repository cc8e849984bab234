"""`headway run`: the repository's workflows, on this machine."""

from __future__ import annotations

import os
import sys

from headway.clients import git
from headway.errors import DONE, FAILED, INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from headway import app
    from headway.runner.recorder import Sink
    from headway.workflow_files import Workflows

HELP = "run the repository's workflows on this machine"
EXAMPLE = """\
headway run                        what a push of this branch would run
headway run ci.yml -j test         one job of one workflow, and what it needs
headway run --event pull_request   what a pull request would run
headway run deploy --input target=staging --secret TOKEN"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("workflows", nargs="*", metavar="WORKFLOW", help="file, its stem, or the workflow's name")
    what = parser.add_argument_group("what runs")
    add = what.add_argument
    add("-W", "--workflow-file", action="append", default=[], metavar="FILE")
    add("-j", "--job", action="append", default=[], help="only this job and what it needs")
    add(
        "--matrix", action="append", default=[], metavar="KEY:VALUE", help="only these combinations"
    )
    add("--event", metavar="NAME", help="the event that happened (default: push)")
    add("--event-path", metavar="FILE", help="the event's payload, as JSON")
    add("--actor", metavar="NAME", help="who caused the event (default: you, as git knows you)")
    add("--list", action="store_true", help="list what would run, and why or why not")
    add("--graph", action="store_true", help="show the jobs in order")
    add("--dry-run", action="store_true", help="show the plan: jobs, matrices, steps, conditions")
    values = parser.add_argument_group("values")
    add = values.add_argument
    add(
        "-s",
        "--secret",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="a secret; without a value it comes from the environment or a prompt",
    )
    add("--secret-file", metavar="FILE", help="secrets, a NAME=VALUE a line")
    add("--var", action="append", default=[], metavar="NAME=VALUE", help="for the vars context")
    add("--env", action="append", default=[], metavar="NAME=VALUE", help="for every step")
    add(
        "--input", action="append", default=[], metavar="NAME=VALUE", help="workflow_dispatch input"
    )
    how = parser.add_argument_group("how")
    add = how.add_argument
    add("--parallel", type=int, default=0, metavar="N", help="jobs at once (default: one a core)")
    add(
        "--local-repository",
        action="append",
        default=[],
        metavar="OWNER/NAME[@REF]=FOLDER",
        help="a clone on this machine, or with @REF the folder of an action",
    )
    add(
        "-P",
        "--platform",
        action="append",
        default=[],
        metavar="LABEL=IMAGE",
        help="run jobs with this runs-on label in an image; LABEL=host: on this machine",
    )
    add(
        "--no-builtin",
        nargs="?",
        action="append",
        const="*",
        default=[],
        metavar="NAME",
        help="the real action instead of Headway's own, for one (--no-builtin=NAME) or all",
    )
    add("--offline", action="store_true", help="take actions from the cache, ask no server")
    add("--in-place", action="store_true", help="in the working tree itself, not in a copy")
    add("--keep", action="store_true", help="keep the workspaces of failed jobs")
    add("--shell-on-failure", action="store_true", help="open a shell where a step fails")
    shown = parser.add_argument_group("output")
    add = shown.add_argument
    add("-q", "--quiet", action="store_true", help="only what failed, and the end")
    add("-v", "--verbose", action="store_true", help="also commands, variables, debug messages")
    add("--json", action="store_true", help="one event a line")


def main(args: Namespace) -> int:
    repository = git.discover(os.getcwd())
    if args.actor:
        repository = repository.replace(actor=args.actor)
    plans_only = args.list or args.graph or args.dry_run
    if not plans_only and not args.in_place:
        git.anticipate(repository.root)
    from headway.cli import request
    from headway.runner.payload import read_payload

    request.sort_out_builtins(args)
    from headway.workflow_files import Workflows

    workflows = Workflows(repository.root)
    payload = read_payload(args.event_path) if args.event_path else None
    chosen = request.choose(args, workflows, repository, payload)
    if plans_only:
        from headway.cli import listing

        return listing.show(args, workflows, repository, chosen)
    requests = [request.request(args, workflow, why, repository) for workflow, why in chosen]
    requests = request.check_support(requests, workflows, repository)
    return run_all(requests, workflows, repository, args)


def run_all(
    requests: Sequence[app.Request],
    workflows: Workflows,
    repository: git.Repository,
    args: Namespace,
) -> int:
    """Runs one request after another; the worst of their exit codes."""
    import signal

    from headway import app, events
    from headway.cli.request import warn

    control = app.Control()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
        signal.signal(number, lambda *_, name=name: control.interrupt(name))
    code = DONE
    for request in requests:
        sinks = _sinks(args, lambda: control.interrupt("nobody reads the output any more"))
        conclusion = app.start(request, workflows, repository, sinks, warn, control)
        if control.presses:
            return INTERRUPTED
        if conclusion != events.SUCCESS:
            code = FAILED
    return code


def _sinks(args: Namespace, lost: Callable[[], None]) -> Callable[[], Sequence[Sink]]:
    """Makes what shows a run; `lost` is called when nobody reads it any more (`| head`)."""

    def make() -> Sequence[Sink]:
        from headway import console

        mode = "json" if args.json else "quiet" if args.quiet else "auto"
        return [console.make(sys.stdout.fileno(), mode, verbose=args.verbose, lost=lost)]

    return make
