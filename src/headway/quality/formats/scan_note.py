"""What `headway scan` notes of a tool whose own words are no report: that it was clean, where the
tool prints nothing then, or that it could not do its work, and why."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode

NAME = "scan-note"
KIND: Kind = "findings"
SYNTAX = "json"
MARK = "headway_scan"


class Note(Struct, frozen=True, kw_only=True):
    headway_scan: Literal[1] = 1
    tool: str
    kind: Kind = KIND
    complete: bool
    reason: str = ""


def detect(head: Head) -> bool:
    return head.has(MARK, "complete")


def parse(source: Source) -> Report:
    note = decode(source, Note)
    return Report(tool=note.tool, kind=note.kind, complete=note.complete, reason=note.reason)


def text(tool: str, kind: Kind, reason: str = "") -> bytes:
    """The note that a tool was clean, or with a reason that it could not do its work."""
    note = Note(tool=tool, kind=kind, complete=not reason, reason=reason)
    return msgspec.json.encode(note) + b"\n"
