"""The seam of a report format. A format is a module in this package with:

    NAME = "junit"                      # what users see, unique; the module's name with dashes
    KIND = "tests"                      # a `headway.quality.report.Kind`
    SYNTAX = "xml"                      # "xml", "json" or "text": what it is written in

    def detect(head: Head) -> bool: ...
    def parse(source: Source) -> Report: ...

`detect` looks at content only (`head.root`, `head.has(...)`, `head.lines`), never at the file's
name, does no I/O and must be true for exactly one format for any report: a test holds every
recorded fixture against every format. It is only asked about files of its SYNTAX.

`parse` makes the Report, reading through `headway.quality.reading` (`xml.elements`,
`xml.walk`, `json.decode`, `json.decode_lines`, `text.lines`), which stream, bound and turn what
is wrong into ReportError. What only the format can see is raised by it:
`raise source.error("…", line=…, path=…, hint=…)`. No other exception may leave it, whatever the
bytes. It leaves `format`, `source` and `digest` to `read_report`. `measures` holds the totals
as the tool states them. A tool that says it could not do its work gives `complete=False` and
the `reason`. Secrets are never kept: only place, rule and hash.

Modules are imported when a file of their syntax is met: keep imports to msgspec and
`headway.quality`, anything heavier inside `parse`.

To add one: the module, its line in `formats/__init__.py`, fixtures recorded from the tool in
`tests/quality/fixtures/<tool>-<version>/`.
"""

from __future__ import annotations

from typing import Protocol

from headway.quality.reading.head import Head
from headway.quality.reading.source import ReportError, Source
from headway.quality.report import Kind, Report

__all__ = ["Format", "Head", "Kind", "Report", "ReportError", "Source"]


class Format(Protocol):
    NAME: str
    KIND: Kind
    SYNTAX: str

    def detect(self, head: Head) -> bool: ...

    def parse(self, source: Source) -> Report: ...
