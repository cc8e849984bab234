"""`headway deploy`: a release goes into an environment, step by step."""

from __future__ import annotations

from headway import home
from headway.cli.output import Out
from headway.console import clean
from headway.errors import DONE, UsageError
from headway.journal import Journal
from headway.units import share_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.app.delivery import Prepared
    from headway.delivery.desired import Desired

HELP = "bring a release into an environment"
EXAMPLE = """\
headway deploy production v1.2.3                       as headway.yaml says
headway deploy production --strategy canary            the newest release, as a canary
headway deploy production v1.2.3 --dry-run             every step, without doing any
headway deploy production v1.2.3 --detach              without following it"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("environment", metavar="ENVIRONMENT", help="its name in headway.yaml")
    add("version", nargs="?", default="", metavar="VERSION", help="default: the newest release")
    add("--strategy", default="", metavar="S", help="blue-green, canary, rolling, ab, shadow or"
        " recreate (default: the environment's)")  # fmt: skip
    add("--variant", action="append", default=[], metavar="NAME=VERSION",
        help="one more side of an A/B test")  # fmt: skip
    add("--override", action="store_true", help="although gates or a freeze say no")
    add("--reason", default="", metavar="TEXT", help="why: needed with --override, journaled")
    add("--dry-run", action="store_true", help="print every step with its desired state")
    add("--detach", action="store_true", help="don't follow it")
    add("--json", action="store_true", help="each event as a line of JSON")


def main(args: Namespace) -> int:
    """0: promoted. 1: rolled back, aborted or failed. 3: held, or waiting for a person."""
    from headway.app import delivery, project
    from headway.cli import following

    here = project.here()
    here.environment(args.environment)
    journal = Journal.open(home.journal())
    wish = delivery.Wish(
        environment=args.environment,
        version=args.version,
        strategy=args.strategy,
        variants=_variants(args.variant),
        override=args.override,
        reason=args.reason,
    )
    prepared = delivery.prepare(journal, here, wish)
    if args.dry_run:
        _dry_run(args, delivery.dry(journal, here, prepared.plan), prepared)
        return DONE
    delivery.resume(journal)
    rollout = delivery.queue(journal, here, wish, prepared)
    delivery.ensure_engine(journal, rollout)
    if not args.detach:
        return following.follow(journal, rollout, as_json=args.json)
    out = Out()
    if args.json:
        out.json(delivery.as_json(rollout))
    else:
        out.lines([*following.leave(rollout)])
    return DONE


def _variants(given: list[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, version = text.partition("=")
        if not equals or not name or not version or name in ("control", "new"):
            raise UsageError(
                f"--variant {text}: expected NAME=VERSION",
                hint="control is what serves, new the version deployed; others need a name",
            )
        found[name] = version
    return found


def _dry_run(args: Namespace, stages: list[tuple[str, Desired]], prepared: Prepared) -> None:
    from headway.app import delivery
    from headway.delivery.rollout.plan import to_plain

    out, plan = Out(), prepared.plan
    rules = delivery.against(prepared.decision)
    if args.json:
        steps = [{"title": title, "desired": to_plain(desired)} for title, desired in stages]
        refused = [to_plain(rule) for rule in rules]
        out.json({"strategy": plan.strategy, "steps": steps, "against": refused})
        return
    said = [f"{plan.new.version} to {plan.environment}, {plan.strategy}; nothing is done"]
    for number, (title, desired) in enumerate(stages, start=1):
        said += [f"{number}. {clean.one_line(title)}", *_desired(desired)]
    said += [f"it would be refused: {clean.one_line(rule.text)}" for rule in rules]
    out.lines(said)


def _desired(desired: Desired) -> list[str]:
    lines = []
    for group in desired.groups:
        share = desired.traffic.shares.get(group.name, 0)
        plural = "" if group.instances == 1 else "s"
        text = f"{group.instances} instance{plural}, {share_text(share / 10000)} of traffic"
        extra = [
            what
            for what, there in (
                ("preview", desired.traffic.preview == group.name),
                ("copies of requests", desired.traffic.mirror == group.name),
            )
            if there
        ]
        lines.append(f"   {clean.one_line(group.version):<16} {', '.join([text, *extra])}")
    return lines
