"""Problem matchers: regular expressions that turn lines of output into annotations.

Source: GitHub's problem matcher format (the `problemMatcher` JSON file of `::add-matcher::`).
"""

from __future__ import annotations

import re

from headway.errors import HeadwayError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FIELDS = ("file", "line", "column", "severity", "code", "message", "fromPath")
LONGEST_LINE = 4096  # characters; a regular expression sees no more than this
_COLOUR = re.compile(r"\x1b\[[0-9;]*m?")
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")


class MatcherError(Exception):
    """A problem matcher file that isn't one; says what is wrong with it."""


class Match(Value):
    """What a matcher found; absent fields are ""."""

    owner: str
    severity: str
    message: str
    file: str = ""
    line: str = ""
    column: str = ""
    code: str = ""
    from_path: str = ""


class Matcher:
    """One matcher with its state: a pattern of several parts spans as many lines."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.owner = _text(config, "owner")
        self.severity = str(config.get("severity") or "error")
        self.from_path = str(config.get("fromPath") or "")
        patterns = config.get("pattern")
        if not isinstance(patterns, list) or not patterns:
            raise MatcherError(f'matcher "{self.owner}" needs a list of patterns')
        self._parts = [_part(p, self.owner) for p in patterns]
        self._reset()

    def _reset(self) -> None:
        self._running: list[dict[str, str] | None] = [None] * (len(self._parts) - 1)

    def feed(self, line: str) -> Match | None:
        """The problem that this line completes, if any. Colours in it don't count."""
        line = _COLOUR.sub("", line[:LONGEST_LINE]) if "\x1b" in line else line[:LONGEST_LINE]
        last = len(self._parts) - 1
        # From the last part to the first: a line continues what is running before it starts anew.
        for index in range(last, -1, -1):
            before = self._running[index - 1] if index else {}
            if before is None:
                continue
            expression, groups, loop = self._parts[index]
            found = expression.search(line)
            if index == last:
                if found is None:
                    if index:
                        self._running[index - 1] = None
                    continue
                self._reset()
                if loop and index:
                    self._running[index - 1] = before
                return self._match(_fields(found, groups, before))
            self._running[index] = _fields(found, groups, before) if found else None
        return None

    def _match(self, fields: dict[str, str]) -> Match:
        return Match(
            owner=self.owner,
            severity=(fields.get("severity") or self.severity).lower(),
            message=fields.get("message", ""),
            file=fields.get("file", ""),
            line=fields.get("line", ""),
            column=fields.get("column", ""),
            code=fields.get("code", ""),
            from_path=fields.get("fromPath") or self.from_path,
        )


def _fields(found: re.Match[str], groups: dict[str, int], before: dict[str, str]) -> dict[str, str]:
    new = {name: found.group(g) or "" for name, g in groups.items() if g <= (found.re.groups)}
    return {**new, **before}


def _part(config: object, owner: str) -> tuple[re.Pattern[str], dict[str, int], bool]:
    if not isinstance(config, dict):
        raise MatcherError(f'matcher "{owner}": a pattern must be a mapping')
    # JavaScript writes named groups (?<name>…), Python (?P<name>…).
    text = _NAMED_GROUP.sub("(?P<", _text(config, "regexp"))
    try:
        expression = re.compile(text)
    except re.error as error:
        raise MatcherError(f'matcher "{owner}": regexp {text!r}: {error}') from None
    groups = {f: config[f] for f in FIELDS if isinstance(config.get(f), int)}
    return expression, groups, bool(config.get("loop"))


def _text(config: dict[str, Any], key: str) -> str:
    value = config.get(key)
    if not isinstance(value, str) or not value:
        raise MatcherError(f'a problem matcher needs "{key}"')
    return value


def read_matchers(text: str) -> list[Matcher]:
    """The matchers of a problem matcher file. Raises MatcherError."""
    import json

    try:
        data = json.loads(text)
    except ValueError as error:
        raise MatcherError(f"not JSON: {error}") from None
    matchers = data.get("problemMatcher") if isinstance(data, dict) else None
    if not isinstance(matchers, list):
        raise MatcherError('expected a "problemMatcher" list')
    return [Matcher(m) for m in matchers if isinstance(m, dict)]


def add(known: list[Matcher], path: str) -> None:
    """Adds the matchers of a file; one takes the place of another with its owner.

    Raises HeadwayError when the file can't be read, or is none.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            new = read_matchers(stream.read(1 << 20))
    except (OSError, MatcherError) as error:
        raise HeadwayError(f"problem matcher {path}: {error}") from None
    owners = {m.owner.lower() for m in new}
    known[:] = new + [m for m in known if m.owner.lower() not in owners]


def remove(known: list[Matcher], owner: str, path: str) -> None:
    """Takes away those of an owner and those of a file; "" names none."""
    owners = {owner.lower()}
    if path:
        with open(path, encoding="utf-8") as stream:
            owners |= {m.owner.lower() for m in read_matchers(stream.read(1 << 20))}
    known[:] = [m for m in known if m.owner.lower() not in owners]
