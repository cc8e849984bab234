"""Comments that silence warnings: `# headway: ignore[rule-id, other-rule]`."""

from __future__ import annotations

import re

from headway.errors import Place, Problem, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

ID = "unknown-rule"
# Rules of the warnings that reading a file gives; a comment can silence those too.
READING = ("cron", "event", "id", "matrix", "needs", "runs-on", "shell", "syntax", "uses")
_COMMENT = re.compile(r"#\s*headway:\s*ignore\[([^\]\n]*)\]")
_RULE = re.compile(r"[^\s,]+")


class Ignored:
    """The comments of one file: each counts for its own line and the next."""

    def __init__(self, text: str, path: str, known: Collection[str]) -> None:
        self._lines: dict[int, set[str]] = {}
        self._unknown: list[Problem] = []
        for number, line in enumerate(text.split("\n"), 1) if "headway:" in text else ():
            for comment in _COMMENT.finditer(line):
                for rule in _RULE.finditer(comment[1]):
                    self._lines.setdefault(number, set()).add(rule[0])
                    if rule[0] not in known and rule[0] not in READING:
                        column = comment.start(1) + rule.start() + 1
                        self._unknown.append(_unknown(rule[0], Place(path, number, column), known))

    def covers(self, problem: Problem) -> bool:
        """Whether the problem is silenced; errors never are."""
        line = problem.place.line
        return problem.severity == "warning" and any(
            problem.rule in self._lines.get(number, ()) for number in (line, line - 1)
        )

    def unknown(self) -> list[Problem]:
        """A warning for each name that isn't a rule."""
        return self._unknown


def _unknown(rule: str, place: Place, known: Collection[str]) -> Problem:
    message = f'there is no rule "{rule}" to ignore'
    return Problem(message, place, ID, did_you_mean(rule, known), "warning", length=len(rule))
