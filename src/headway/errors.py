"""What went wrong, where, and the mend; and the exit codes scripts can rely on."""

from __future__ import annotations

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DONE = 0
FAILED = 1
USAGE = 2
WAITING = 3
DENIED = 4
DEFECT = 70
INTERRUPTED = 130


class Place(Value):
    """A point in a file: line and column count from 1, in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(Value):
    """One mistake (or warning) in a user's file.

    `hint` says what was expected or how to mend it; `rule` is a stable id for scripts and
    SARIF; `length` is how many characters the caret line underlines.
    """

    message: str
    place: Place
    rule: str = "syntax"
    hint: str = ""
    severity: str = "error"  # or "warning"
    length: int = 1


class HeadwayError(Exception):
    """An expected failure: shown as one sentence and a mend, never as a traceback."""

    exit_code = FAILED

    def __init__(self, message: str, *, hint: str = "", exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(HeadwayError):
    """Wrong flags, an unknown name, an unreadable input."""

    exit_code = USAGE


class InvalidFile(HeadwayError):
    """A user's file with every mistake found in it; `sources` maps a file to its text."""

    exit_code = USAGE

    def __init__(self, problems: Sequence[Problem], sources: dict[str, str] | None = None) -> None:
        first = problems[0]
        super().__init__(f"{first.place}: {first.message}")
        self.problems = tuple(problems)
        self.sources = sources or {}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is close (Levenshtein-like ratio)."""
    from difflib import get_close_matches

    by_lower = {k.lower(): k for k in known}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean "x"?`, or the list of what is known; a hint for an unknown name."""
    names = sorted(set(known))
    close = nearest(name, names)
    if close is not None:
        return f'did you mean "{close}"?'
    return "known: " + ", ".join(names) if names else ""


def render(problem: Problem, text: str | None) -> str:
    """`file:line:column: severity: message [rule]`, the source line with a caret, the hint."""
    head = f"{problem.place}: {problem.severity}: {problem.message} [{problem.rule}]"
    lines = [head]
    source = (text or "").splitlines()
    if 0 < problem.place.line <= len(source):
        line = source[problem.place.line - 1].replace("\t", " ")[:240]
        column = min(problem.place.column, len(line) + 1)
        number = str(problem.place.line)
        pad = " " * len(number)
        carets = "^" * max(1, min(problem.length, len(line) - column + 1))
        lines += [f"  {number} | {line}", f"  {pad} | {' ' * (column - 1)}{carets}"]
    if problem.hint:
        lines.append(f"  hint: {problem.hint}")
    return "\n".join(lines)
