"""Pylint's text: `text`, `colorized` and `parseable`, with the score as measure."""

from __future__ import annotations

import re

from headway.quality import duplicate_code
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.formats.pylint import NAME as TOOL
from headway.quality.reading.text import lines, path_of, summary
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import of_word

NAME = "pylint-text"
KIND: Kind = "findings"
SYNTAX = "text"

_LINE = re.compile(
    r"(?P<file>[^\s].*?):(?P<line>\d+):(?P<column>\d+): "
    r"(?P<rule>[CRWEFI]\d{4}): (?P<message>.+?)(?: \((?P<symbol>[a-z][a-z0-9-]+)\))?$"
)
_PARSEABLE = re.compile(
    r"(?P<file>[^\s].*?):(?P<line>\d+): "
    r"\[(?P<rule>[CRWEFI]\d{4})\((?P<symbol>[a-z0-9-]+)\), [^\]]*\] (?P<message>.+)$"
)
_SCORE = re.compile(r"Your code has been rated at (-?\d+(?:\.\d+)?)/10")
_WORDS = {
    "C": "convention",
    "R": "refactor",
    "W": "warning",
    "E": "error",
    "F": "fatal",
    "I": "info",
}


def detect(head: Head) -> bool:
    return any(
        _LINE.match(line) or _PARSEABLE.match(line) or _SCORE.match(line) for line in head.lines
    )


def parse(source: Source) -> Report:
    """Incomplete when Pylint itself failed (F…)."""
    findings: list[Finding] = []
    measures: dict[str, float] = {}
    copied: list[list[str]] = []  # the places that each duplicate-code message goes on with
    for _, line in lines(source):
        if one := _LINE.match(line) or _PARSEABLE.match(line):
            findings.append(_finding(one))
            if one["rule"] == duplicate_code.RULE:
                copied.append([])
        elif line.startswith("==") and copied:
            copied[-1].append(line)
        elif score := _SCORE.match(line):
            measures["score"] = float(score[1])
    failed = [f"{f.file}: {f.message}" for f in findings if f.word == "fatal"]
    return Report(
        tool=TOOL,
        kind=KIND,
        findings=tuple(findings),
        duplication=duplicate_code.duplications("\n".join(places) for places in copied),
        measures=measures,
        complete=not failed,
        reason=summary(failed),
    )


def _finding(one: re.Match[str]) -> Finding:
    symbol = f" ({one['symbol']})" if one["symbol"] else ""
    word = _WORDS[one["rule"][0]]
    column = one.groupdict().get("column")
    return Finding(
        rule=one["rule"],
        message=scrub(one["message"]) + symbol,
        severity=of_word(word),
        word=word,
        category="duplication" if one["rule"] == duplicate_code.RULE else "lint",
        tool=TOOL,
        file=path_of(one["file"]),
        line=int(one["line"][:9]),
        column=int(column[:9]) + 1 if column else 0,
    )
