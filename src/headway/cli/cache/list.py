"""`headway cache list`: keys, branches, sizes."""

from __future__ import annotations

from headway.cli.cache import here
from headway.cli.output import Out, ago
from headway.console import clean
from headway.errors import DONE
from headway.units import size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.console.style import Span
    from headway.runner.action.builtin.cache_store import Entry

HELP = "list this repository's caches, the latest used first"
EXAMPLE = """\
headway cache list
headway cache list --json   with digests and paths"""


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    store = here.store()
    found = sorted(store.entries(), key=lambda e: -e.used)
    out = Out()
    if args.json:
        out.json([{**entry.to_dict(), "used": entry.used} for entry in found])
    elif found:
        out.table(["KEY", "BRANCH", "SIZE", "CREATED", "USED"], [_row(e) for e in found])
        total = size_text(sum(e.size for e in found))
        out.lines([f"{total} of {size_text(store.limit)}"])
    else:
        out.lines(["no caches"])
    return DONE


def _row(entry: Entry) -> list[Span]:
    branch = entry.scope.removeprefix("refs/heads/").removeprefix("refs/")
    return [
        ("bold", clean.one_line(entry.key)),
        ("", clean.one_line(branch)),
        ("", size_text(entry.size)),
        ("", ago(entry.created)),
        ("", ago(entry.used)),
    ]
