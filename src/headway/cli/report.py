"""`headway report`: what reports of tools say, on the terminal, as JSON, as a page."""

from __future__ import annotations

import os

from headway.errors import DONE, USAGE, HeadwayError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from headway.app.evidence import Tree
    from headway.app.reports import Found
    from headway.quality.evidence import Evidence

HELP = "read reports of tests, coverage, scanners and load tests: what they say"
EXAMPLE = """\
headway report junit.xml coverage.xml         a summary
headway report reports/ --html report.html    everything, as one page
headway report 'reports/**/*.sarif' --json"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "files",
        nargs="*",
        metavar="FILE",
        help="reports: files, folders, globs (default: those in the usual places)",
    )
    add("--html", metavar="OUT", help="write a page to this file")
    add("--json", action="store_true", help="everything as JSON")


def main(args: Namespace) -> int:
    from headway.app import evidence, reports
    from headway.app.evidence import Tree
    from headway.cli.output import Out

    tree = Tree.at()
    if args.files:
        found = reports.read_named(args.files)
    else:
        found = reports.read_usual(tree.root, reports.usual(tree.root, tree.repository is not None))
    if not found.reports and not found.errors:
        raise UsageError(
            "there are no reports here", hint="name them: headway report FILE…, or a folder"
        )
    made = evidence.build(found.reports, found.errors, tree)
    if args.html:
        _write_page(made, tree, args.html)
    if args.json:
        from headway.quality.render import plain

        Out().json(plain.evidence(made))
    else:
        _show(made, found)
    return _code(found)


def _code(found: Found) -> int:
    """2 when nothing could be read, 1 when something could not."""
    if not found.errors:
        return DONE
    return 1 if found.reports else USAGE


def _show(made: Evidence, found: Found) -> None:
    from headway.cli import report_view
    from headway.cli.output import Out, show_error

    out = Out()
    width = out.terminal.size()[0] if out.terminal.tty else 0
    if found.reports:
        out.lines(report_view.lines(made, out.style, width))
    for error in found.errors:
        show_error(error)


def _write_page(made: Evidence, tree: Tree, path: str) -> None:
    from headway.cli.output import Out
    from headway.quality.render.page import page

    title = tree.repository.slug if tree.repository else os.path.basename(tree.place)
    write(path, page(made, title=title, source_of=tree.text))
    Out(2).lines([f"wrote {path}"])


def write(path: str, text: str) -> None:
    """Raises HeadwayError when the file can't be written."""
    try:
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise HeadwayError(f"{path} can't be written: {error.strerror}", exit_code=USAGE) from None
