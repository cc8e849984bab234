"""`isort --check` (its standard error). It writes nothing when all is well."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.lint import unformatted
from headway.quality.reading.text import lines, path_of, summary

NAME = "isort"
KIND: Kind = "findings"
SYNTAX = "text"

_MESSAGE = "imports are not sorted as isort would"
_WRONG = re.compile(r"ERROR: (?P<file>.+?) Imports are incorrectly sorted\b.*$")
_FAILED = re.compile(r"ERROR: (?P<what>(?:Unrecoverable exception|.+ unable to).+)$")


def detect(head: Head) -> bool:
    return any(_WRONG.match(line) for line in head.lines)


def parse(source: Source) -> Report:
    found = [line for _, line in lines(source)]
    wrong = filter(None, map(_WRONG.match, found))
    failed = [one["what"] for one in map(_FAILED.match, found) if one]
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(
            unformatted(NAME, path_of(one["file"]), _MESSAGE, rule="imports") for one in wrong
        ),
        complete=not failed,
        reason=summary(failed),
    )
