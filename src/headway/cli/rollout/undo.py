"""`headway rollout undo`: back to what served before a rollout, whether it goes on or is over."""

from __future__ import annotations

from headway.cli import delivering, returning
from headway.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "return to what served before a rollout"
EXAMPLE = """\
headway rollout undo                  what served before the latest rollout
headway rollout undo 12 --to v1.2.0   another version that has served there"""


def arguments(parser: ArgumentParser) -> None:
    delivering.word_arguments(parser)
    add = parser.add_argument
    add("--to", default="", metavar="VERSION", help="another version that has served there")
    add("--detach", action="store_true", help="don't follow it")


def main(args: Namespace) -> int:
    journal = delivering.open_journal()
    rollout = delivering.find(journal, args.rollout or "latest")
    version = args.to
    if not rollout.active and not version:
        if rollout.conclusion != "promoted":
            raise UsageError(
                f"rollout {rollout.label} has changed nothing: {rollout.state.replace('_', ' ')}",
                hint=f"headway rollback {rollout.environment} goes to an earlier version",
            )
        version = rollout.stable_version
        if not version:
            raise UsageError(f"nothing served in {rollout.environment} before that rollout")
    return returning.back(journal, args, rollout.service, rollout.environment, version)
