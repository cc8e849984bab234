"""`headway release show`: one release, where it comes from, where it serves, what is in it."""

from __future__ import annotations

from headway import home
from headway.cli.output import Out, moment
from headway.cli.release.list import where
from headway.console import clean
from headway.errors import DONE
from headway.journal import Journal, rollouts
from headway.units import size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.journal.rollouts import Release, Serving

HELP = "show a release: its commit, its verdict, where it serves, its files"
EXAMPLE = """\
headway release show v1.2.3            a release of this service
headway release show v1.2.3 --files    with every file in it"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("version", nargs="?", default="latest", metavar="VERSION", help="or the start of a digest")
    add("--service", default="", metavar="S", help="default: of headway.yaml, or the repository")
    add("--files", action="store_true", help="list its files")
    add("--json", action="store_true", help="as JSON, with its files")


def main(args: Namespace) -> int:
    from headway.app import project, releases

    journal = Journal.open(home.journal())
    service = project.here(args.service).service
    release = journal.query(lambda db: rollouts.find_release(db, service, args.version))
    serving = journal.query(rollouts.environments)
    store = releases.store()
    files = store.entries(release.digest) if release.source == "files" else []
    wrong = releases.check(release)()
    out = Out()
    if args.json:
        from msgspec import to_builtins

        facts = {**release.to_dict(), "serves": where(release, serving), "wrong": wrong}
        out.json({**facts, "contents": [to_builtins(entry) for entry in files]})
        return DONE
    for name, text in _facts(release, serving, wrong, store.files(release.digest)):
        out.lines([f"{out.style.paint('dim', f'{name:<9}')} {clean.one_line(text)}"])
    if args.files:
        out.lines(["", *(f"{e.size:>12}  {clean.one_line(e.path)}" for e in files)])
    return DONE


def _facts(
    release: Release, serving: list[Serving], wrong: str, folder: str
) -> list[tuple[str, str]]:
    changes = " and changes beside it" if release.dirty else ""
    content = release.image or f"{release.files} files, {size_text(release.size)}"
    return [
        ("release", f"{release.service} {release.version}"),
        ("digest", release.digest),
        ("content", f"{content}: {wrong}" if wrong else content),
        *([("files", folder)] if release.source == "files" else []),
        ("commit", (release.sha or "not known") + changes),
        ("gates", release.outcome or "no verdict of this commit"),
        *([("evidence", release.evidence)] if release.evidence else []),
        ("made", f"{moment(release.created)} by {release.actor}"),
        ("serves", ", ".join(where(release, serving)) or "nowhere"),
    ]
