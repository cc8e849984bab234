"""`headway rollout list`: what was deployed, the newest first."""

from __future__ import annotations

from headway.cli import delivering
from headway.cli.output import Out, ago
from headway.console import clean
from headway.console.rollout import LOOKS
from headway.errors import DONE, UsageError
from headway.journal import rollouts
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.console.style import Span
    from headway.journal.rollouts import Rollout

HELP = "list rollouts"
EXAMPLE = """\
headway rollout list                              of this service, the newest first
headway rollout list --environment production    of one environment
headway rollout list --all -n 100                 of all services, more"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--environment", default="", metavar="NAME", help="of one environment")
    add("-n", "--number", type=int, default=20, metavar="N", help="at most so many (default: 20)")
    add("--all", action="store_true", help="of all services")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import delivery

    if args.number < 1:
        raise UsageError(f"-n {args.number}: expected a number from 1")
    journal = delivering.open_journal()
    own = "" if args.all else delivering.service()
    found = journal.query(
        lambda db: rollouts.rollouts(
            db, service=own, environment=args.environment, limit=args.number
        )
    )
    out = Out()
    if args.json:
        out.json([delivery.as_json(rollout) for rollout in found])
    elif found:
        head = ["ROLLOUT", "STATE", "ENVIRONMENT", "RELEASE", "BEFORE", "STRATEGY", "TOOK", "WHEN"]
        out.table(head, [_row(rollout, out) for rollout in found])
    else:
        out.lines(["nothing was deployed yet; start with: headway deploy ENVIRONMENT"])
    return DONE


def _row(rollout: Rollout, out: Out) -> list[Span]:
    mark, look = LOOKS.get(rollout.state, ("running", "cyan"))
    took = elapsed(rollout.finished - rollout.queued) if rollout.finished else ""
    return [
        ("bold", rollout.label),
        (look, f"{out.style.mark(mark)} {rollout.state.replace('_', ' ')}"),
        ("", clean.one_line(f"{rollout.service} {rollout.environment}")),
        ("", clean.one_line(rollout.version)),
        ("dim", clean.one_line(rollout.stable_version)),
        ("", rollout.strategy),
        ("", took),
        ("", ago(rollout.queued)),
    ]
