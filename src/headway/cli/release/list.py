"""`headway release list`: what can be deployed, the newest first."""

from __future__ import annotations

import time

from headway import home
from headway.cli.output import Out, ago
from headway.console import clean
from headway.errors import DONE
from headway.journal import Journal, rollouts
from headway.units import size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.console.style import Span
    from headway.journal.rollouts import Release, Serving

HELP = "list releases"
EXAMPLE = """\
headway release list          of this service, the newest first
headway release list --all    of every service, also those that were pruned"""
LOOKS = {"passed": "green", "failed": "red", "error": "red", "inconclusive": "yellow"}


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--service", default="", metavar="S", help="default: of headway.yaml, or the repository")
    add("--all", action="store_true", help="of every service, also pruned ones")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.app import project

    service = "" if args.all else project.here(args.service).service
    journal = Journal.open(home.journal())
    found = journal.query(lambda db: rollouts.releases(db, service, pruned=args.all))
    serving = journal.query(rollouts.environments)
    out = Out()
    if args.json:
        out.json([as_json(release, serving) for release in found])
    elif found:
        header = ["SERVICE", "VERSION", "DIGEST", "COMMIT", "GATES", "SIZE", "CREATED", "SERVES"]
        out.table(header, [_row(release, serving) for release in found])
    else:
        of = f" of {service}" if service else ""
        out.lines([f"no releases{of} yet; make one: headway release create v1.0.0 --path DIR"])
    return DONE


def as_json(release: Release, serving: list[Serving]) -> dict[str, object]:
    return {**release.to_dict(), "serves": where(release, serving)}


def where(release: Release, serving: list[Serving]) -> list[str]:
    """The environments that it serves in."""
    return [s.name for s in serving if (s.service, s.version) == (release.service, release.version)]


def _row(release: Release, serving: list[Serving]) -> list[Span]:
    commit = release.sha[:7] + (" +changes" if release.dirty else "")
    created = ago(release.created, time.time())
    return [
        ("", clean.one_line(release.service)),
        ("bold", clean.one_line(release.version)),
        ("dim" if release.pruned else "", release.digest[:12]),
        ("", commit),
        (LOOKS.get(release.outcome, "dim"), release.outcome or "none"),
        ("", size_text(release.size)),
        ("", f"{created}, pruned" if release.pruned else created),
        ("green", ", ".join(where(release, serving))),
    ]
