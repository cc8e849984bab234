"""What was found before, to compare with: which findings are new, which measures got worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from headway.quality.evidence import Evidence
from headway.quality.fingerprint import skeleton
from headway.quality.new_code import Diff
from headway.quality.report import Finding

Better = Literal["higher", "lower"]

# Measures of which more is better, by the start of their name; all counts of problems, all
# times and all complexities are better lower.
_HIGHER = (
    "coverage.",
    "tests.total",
    "tests.passed",
    "score.",
    "load.throughput",
)
_LOWER = ("findings.", "tests.", "complexity.", "duplication.", "load.")


def better(measure: str) -> Better | None:
    """Which way is better; None when it isn't known."""
    if measure.startswith(_HIGHER):
        return "higher"
    return "lower" if measure.startswith(_LOWER) else None


def worse_by(measure: str, now: float, before: float, way: Better | None = None) -> float:
    """How much worse a measure is than before, in its own unit; negative when it is better."""
    higher = (way or better(measure)) == "higher"
    return before - now if higher else now - before


def new(findings: Iterable[Finding], baseline: Evidence, diff: Diff | None = None) -> list[Finding]:
    """The findings whose fingerprint the baseline hasn't.

    A file's name is part of the fingerprint. So for a file that the diff says was renamed, a
    finding that the baseline has in the old file, with the same rule and message, isn't new.
    """
    known = {finding.fingerprint for finding in baseline.findings}
    unknown = [finding for finding in findings if finding.fingerprint not in known]
    moved = {file.path: file.old_path for file in diff.files if file.old_path} if diff else {}
    if not moved or not unknown:
        return unknown
    old = set(moved.values())
    left = Counter(_moving(f, f.file) for f in baseline.findings if f.file in old)
    fresh = []
    for finding in unknown:
        key = _moving(finding, moved.get(finding.file, ""))
        if left[key] > 0:
            left[key] -= 1
        else:
            fresh.append(finding)
    return fresh


def _moving(finding: Finding, file: str) -> tuple[str, str, str, str]:
    return (file, finding.rule, skeleton(finding.message), finding.context)


def gone(evidence: Evidence, baseline: Evidence) -> list[Finding]:
    """The findings of the baseline that aren't there any more."""
    known = {finding.fingerprint for finding in evidence.findings}
    return [finding for finding in baseline.findings if finding.fingerprint not in known]


class Change(Struct, frozen=True, kw_only=True):
    """A measure before and now; None where it wasn't measured."""

    measure: str
    before: float | None
    now: float | None
    worse: bool | None  # None: neither, or it isn't known


def changes(now: Mapping[str, float], before: Mapping[str, float]) -> tuple[Change, ...]:
    """The measures that differ, by name: what a pull request changed."""
    found = []
    for name in sorted({*now, *before}):
        ours, theirs = now.get(name), before.get(name)
        if ours == theirs:
            continue
        worse = None
        if ours is not None and theirs is not None and better(name):
            worse = worse_by(name, ours, theirs) > 0
        found.append(Change(measure=name, before=theirs, now=ours, worse=worse))
    return tuple(found)
