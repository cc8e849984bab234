"""The TypeScript compiler's output (`tsc`), plain and pretty; nothing when all is well."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines, path_of, summary
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import of_word

NAME = "typescript"
KIND: Kind = "findings"
SYNTAX = "text"

_WHAT = r"(?P<word>error|warning|message|suggestion) (?P<rule>TS\d+): ?(?P<message>.*)$"
_PLAIN = re.compile(r"(?P<file>[^\s].*?)\((?P<line>\d+),(?P<column>\d+)\): " + _WHAT)
_PRETTY = re.compile(r"(?P<file>[^\s].*?):(?P<line>\d+):(?P<column>\d+) - " + _WHAT)
_GLOBAL = re.compile(_WHAT)  # no place: the configuration is wrong
_FOUND = re.compile(r"Found (\d+) errors?(?: in| \.|\.|$)")


def detect(head: Head) -> bool:
    return any(_match(line) for line in head.lines)


def _match(line: str) -> re.Match[str] | None:
    return _PLAIN.match(line) or _PRETTY.match(line) or _GLOBAL.match(line)


def parse(source: Source) -> Report:
    """Incomplete when the compiler could not start on the project (an error without a place)."""
    findings: list[Finding] = []
    failures: list[str] = []
    measures: dict[str, float] = {}
    for _, line in lines(source):
        if one := _match(line):
            findings.append(_finding(one))
            if "file" not in one.groupdict():
                failures.append(f"{one['rule']}: {one['message']}")
        elif found := _FOUND.match(line):
            measures["findings"] = int(found[1][:9])
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(findings),
        measures=measures,
        complete=not failures,
        reason=summary(failures),
    )


def _finding(one: re.Match[str]) -> Finding:
    place = one.groupdict()
    return Finding(
        rule=one["rule"],
        message=scrub(one["message"]),
        severity=of_word(one["word"], {"message": "info", "suggestion": "info"}),
        word=one["word"],
        category="type",
        tool=NAME,
        file=path_of(place.get("file") or ""),
        line=int((place.get("line") or "0")[:9]),
        column=int((place.get("column") or "0")[:9]),
    )
