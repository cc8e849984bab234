"""`headway release prune`: old releases that nothing needs lose their content."""

from __future__ import annotations

from headway import home
from headway.cli.output import Out
from headway.errors import DONE, UsageError
from headway.journal import Journal
from headway.units import size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "forget the content of old releases"
EXAMPLE = """\
headway release prune              all but the newest five and what is in use
headway release prune --keep 20    keep more
headway release prune --dry-run    only say what would go"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--keep", type=int, default=5, metavar="N", help="keep the newest N (default: 5)")
    add("--service", default="", metavar="S", help="default: of headway.yaml, or the repository")
    add("--dry-run", action="store_true", help="remove nothing")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import project, releases

    if args.keep < 0:
        raise UsageError(f"--keep {args.keep}: expected a number from 0")
    here = project.here(args.service)
    journal = Journal.open(home.journal())
    gone = releases.prune(journal, here.service, args.keep, here.actor, dry_run=args.dry_run)
    out = Out()
    if args.json:
        out.json([{**p.release.to_dict(), "freed": p.size} for p in gone])
        return DONE
    verb = "would be removed" if args.dry_run else "removed"
    lines = [f"{p.release.version} {p.release.digest[:12]} {size_text(p.size)}" for p in gone]
    out.lines([*lines, f"{len(gone)} releases {verb}; what serves or may be returned to stays"])
    return DONE
