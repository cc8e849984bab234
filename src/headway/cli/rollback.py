"""`headway rollback`: an environment returns to a version that has served there before."""

from __future__ import annotations

from headway.cli import delivering, returning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "return to a version that has served before"
EXAMPLE = """\
headway rollback production            to what served before
headway rollback production v1.2.0     to a certain version"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("environment", metavar="ENVIRONMENT", help="its name in headway.yaml")
    add("version", nargs="?", default="", metavar="VERSION", help="default: what served before")
    add("--reason", default="", metavar="TEXT", help="why, for the journal")
    add("--detach", action="store_true", help="don't follow it")
    add("--json", action="store_true", help="each event as a line of JSON")


def main(args: Namespace) -> int:
    """0: the version serves."""
    from headway.app import project

    here = project.here()
    here.environment(args.environment)
    journal = delivering.open_journal()
    return returning.back(journal, args, here.service, args.environment, args.version)
