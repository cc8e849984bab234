"""`headway lint`: everything that GitHub would refuse in workflows, and what people get wrong;
mistakes in headway.yaml."""

from __future__ import annotations

import os
import sys

from headway.cli.lint_files import Files, find_root, referenced
from headway.errors import DONE, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from headway.console.style import Style
    from headway.errors import Problem

HELP = "check workflows, local actions and headway.yaml without running anything"
EXAMPLE = """\
headway lint                              workflows, local actions and headway.yaml
headway lint .github/workflows/ci.yml     one file
headway lint --strict                     warnings count as errors
headway lint --sarif > headway.sarif      for a code scanning service"""


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "files",
        nargs="*",
        metavar="FILE",
        help="workflow, action.yml or headway.yaml, - for standard input (default: all of them)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON list of problems")
    form.add_argument("--sarif", action="store_true", help="print a SARIF 2.1.0 log")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--no-warnings", action="store_true", help="errors only")
    which.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")


def main(args: Namespace) -> int:
    """0: no errors. 1: errors, or with --strict warnings. Raises UsageError (2)."""
    files = Files(find_root(os.getcwd()))
    paths = _named(files, args.files) if args.files else files.everything()
    problems = _problems(files, paths, follow=not args.files, warn=not args.no_warnings)
    if args.json:
        print(_json(problems))
    elif args.sarif:
        print(_sarif(problems))
    else:
        _print(problems, files)
    failing = problems if args.strict else [p for p in problems if p.severity == "error"]
    return FAILED if failing else DONE


def _named(files: Files, names: Sequence[str]) -> list[str]:
    """The files that were asked for, each once."""
    return list(dict.fromkeys(files.add(name) for name in names))


def _problems(files: Files, paths: list[str], *, follow: bool, warn: bool) -> list[Problem]:
    """Errors first, then warnings; the actions that the files use are looked at with them."""
    found: list[Problem] = []
    todo, seen = list(paths), set(paths)
    while todo:
        path = todo.pop(0)
        problems, node = files.check(path, warn=warn)
        found += problems
        for action in referenced(node, files) if follow and node is not None else ():
            if action not in seen:
                seen.add(action)
                todo.append(action)
    if not warn:
        found = [problem for problem in found if problem.severity == "error"]
    return sorted(found, key=lambda p: (p.severity, p.place.file, p.place.line, p.place.column))


def _json(problems: Sequence[Problem]) -> str:
    import json

    listed = [
        {
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "severity": problem.severity,
            "rule": problem.rule,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in problems
    ]
    return json.dumps(listed, indent=2)


def _sarif(problems: Sequence[Problem]) -> str:
    import json

    from headway.cli import sarif
    from headway.workflow.check import SUMMARIES

    return json.dumps(sarif.log(problems, SUMMARIES), indent=2)


# --- for people ------------------------------------------------------------------------------


def _print(problems: Sequence[Problem], files: Files) -> None:
    from headway.console.style import Style
    from headway.console.terminal import Terminal, encode

    terminal = Terminal(sys.stdout.fileno())
    style = Style(colour=terminal.colour, unicode=terminal.unicode)
    shown = [_rendered(problem, files, style) + "\n" for problem in problems]
    look, count = _count(problems, len(files.texts))
    shown.append(style.paint(look, count))
    terminal.write(encode("\n".join(shown) + "\n"))


def _rendered(problem: Problem, files: Files, style: Style) -> str:
    """`errors.render`, with the place as it is from here, and painted."""
    from headway.console.clean import one_line
    from headway.errors import render

    text = files.texts.get(problem.place.file)
    place = problem.place.replace(file=files.shown(problem.place.file))
    lines = [one_line(line) for line in render(problem.replace(place=place), text).split("\n")]
    head = lines[0].removeprefix(one_line(f"{place}: {problem.severity}:"))
    look = "bold red" if problem.severity == "error" else "bold yellow"
    rest = [style.paint("dim", line) if _is_source(line) else line for line in lines[1:]]
    first = f"{style.paint('bold', one_line(f'{place}:'))} {style.paint(look, problem.severity)}:"
    return "\n".join([first + head, *rest])


def _is_source(line: str) -> bool:
    return not line.startswith("  hint: ")


def _count(problems: Sequence[Problem], files: int) -> tuple[str, str]:
    """A look and a line: `2 errors, 1 warning in 3 files`."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    kinds = ((errors, "error"), (warnings, "warning"))
    parts = [_plural(count, word) for count, word in kinds if count]
    look = "bold red" if errors else "bold yellow" if warnings else "green"
    return look, f"{', '.join(parts) or 'no problems'} in {_plural(files, 'file')}"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
