"""Evidence and findings as plain JSON, for `jq` and scripts: no bitmaps, no packed branches."""

from __future__ import annotations

from typing import Any

import msgspec

from headway.quality import branches
from headway.quality.evidence import Evidence
from headway.quality.render import words
from headway.quality.report import FileCoverage


def evidence(made: Evidence) -> dict[str, Any]:
    """The record with coverage in lines; otherwise its fields as docs/reports.md lists them."""
    plain: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(made, coverage=()), order="deterministic"
    )
    for name in ("reports", "unreadable", "tests", "findings"):
        plain.setdefault(name, [])
    plain["coverage"] = [_file(file) for file in made.coverage]
    return plain


def _file(file: FileCoverage) -> dict[str, Any]:
    total, hit = file.total, file.hit
    found: dict[str, Any] = {
        "path": file.path,
        "lines": total,
        "covered": hit,
        "percent": 100.0 * hit / total if total else None,
        "missing": words.ranges(file.missing),
    }
    if file.branch_data:
        taken, ways = branches.count(file.branch_data)
        found["branches"], found["covered_branches"] = ways, taken
    return found
