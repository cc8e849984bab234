"""`headway rollout resume`: go on after a pause."""

from __future__ import annotations

from headway.cli import delivering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "go on after a pause"
EXAMPLE = """\
headway rollout resume       what was paused goes on
headway rollout resume 12    a certain one, by its number"""


def arguments(parser: ArgumentParser) -> None:
    delivering.word_arguments(parser)


def main(args: Namespace) -> int:
    return delivering.say(args, "resume", "goes on")
