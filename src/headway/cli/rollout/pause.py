"""`headway rollout pause`: stay where it is."""

from __future__ import annotations

from headway.cli import delivering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "stay where it is"
EXAMPLE = """\
headway rollout pause        what goes on stays as it is
headway rollout pause 12     a certain one, by its number"""


def arguments(parser: ArgumentParser) -> None:
    delivering.word_arguments(parser)


def main(args: Namespace) -> int:
    return delivering.say(args, "pause", "paused; it is still watched, and taken back if need be")
