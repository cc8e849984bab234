"""`headway rollout retry`: what is held waits for an answer again; what is over goes out anew."""

from __future__ import annotations

from headway.cli import delivering
from headway.cli.output import Out
from headway.errors import DONE, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "try again"
EXAMPLE = """\
headway rollout retry 12             what was rolled back goes out once more
headway rollout retry 12 --detach    the same, without following it"""


def arguments(parser: ArgumentParser) -> None:
    delivering.word_arguments(parser)
    parser.add_argument("--detach", action="store_true", help="don't follow it")


def main(args: Namespace) -> int:
    from headway.app import delivery, project
    from headway.cli import following
    from headway.delivery.engine.history import History

    journal = delivering.open_journal()
    rollout = delivering.find(journal, args.rollout or "latest")
    if rollout.active:
        args.rollout = rollout.id
        return delivering.say(args, "retry", "tries again")
    if rollout.conclusion == "promoted":
        hint = f"deploy it anew: headway deploy {rollout.environment} {rollout.version}"
        raise UsageError(f"rollout {rollout.label} was promoted", hint=hint)
    here = project.here(rollout.service)
    wish = delivery.wish_again(rollout, History(journal.read(rollout.id)))
    new = delivery.queue(journal, here, wish, delivery.prepare(journal, here, wish))
    delivery.ensure_engine(journal, new)
    if args.detach:
        out = Out()
        if args.json:
            out.json(delivery.as_json(new))
        else:
            out.lines([f"rollout {new.label}", *following.leave(new)[1:]])
        return DONE
    return following.follow(journal, new, as_json=args.json)
