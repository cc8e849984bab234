"""`black --check` (its standard error), versions 18.9 and newer."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.lint import unformatted
from headway.quality.reading.text import lines, path_of, summary
from headway.quality.report import Finding

NAME = "black"
KIND: Kind = "findings"
SYNTAX = "text"

_MESSAGE = "not formatted as Black would"
_WOULD = re.compile(r"(?:would reformat|reformatted) (?P<file>.+)$")
_CANNOT = re.compile(
    r"error: cannot (?:format (?P<file>.+?): (?P<what>.+)|parse: (?P<place>.+?):(?P<line>\d+):\d+)$"
)
_COUNT = re.compile(
    r"(?:(\d+) files? (?:would be )?reformatted)?(?:, )?"
    r"(?:(\d+) files? (?:would be )?left unchanged)?(?:, )?"
    r"(?:(\d+) files? (?:would fail|failed) to reformat)?\.$"
)


def detect(head: Head) -> bool:
    return any(
        line.startswith(("would reformat ", "error: cannot format ", "error: cannot parse: "))
        or ("left unchanged" in line and _COUNT.match(line))
        for line in head.lines
    )


def parse(source: Source) -> Report:
    """Incomplete when a file could not be parsed."""
    findings: list[Finding] = []
    failures: list[str] = []
    measures: dict[str, float] = {}
    for _, line in lines(source):
        if would := _WOULD.match(line):
            findings.append(unformatted(NAME, path_of(would["file"]), _MESSAGE))
        elif cannot := _CANNOT.match(line):
            failures.append(f"{cannot['file'] or cannot['place']} can't be parsed")
        elif line.endswith(".") and (count := _COUNT.match(line)):
            measures = {"findings": int(count[1] or 0), "files.failed": int(count[3] or 0)}
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(findings),
        measures=measures,
        complete=not failures,
        reason=summary(failures),
    )
