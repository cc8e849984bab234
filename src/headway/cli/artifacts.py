"""`headway artifacts`: what a run left, and where it is."""

from __future__ import annotations

import os

from headway import home
from headway.cli import past
from headway.cli.output import Out, short_path
from headway.console import clean
from headway.errors import DONE, UsageError, did_you_mean
from headway.units import size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.console.style import Span
    from headway.runner.action.builtin.artifact_store import Artifact

HELP = "list the artifacts of a run, or copy them to a folder"
EXAMPLE = """\
headway artifacts                       of the newest run: names, sizes, where they are
headway artifacts 12 --to out           copy those of run 12 to out/NAME/
headway artifacts 12 --to out -n dist   only the one named dist"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("run", nargs="?", default="latest", metavar="RUN", help="number, id or latest (default)")
    add("-n", "--name", action="append", default=[], metavar="NAME", help="only these; may repeat")
    add("--to", default="", metavar="DIR", help="copy them to folders DIR/NAME")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    from headway.runner.action.builtin import artifact_store

    run = past.find_run(past.open_journal(), args.run)
    found = artifact_store.artifacts(home.run(run.id))
    if args.name:
        found = _named(found, args.name, run.label)
    if args.to:
        for artifact in found:
            artifact_store.copy(artifact, os.path.join(args.to, artifact.name))
    out = Out()
    if args.json:
        out.json([as_json(artifact, args.to) for artifact in found])
    elif found:
        out.table(["ARTIFACT", "FILES", "SIZE", "PATH"], [_row(a, args.to) for a in found])
    else:
        out.lines([f"run {run.label} left no artifacts"])
    return DONE


def _named(known: list[Artifact], names: list[str], run: str) -> list[Artifact]:
    by_name = {artifact.name: artifact for artifact in known}
    for name in names:
        if name not in by_name:
            raise UsageError(
                f'run {run} has no artifact "{name}"', hint=did_you_mean(name, by_name)
            )
    return [by_name[name] for name in dict.fromkeys(names)]


def as_json(artifact: Artifact, to: str) -> dict[str, object]:
    return {**artifact.to_dict(), "path": _path(artifact, to)}


def _path(artifact: Artifact, to: str) -> str:
    return os.path.abspath(os.path.join(to, artifact.name)) if to else artifact.path


def _row(artifact: Artifact, to: str) -> list[Span]:
    return [
        ("bold", clean.one_line(artifact.name)),
        ("", str(artifact.files)),
        ("", size_text(artifact.size)),
        ("", clean.one_line(short_path(_path(artifact, to)))),
    ]
