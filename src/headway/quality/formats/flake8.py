"""flake8's default and `pylint` output; pycodestyle and pyflakes' codes come the same way."""

from __future__ import annotations

import re

from headway.quality import lint
from headway.quality.formats import ruff_text
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines, path_of
from headway.quality.report import Finding
from headway.quality.secret import scrub

NAME = "flake8"
KIND: Kind = "findings"
SYNTAX = "text"

_LINE = re.compile(
    r"(?P<file>[^\s].*?):(?P<line>\d+):(?:(?P<column>\d+):)? "
    r"(?:(?P<rule>[A-Z]{1,5}\d{2,4})|\[(?P<bracketed>[A-Z]{1,5}\d{2,4})\]) (?P<message>.+)$"
)


def detect(head: Head) -> bool:
    return any(_LINE.match(line) for line in head.lines) and not ruff_text.detect(head)


def parse(source: Source) -> Report:
    found = (_LINE.match(line) for _, line in lines(source))
    return Report(tool=NAME, kind=KIND, findings=tuple(_finding(one) for one in found if one))


def _finding(one: re.Match[str]) -> Finding:
    code = one["rule"] or one["bracketed"]
    return Finding(
        rule=code,
        message=scrub(one["message"].strip()),
        severity=lint.severity(code),
        category=lint.category(code),
        tool=NAME,
        file=path_of(one["file"]),
        line=int(one["line"][:9]),
        column=int((one["column"] or "0")[:9]),
    )
