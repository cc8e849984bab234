"""`headway env stop`: takes an environment down."""

from __future__ import annotations

import os
import sys

from headway.cli import delivering
from headway.cli.output import Out
from headway.console import clean
from headway.errors import DONE, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "take an environment down: its instances, its traffic, its rollouts"
EXAMPLE = """\
headway env stop staging                        asks first, on a terminal
headway env stop staging --yes --reason TEXT    journaled"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("environment", metavar="ENVIRONMENT", help="its name, also one that headway.yaml"
        " has no more")  # fmt: skip
    add("--yes", action="store_true", help="don't ask")
    add("--reason", default="", metavar="TEXT", help="why, for the journal")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    """0: all of it has ended. 1: not, because the answer was no."""
    from headway.app import delivery, project, stopping

    here = project.here()
    journal = delivering.journal()
    name = clean.one_line(args.environment)
    if not args.yes and os.isatty(0) and not _sure(f"{here.service} {name}"):
        Out(2).lines([f"{name} was left as it is"])
        return FAILED
    done = stopping.stop(journal, here.service, args.environment, here.actor, args.reason)
    out = Out()
    if args.json:
        over = [delivery.as_json(rollout) for rollout in done.aborted]
        out.json({"version": done.version, "aborted": over, "idle": done.idle})
        return DONE
    served = f"{done.version} served there" if done.version else "nothing served there"
    said = [f"{name} is stopped; {clean.one_line(served)}"]
    said += [f"rollout {r.label} of {clean.one_line(r.version)} is aborted" for r in done.aborted]
    if done.idle:
        said.append("nothing else runs here: Envoy and the supervisor have ended, too")
    out.lines(said)
    return DONE


def _sure(what: str) -> bool:
    sys.stderr.write(f"{what} will answer no more. Take it down? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
