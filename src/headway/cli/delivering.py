"""What the verbs of delivery share: the journal, the rollout that is meant, its engine awake."""

from __future__ import annotations

import os

from headway import home
from headway.cli.output import Out
from headway.errors import DONE, FAILED, UsageError
from headway.journal import Journal, rollouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.journal.rollouts import Rollout


def journal() -> Journal:
    """Raises UsageError when there is none."""
    if not os.path.exists(home.journal()):
        raise UsageError("nothing was ever deployed", hint="start with: headway deploy")
    return Journal.open(home.journal())


def open_journal() -> Journal:
    """The journal, and an engine for all that goes on. Raises UsageError without a journal."""
    from headway.app import delivery

    found = journal()
    delivery.resume(found)
    return found


def service() -> str:
    """Of the folder that one is in; "" where a headway.yaml can't be read."""
    from headway.app import project
    from headway.errors import HeadwayError

    try:
        return project.here().service
    except HeadwayError:
        return ""


def find(journal: Journal, text: str, *, active: bool = False) -> Rollout:
    """The rollout meant by number, id, environment, or `latest`; with `active` and without a
    name the one that goes on. Raises UsageError."""
    own = service()
    if not text and active:
        going = journal.query(lambda db: rollouts.rollouts(db, service=own, active=True))
        begun = [r for r in going if r.status != rollouts.QUEUED] or going
        if len(begun) == 1:
            return begun[0]
        if begun:
            names = ", ".join(f"{r.label} ({r.environment})" for r in begun)
            raise UsageError("several rollouts go on", hint=f"name one: {names}")
        raise UsageError("no rollout goes on", hint="headway rollout list shows those there were")
    return journal.query(lambda db: rollouts.find_rollout(db, text, own))


def word_arguments(parser: ArgumentParser) -> None:
    """Of the verbs that tell a rollout something."""
    add = parser.add_argument
    add("rollout", nargs="?", default="", metavar="ROLLOUT", help="number, id or environment"
        " (default: the one that goes on)")  # fmt: skip
    add("--reason", default="", metavar="TEXT", help="why, for the journal")
    add("--json", action="store_true", help="as JSON")


def say(args: Namespace, command: str, done: str, **options: object) -> int:
    """Tells the rollout that is meant, and prints what became of it."""
    from headway.app import delivery, project

    journal = open_journal()
    rollout = find(journal, args.rollout, active=True)
    actor = project.here().actor
    seq = delivery.tell(journal, rollout, command, actor, args.reason, **options)
    why = delivery.answer(journal, rollout, seq)
    return told(args, journal, rollout, done, why)


def told(args: Namespace, journal: Journal, rollout: Rollout, done: str, why: str | None) -> int:
    from headway.app import delivery

    now = journal.query(lambda db: rollouts.rollout(db, rollout.id)) or rollout
    out = Out()
    if args.json:
        out.json({**delivery.as_json(now), "taken": why == "", "answer": why})
    elif why is None:
        waits = "its turn has not come" if now.status == rollouts.QUEUED else "no engine answers"
        out.lines([f"rollout {now.label}: written down; {waits} yet"])
    elif why:
        Out(2).lines([f"rollout {now.label}: {why}"])
    else:
        out.lines([f"rollout {now.label}: {done}"])
    return FAILED if why else DONE
