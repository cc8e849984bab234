"""`headway release create`: an immutable version of a folder, an archive or an image."""

from __future__ import annotations

from headway import home
from headway.cli.output import Out
from headway.errors import DONE, UsageError
from headway.journal import Journal
from headway.units import size, size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "make a release of a folder, an archive or an image"
EXAMPLE = """\
headway release create v1.2.3 --path build            what is in the folder build
headway release create v1.2.3 --archive shop.tar.gz   what is in an archive
headway release create v1.2.3 --image shop:1.2.3      an image of podman or docker"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("version", metavar="VERSION", help="what it is called, for good: v1.2.3")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--path", metavar="DIR", help="a folder; its .git is left out")
    what.add_argument("--archive", metavar="FILE", help="tar (also compressed) or zip")
    what.add_argument("--image", metavar="REF", help="an image that podman or docker has")
    add("--service", default="", metavar="S", help="default: of headway.yaml, or the repository")
    add("--commit", default="", metavar="REV", help="the commit it is made of (default: HEAD)")
    add("--max-size", default="4GiB", metavar="SIZE", help="how large it may be (default: 4GiB)")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import project, releases

    limit = size(args.max_size)
    if limit < 1:
        raise UsageError("--max-size 0: nothing would fit")
    source = releases.Source(
        path=args.path or "", archive=args.archive or "", image=args.image or "", max_size=limit
    )
    here = project.here(args.service)
    made = releases.create(Journal.open(home.journal()), here, args.version, source, args.commit)
    out, release = Out(), made.release
    if args.json:
        out.json({**release.to_dict(), "new": made.new})
        return DONE
    there = "" if made.new else " was there already, the same"
    gates = release.outcome or "no verdict yet"
    commit = f", commit {release.sha[:10]}" if release.sha else ""
    changes = " +changes" if release.dirty else ""
    out.lines(
        [
            f"{release.service} {release.version}{there}: {release.digest[:12]},"
            f" {size_text(release.size)}{commit}{changes}, gates: {gates}"
        ]
    )
    return DONE
