"""`headway cache remove KEY…`."""

from __future__ import annotations

from headway.cli.cache import here
from headway.cli.output import Out
from headway.errors import DONE, UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "remove caches by key, or by the beginning of one"
EXAMPLE = """\
headway cache remove npm-abc123   the one with this key, on every branch
headway cache remove npm-         all whose key begins so"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("key", nargs="+", metavar="KEY", help="a key, or the beginning of several")
    add("--json", action="store_true", help="what was removed, as JSON")


def main(args: Namespace) -> int:
    known = here.store().entries()
    found = []
    for key in args.key:
        exact = [e for e in known if e.key == key]
        matching = exact or [e for e in known if e.key.startswith(key)]
        if not matching:
            raise UsageError(f'no cache "{key}"', hint=did_you_mean(key, [e.key for e in known]))
        found += [e for e in matching if e not in found]
    done = here.remove(found)
    out = Out()
    if args.json:
        out.json([entry.to_dict() for entry in found])
    else:
        out.lines([done])
    return DONE
