"""`headway rollout promote`: on to the next step, or all the way, without waiting."""

from __future__ import annotations

from headway.cli import delivering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "go on without waiting"
EXAMPLE = """\
headway rollout promote                on to the next step
headway rollout promote --full         all the way, without further waiting
headway rollout promote --to blue      end an A/B test: this variant wins"""


def arguments(parser: ArgumentParser) -> None:
    delivering.word_arguments(parser)
    parser.add_argument("--full", action="store_true", help="all steps, not only this one")
    parser.add_argument("--to", default="", metavar="VARIANT", help="of an A/B test: who wins")


def main(args: Namespace) -> int:
    options: dict[str, object] = {"full": args.full}
    if args.to:
        options["to"] = args.to
    return delivering.say(args, "promote", "goes on", **options)
