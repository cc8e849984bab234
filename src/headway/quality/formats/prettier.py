"""`prettier --check` (standard output and error together), versions 1.16 and newer."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.lint import unformatted
from headway.quality.reading.text import lines, path_of, summary
from headway.quality.report import Finding

NAME = "prettier"
KIND: Kind = "findings"
SYNTAX = "text"

_MESSAGE = "not formatted as Prettier would"
_START = "Checking formatting..."
_CLEAN = "All matched files use Prettier code style!"
_WARN = re.compile(r"\[warn\] (?P<file>.+)$")
_ERROR = re.compile(r"\[error\] (?P<what>(?! |>).+)$")
# Closing sentences, which come with the same mark as the files.
_CLOSING = re.compile(r"Code style issues (?:were )?found in |Code style issues found|Run Prettier")
_COUNT = re.compile(r"found in (?:(\d+) files|the above files?)")


def detect(head: Head) -> bool:
    return any(line.strip() in (_START, _CLEAN) for line in head.lines) or any(
        (one := _WARN.match(line)) and _CLOSING.match(one["file"]) for line in head.lines
    )


def parse(source: Source) -> Report:
    """Incomplete when a file could not be parsed."""
    findings: list[Finding] = []
    failures: list[str] = []
    measures: dict[str, float] = {}
    for _, line in lines(source):
        if error := _ERROR.match(line):
            if ":" in error["what"]:
                failures.append(error["what"])
        elif (warn := _WARN.match(line)) and _CLOSING.match(warn["file"]):
            count = _COUNT.search(warn["file"])
            measures["findings"] = int(count[1][:9]) if count and count[1] else len(findings)
        elif warn:
            findings.append(unformatted(NAME, path_of(warn["file"]), _MESSAGE))
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(findings),
        measures=measures,
        complete=not failures,
        reason=summary(failures),
    )
