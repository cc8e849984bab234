"""`headway cache clear`."""

from __future__ import annotations

from headway.cli.cache import here
from headway.cli.output import Out
from headway.errors import DONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "remove all of this repository's caches"
EXAMPLE = "headway cache clear"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="what was removed, as JSON")


def main(args: Namespace) -> int:
    found = here.store().entries()
    done = here.remove(found)
    out = Out()
    if args.json:
        out.json([entry.to_dict() for entry in found])
    else:
        out.lines([done])
    return DONE
