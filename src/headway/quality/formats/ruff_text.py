"""Ruff's text: `concise` (`path:1:2: F401 …`), `full` (`F401 …` and ` --> path:1:2` below), and
the lines with a summary that older versions end with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from headway.quality import lint
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.formats.ruff import NAME as TOOL
from headway.quality.formats.ruff import SYNTAX_ERROR
from headway.quality.reading.text import lines, path_of
from headway.quality.report import Finding
from headway.quality.secret import scrub

NAME = "ruff-text"
KIND: Kind = "findings"
SYNTAX = "text"

_RULE = r"(?P<rule>[A-Z]+\d+|[a-z]+(?:-[a-z]+)+:?|SyntaxError:) (?:\[\*\] )?(?P<message>.+)"
_CONCISE = re.compile(r"(?P<file>[^\s].*?):(?P<line>\d+):(?P<column>\d+): " + _RULE + "$")
_FULL = re.compile(_RULE + "$")
_PLACE = re.compile(r" *--> (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)$")
_FOUND = re.compile(r"Found (\d+) errors?(?: \(\d+ fixed, (\d+) remaining\))?\.$")
_CLEAN = "All checks passed!"
_ONLY_RUFF = re.compile(r": [A-Z]+\d+ \[\*\] |: [A-Z]+\d+ .*`[^`]+`")


def detect(head: Head) -> bool:
    """flake8 writes the same places, but neither marks, nor code in backquotes, nor a count."""
    lines = head.lines
    if any(line.strip() == _CLEAN for line in lines[-5:]):
        return True
    places = [line for line in lines if _CONCISE.match(line)]
    if places:
        return any(_FOUND.match(line) for line in lines) or any(map(_ONLY_RUFF.search, places))
    return any(_PLACE.match(below) and _FULL.match(line) for line, below in pairwise(lines))


def parse(source: Source) -> Report:
    measures: dict[str, float] = {}
    findings = tuple(_findings(source, measures))
    return Report(tool=TOOL, kind=KIND, findings=findings, measures=measures)


def _findings(source: Source, measures: dict[str, float]) -> Iterator[Finding]:
    header: re.Match[str] | None = None
    for _, line in lines(source):
        if found := _FOUND.match(line):
            measures["findings"] = int(found[2] or found[1])
        elif one := _CONCISE.match(line):
            yield _finding(one, one)
        elif header is not None and (place := _PLACE.match(line)):
            yield _finding(header, place)
        header = _FULL.match(line)


def _finding(what: re.Match[str], where: re.Match[str]) -> Finding:
    rule = what["rule"].rstrip(":")
    code = SYNTAX_ERROR if rule == "SyntaxError" else rule
    return Finding(
        rule=code,
        message=scrub(what["message"].strip()),
        severity=lint.severity(code),
        category=lint.category(code),
        tool=TOOL,
        file=path_of(where["file"]),
        line=int(where["line"][:9]),
        column=int(where["column"][:9]),
    )
