"""`headway rollout status`: where a rollout is, and how both versions do."""

from __future__ import annotations

import time

from headway.cli import delivering
from headway.cli.output import Out
from headway.errors import DONE, FAILED, WAITING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "where a rollout is"
EXAMPLE = """\
headway rollout status            the latest of this service
headway rollout status --watch    live, until it is over
headway rollout status 12         a certain one, by its number"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("rollout", nargs="?", default="latest", metavar="ROLLOUT", help="number, id or"
        " environment (default: latest)")  # fmt: skip
    add("--watch", action="store_true", help="follow it until it is over")
    add("--json", action="store_true", help="as JSON; with --watch each event as a line")


def main(args: Namespace) -> int:
    """0: promoted or under way. 1: rolled back, aborted or failed. 3: held or waiting."""
    from headway.app import delivery
    from headway.cli import following
    from headway.console.rollout import RolloutView, lines
    from headway.delivery.engine.history import History

    journal = delivering.open_journal()
    rollout = delivering.find(journal, args.rollout)
    if args.watch:
        return following.follow(journal, rollout, as_json=args.json, to_the_end=True)
    history, view = History(), RolloutView()
    for record in journal.read(rollout.id):
        history.apply(record)
        view.apply(record)
    found = following.measures(view, following.Seen(path=following.samples_path(rollout)), history)
    out = Out()
    if args.json:
        sides = [side.to_dict() for side in found.sides]
        more = {"evidence": found.evidence, "limit": found.limit, "answer": found.answer}
        progress = {"title": view.title, "waiting": view.waiting}
        out.json({**delivery.as_json(rollout), **progress, "sides": sides, **more})
    else:
        width = out.terminal.size()[0] - 1 if out.terminal.tty else 0
        shown = lines(view, found, out.style, now=time.time(), width=width)
        out.lines([out.style.render(line) for line in shown])
    if view.state in ("held", "waiting"):
        return WAITING
    return FAILED if view.state in ("rolled_back", "aborted", "failed") else DONE
