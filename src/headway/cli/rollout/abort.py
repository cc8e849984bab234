"""`headway rollout abort`: take it back."""

from __future__ import annotations

from headway.cli import delivering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "take it back"
EXAMPLE = """\
headway rollout abort                         the old version gets all traffic again
headway rollout abort 12 --reason "too slow"    a certain one, and why"""


def arguments(parser: ArgumentParser) -> None:
    delivering.word_arguments(parser)


def main(args: Namespace) -> int:
    return delivering.say(args, "abort", "is taken back")
