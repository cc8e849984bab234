"""What verbs print: lines, tables, JSON, errors; painted where the stream shows colours."""

from __future__ import annotations

import contextlib
import os
import sys
import time

from headway.console import clean
from headway.console.style import Style, cells
from headway.console.terminal import Terminal, encode
from headway.errors import InvalidFile, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headway.console.style import Line, Span
    from headway.errors import HeadwayError, Problem

# Up to how many seconds which unit is used, and its length.
_AGES = ((60, "s", 1), (3600, "m", 60), (86400, "h", 3600), (30 * 86400, "d", 86400))


class Out:
    """A stream to print on: standard output, or standard error with `fd=2`."""

    def __init__(self, fd: int = 1) -> None:
        self.terminal = Terminal(fd)
        self.style = Style(colour=self.terminal.colour, unicode=self.terminal.unicode)

    def lines(self, lines: Iterable[str]) -> None:
        """Raises BrokenPipeError when nobody reads."""
        (sys.stdout if self.terminal.fd == 1 else sys.stderr).flush()
        self.terminal.write(encode("".join(f"{line}\n" for line in lines)))

    def json(self, value: object) -> None:
        """The value as indented JSON."""
        import json

        self.lines([json.dumps(value, indent=2, default=str)])

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Span]]) -> None:
        """Columns as wide as their widest cell; on a terminal cut at its edge."""
        heads: list[Span] = [("dim", text) for text in header]
        table = [heads, *rows]
        widths = [max(cells(row[n][1]) for row in table) for n in range(len(header))]
        self.lines(self._row(row, widths) for row in table)

    def _row(self, row: Sequence[Span], widths: Sequence[int]) -> str:
        line: Line = []
        for (look, text), width in zip(row, widths, strict=True):
            line += [(look, text), ("", " " * (width - cells(text) + 2))]
        line.pop()
        if self.terminal.tty:
            line = self.style.fit(line, self.terminal.size()[0])
        return self.style.render(line).rstrip()


def show_error(error: HeadwayError) -> None:
    """On standard error: the message and the mend, or every problem of a file."""
    out = Out(2)
    if isinstance(error, InvalidFile):
        lines = [_problem(p, error.sources.get(p.place.file), out.style) for p in error.problems]
        if len(lines) > 1:
            lines.append(out.style.paint("bold red", f"{len(lines)} problems"))
    else:
        head, *more = error.message.split("\n")
        lines = [f"{out.style.paint('bold red', 'headway:')} {clean.one_line(head)}"]
        lines += [clean.one_line(line) for line in more]
        if error.hint:
            lines.append(f"  {clean.one_line(error.hint)}")
    with contextlib.suppress(OSError):  # nobody reads that either: the exit code says it
        out.lines(lines)


def _problem(problem: Problem, text: str | None, style: Style) -> str:
    head, *rest = [clean.one_line(line) for line in render(problem, text).split("\n")]
    place = clean.one_line(f"{problem.place}:")
    look = "bold red" if problem.severity == "error" else "bold yellow"
    message = head.removeprefix(f"{place} {problem.severity}:")
    first = f"{style.paint('bold', place)} {style.paint(look, f'{problem.severity}:')}{message}"
    return "\n".join([first, *rest])


def ago(then: float, now: float | None = None) -> str:
    """`12s ago`, `5m ago`, `3h ago`, `4d ago`; a date when that is long past."""
    passed = max(0.0, (time.time() if now is None else now) - then)
    for limit, unit, size in _AGES:
        if passed < limit:
            return f"{int(passed // size)}{unit} ago"
    return time.strftime("%Y-%m-%d", time.localtime(then))


def moment(then: float) -> str:
    """A time of this place, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(then))


def short_path(path: str) -> str:
    """With ~ for the home directory."""
    home = os.path.expanduser("~")
    if path == home or path.startswith(home.rstrip("/") + "/"):
        return "~" + path[len(home.rstrip("/")) :]
    return path
