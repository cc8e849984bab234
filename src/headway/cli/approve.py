"""`headway approve`: a person's yes or no to a rollout that waits for it."""

from __future__ import annotations

from headway.cli import delivering
from headway.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "say yes or no to a rollout that waits for it"
EXAMPLE = """\
headway approve 12 --reason "tested on staging"      yes
headway approve 12 --reject --reason "not today"     no: one is enough to end it"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("rollout", metavar="ROLLOUT", help="number, id or environment")
    add("--reject", action="store_true", help="say no")
    add("--reason", required=True, metavar="TEXT", help="why, for the journal")
    add("--as", dest="actor", default="", metavar="NAME", help="who you are (default: git's name)")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import delivery, project

    if not args.reason.strip():
        raise UsageError("a reason is needed", hint="--reason TEXT")
    journal = delivering.open_journal()
    rollout = delivering.find(journal, args.rollout)
    actor = project.here(rollout.service, args.actor).actor
    command = "reject" if args.reject else "approve"
    seq = delivery.tell(journal, rollout, command, actor, args.reason)
    why = delivery.answer(journal, rollout, seq)
    done = f"{actor} said {'no' if args.reject else 'yes'}"
    return delivering.told(args, journal, rollout, done, why)
