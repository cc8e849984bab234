"""TruffleHog's JSON Lines: version 3 (`--json`) and the Python version 2."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from headway.quality import secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode_any
from headway.quality.reading.text import path_of, position
from headway.quality.report import Finding

NAME = "trufflehog"
KIND: Kind = "findings"
SYNTAX = "json"


class Found(Struct, frozen=True):
    """Version 3; which metadata there is depends on the source: Git, Filesystem, Docker, S3…"""

    DetectorName: str
    SourceMetadata: dict[str, object] | None = None
    Verified: bool = False
    Raw: str | None = None
    RawV2: str | None = None


class Old(Struct, frozen=True):
    """Version 2."""

    reason: str
    path: str
    stringsFound: list[str] = []


def detect(head: Head) -> bool:
    for prefix in ("", "[]."):
        if head.has(f"{prefix}DetectorName") and head.has(f"{prefix}SourceMetadata"):
            return True
        if head.has(f"{prefix}stringsFound", f"{prefix}reason", f"{prefix}path"):
            return True
    return False


def parse(source: Source) -> Report:
    """The secrets themselves are hashed here and forgotten; `Redacted` still shows a part."""
    if source.head.has("stringsFound") or source.head.has("[].stringsFound"):
        findings = [f for one in decode_any(source, Old) for f in _of_old(one)]
    else:
        findings = [_finding(one) for one in decode_any(source, Found)]
    return Report(tool=NAME, kind=KIND, findings=tuple(findings))


def _finding(found: Found) -> Finding:
    file, line = _place(found.SourceMetadata)
    how = "opens what it is for" if found.Verified else "was not verified"
    return secret.finding(
        tool=NAME,
        rule=found.DetectorName,
        message=f"{found.DetectorName} credential that {how}",
        file=file,
        line=line,
        sha256=secret.hashed(found.Raw or found.RawV2 or ""),
        verified=found.Verified,
        word="verified" if found.Verified else "unverified",
    )


def _place(metadata: dict[str, object] | None) -> tuple[str, int]:
    """(file, line) out of `{"Data": {"Git": {"file": …, "line": …}}}`."""
    data = (metadata or {}).get("Data")
    for details in data.values() if isinstance(data, dict) else ():
        if isinstance(details, dict):
            file, line = details.get("file"), details.get("line")
            place = path_of(file) if isinstance(file, str) else ""
            return place, position(line) if type(line) is int else 0
    return "", 0


def _of_old(old: Old) -> Iterator[Finding]:
    for found in old.stringsFound:
        yield secret.finding(
            tool=NAME,
            rule=old.reason,
            message=f"{old.reason} in the history",
            file=path_of(old.path),
            line=0,
            sha256=secret.hashed(found),
        )
