"""`headway scan`: the repository's linters and scanners, side by side, then the gates."""

from __future__ import annotations

from headway.errors import DONE, WAITING, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from headway.app.evidence import Tree
    from headway.app.scan import Chosen, Result
    from headway.quality.settings import Subject

HELP = "run the linters and scanners that the repository is set up for, then the gates"
EXAMPLE = """\
headway scan                         everything
headway scan security                packages, code, secrets, containers, workflows
headway scan --list                  what would run, and why or why not
headway scan --only ruff --no-gate"""

# What each group looks for: gates that headway.yaml writes for these need a report.
_LOOKS: dict[str, tuple[Subject, ...]] = {
    "quality": ("lint", "format", "types", "complexity", "duplication"),
    "security": ("security", "vulnerabilities", "secrets"),
}


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "group",
        nargs="?",
        choices=("quality", "security", "all"),
        default="all",
        help="which tools (default: all)",
    )
    add("--only", action="append", default=[], metavar="TOOL", help="this tool; may be repeated")
    add("--skip", action="append", default=[], metavar="TOOL", help="not this tool")
    add("--list", action="store_true", help="list what would run, and why or why not")
    add("--no-gate", action="store_true", help="write the reports and judge nothing")
    add("--parallel", type=int, default=0, metavar="N", help="tools at once (default: a core each)")
    add("-v", "--verbose", action="store_true", help="all details of the verdict")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    if args.parallel < 0:
        raise UsageError("--parallel takes 1 or more")
    import msgspec

    from headway import config
    from headway.app import scan
    from headway.app.evidence import Tree

    tree = Tree.at()
    settings = config.load(tree.root).scan
    if args.parallel:
        settings = msgspec.structs.replace(settings, parallel=args.parallel)
    project = scan.look(tree, settings)
    chosen = scan.choose(
        tree, project, settings, group=args.group, only=tuple(args.only), skip=tuple(args.skip)
    )
    if args.list:
        return _list(chosen, args.json)
    return _scan(args, tree, chosen, settings)


def _scan(args: Namespace, tree: Tree, chosen: Sequence[Chosen], settings: object) -> int:
    from headway.app import scan
    from headway.cli import judged
    from headway.cli.board import Board
    from headway.quality.scan import Scan

    assert isinstance(settings, Scan)
    judged.on_signals()
    keys = [scan.key_of(one, c) for one in chosen if one.choice == "run" for c in one.commands]
    try:
        with Board(keys) as board:
            results = scan.Scanning(tree, settings, chosen, board).run()
    except KeyboardInterrupt:
        return judged.interrupted()
    _tell(chosen, results)
    if not results:
        raise UsageError("no tool can look at this repository", hint="see: headway scan --list")
    code = WAITING if scan.is_inconclusive(results) else DONE
    judgement = None
    if results and not args.no_gate:
        judgement = judged.judge(tree, scan.reports_of(results), _looked(args))
        judged.show(judgement, tree, json=args.json, verbose=args.verbose)
        code = judged.worst(code, judged.code(judgement))
    if args.json:
        _print_json(chosen, results, judged.plain(judgement) if judgement else None)
    elif not args.no_gate and judgement and code == WAITING:
        _say_inconclusive(judgement.verdict.outcome, results)
    return code


def _looked(args: Namespace) -> list[Subject]:
    if args.only:
        return []  # what these tools report is judged, and nothing demanded of others
    groups = _LOOKS if args.group == "all" else (args.group,)
    return [subject for group in groups for subject in _LOOKS[group]]


# --- telling -----------------------------------------------------------------------------


def _tell(chosen: Sequence[Chosen], results: Sequence[Result]) -> None:
    """What could not be done, and what isn't there, on standard error."""
    from headway.cli.output import Out
    from headway.console import clean

    out = Out(2)
    lines = []
    for one in results:
        if one.state == "inconclusive":
            word = out.style.paint("bold yellow", "inconclusive:")
            lines.append(f"{word} {clean.one_line(f'{one.title}: {one.said}')}")
            if one.hint:
                lines.append(f"  {clean.one_line(one.hint)}")
    missing = [one for one in chosen if one.choice == "absent" and not one.counts]
    if missing:
        names = ", ".join(one.name for one in missing)
        lines.append(f"not installed, so not run: {names}")
        lines.append("  pip install 'headway[scan]' brings them; --list says how to get each")
    out.lines(lines)


def _say_inconclusive(outcome: str, results: Sequence[Result]) -> None:
    """The gates may all have passed on what there was."""
    from headway.cli.output import Out

    if outcome != "passed":
        return
    out = Out()
    names = ", ".join(dict.fromkeys(one.name for one in results if one.state == "inconclusive"))
    word = out.style.paint("bold yellow", "inconclusive")
    out.lines([f"scan {word}: {names} could not do its work"])


def _list(chosen: Sequence[Chosen], json: bool) -> int:
    from headway.cli.output import Out

    out = Out()
    if json:
        import msgspec

        out.json([msgspec.to_builtins(one) for one in chosen])
        return DONE
    words = {"run": "runs", "absent": "not installed", "unfit": "not for this", "off": "left out"}
    looks = {"run": "green", "absent": "yellow", "unfit": "dim", "off": "dim"}
    order = list(words)
    rows = []
    for one in sorted(chosen, key=lambda one: order.index(one.choice)):
        why = one.why
        if one.executes and one.choice == "run":
            why += f"; runs code of the project: {one.executes}"
        if one.choice == "absent":
            why = why.removeprefix("not installed (").removesuffix(")")
            why += f"; to install: {one.hint}" if one.hint else ""
            why += "; without it the scan is inconclusive" if one.wanted else ""
        program = _place(one.program)
        rows.append(
            [
                ("bold" if one.choice == "run" else "", one.name),
                ("", one.group),
                (looks[one.choice], words[one.choice]),
                ("", why),
                ("dim", program),
            ]
        )
    out.table(["tool", "finds", "", "because", "program"], rows)
    return DONE


def _place(program: str) -> str:
    import os

    from headway.cli.output import short_path

    inside = os.path.relpath(program) if program else ""
    return inside if inside and not inside.startswith("..") else short_path(program)


def _print_json(
    chosen: Sequence[Chosen], results: Sequence[Result], verdict: dict[str, object] | None
) -> None:
    import msgspec

    from headway.cli.output import Out

    not_run = [one for one in chosen if one.choice != "run"]
    Out().json(
        {
            "tools": [msgspec.to_builtins(one) for one in results],
            "not_run": [
                {"name": one.name, "group": one.group, "choice": one.choice, "why": one.why}
                for one in not_run
            ],
            "verdict": verdict,
        }
    )
