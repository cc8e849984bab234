"""`headway test`: the project's suites, side by side, then the gates."""

from __future__ import annotations

from headway.errors import DONE, FAILED, WAITING, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from headway.app.evidence import Tree
    from headway.app.suites import Planned, Result

HELP = "run the project's test suites side by side, then the gates"
EXAMPLE = """\
headway test                          the unit tests
headway test all                      every suite
headway test integration --component backend
headway test --list                   which suites there are
headway test unit/backend -- -k stock    more arguments for the one suite's command"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "suites",
        nargs="*",
        metavar="SUITE",
        help="suites, suite/component, or all (default: the default ones); ARGS after --",
    )
    add("--component", default="", metavar="C", help="only of this component")
    add("--list", action="store_true", help="list the suites")
    add("--no-gate", action="store_true", help="write the reports and judge nothing")
    add(
        "--parallel", type=int, default=0, metavar="N", help="suites at once (default: a core each)"
    )
    add("-v", "--verbose", action="store_true", help="all details of the verdict")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    if args.parallel < 0:
        raise UsageError("--parallel takes 1 or more")
    from headway import config
    from headway.app import suites
    from headway.app.evidence import Tree

    names, more = _split(args)
    tree = Tree.at()
    every = suites.planned(config.load(tree.root), tree)
    if args.list:
        return _list(every, tree.root, args.json)
    if not every:
        raise UsageError(
            "no test suite was found here",
            hint="name them in `suites` of headway.yaml; `headway init` writes a first one",
        )
    chosen = suites.select(every, names, args.component)
    if more and len(chosen) != 1:
        keys = ", ".join(one.key for one in chosen)
        raise UsageError(
            f"arguments after -- are for one suite, and this is {len(chosen)}: {keys}",
            hint="name one: headway test unit/backend -- ARGS",
        )
    suites.prune(tree.root, every)
    return _test(args, tree, chosen, more)


def _split(args: Namespace) -> tuple[list[str], list[str]]:
    """Suites, and what stands behind `--`."""
    if "--" not in args.argv:
        return args.suites, []
    more = args.argv[args.argv.index("--") + 1 :]
    return args.suites[: len(args.suites) - len(more)], more


def _test(args: Namespace, tree: Tree, chosen: Sequence[Planned], more: Sequence[str]) -> int:
    from headway.app import suites
    from headway.cli import judged
    from headway.cli.board import Board

    judged.on_signals()
    try:
        with Board([one.key for one in chosen]) as board:
            testing = suites.Testing(tree, chosen, board, more=more, parallel=args.parallel)
            results = testing.run()
    except KeyboardInterrupt:
        return judged.interrupted()
    _tell(results)
    code = _code(results, args.no_gate)
    judgement = None
    reports = suites.reports_of(results)
    if reports and not args.no_gate:
        judgement = judged.judge(tree, reports, ["tests"])
        judged.show(judgement, tree, json=args.json, verbose=args.verbose)
        code = judged.worst(code, judged.code(judgement))
    if args.json:
        _print_json(results, judged.plain(judgement) if judgement else None)
    return code


def _code(results: Sequence[Result], alone: bool) -> int:
    """Of the suites themselves; with gates, what their reports explain is judged there."""
    failed = [one for one in results if one.state == "failed"]
    if any(alone or not one.explained for one in failed):
        return FAILED
    return WAITING if any(one.state in ("skipped", "stopped") for one in results) else DONE


# --- telling -----------------------------------------------------------------------------


def _tell(results: Sequence[Result]) -> None:
    """The last output of what failed without explaining it, on standard error."""
    from headway.cli.output import Out
    from headway.console import clean

    out = Out(2)
    bar = out.style.paint("dim", out.style.mark("bar"))
    for one in results:
        if one.state != "failed" or one.explained:
            continue
        head = f"{one.key}: {one.said}"
        out.lines([f"{out.style.paint('bold red', 'failed:')} {clean.one_line(head)}"])
        out.lines(f"  {bar} {clean.one_line(line)}" for line in one.last)
        if one.last:
            out.lines([out.style.paint("dim", f"  all of it: {clean.one_line(one.log)}")])


def _list(every: Sequence[Planned], root: str, json: bool) -> int:
    import shlex

    import msgspec

    from headway.cli.output import Out

    out = Out()
    if json:
        out.json([{"key": one.key, **msgspec.to_builtins(one, enc_hook=float)} for one in every])
        return DONE
    if not every:
        Out(2).lines(["no test suite was found here; `suites` in headway.yaml names them"])
        return DONE
    rows = []
    for one in every:
        command = one.suite.command
        shown = command.strip() if isinstance(command, str) else shlex.join(command)
        shown = shown.replace(f"{root}/", "")
        rows.append(
            [
                ("bold" if one.default else "", one.name),
                ("", one.component),
                ("green" if one.default else "dim", "default" if one.default else ""),
                ("", one.why or "headway.yaml"),
                ("yellow" if one.missing else "dim", one.missing or " ".join(shown.split())),
            ]
        )
    out.table(["suite", "component", "", "from", "command"], rows)
    return DONE


def _print_json(results: Sequence[Result], verdict: dict[str, object] | None) -> None:
    import msgspec

    from headway.cli.output import Out

    Out().json({"suites": [msgspec.to_builtins(one) for one in results], "verdict": verdict})
