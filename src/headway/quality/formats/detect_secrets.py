"""detect-secrets' baseline (`detect-secrets scan`), versions 0.12 and newer.

The baseline holds SHA-1 hashes. A finding that was audited as a false positive
(`is_secret: false`) doesn't count.
"""

from __future__ import annotations

from msgspec import Struct

from headway.quality import secret
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.reading.text import path_of, position

NAME = "detect-secrets"
KIND: Kind = "findings"
SYNTAX = "json"


class Found(Struct, frozen=True):
    type: str
    hashed_secret: str
    line_number: int = 0
    is_verified: bool = False
    is_secret: bool | None = None


class Baseline(Struct, frozen=True):
    results: dict[str, list[Found]]
    version: str = ""


def detect(head: Head) -> bool:
    return head.has("plugins_used", "results")


def parse(source: Source) -> Report:
    baseline = decode(source, Baseline)
    found = [(file, one) for file, some in baseline.results.items() for one in some]
    counted = [(file, one) for file, one in found if one.is_secret is not False]
    return Report(
        tool=NAME,
        kind=KIND,
        tool_version=baseline.version,
        findings=tuple(
            secret.finding(
                tool=NAME,
                rule=one.type,
                message=f"possible secret: {one.type}",
                file=path_of(file),
                line=position(one.line_number),
                # Ours is SHA-256 of the secret; of theirs, to keep one shape of hash.
                sha256=secret.hashed(one.hashed_secret),
                verified=one.is_verified,
            )
            for file, one in counted
        ),
        measures={"findings": len(found), "findings.suppressed": len(found) - len(counted)},
    )
