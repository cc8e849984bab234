"""What a change touches: changed lines by file, and the coverage of those lines alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from headway.quality import lines
from headway.quality.report import FileCoverage

Change = Literal["added", "modified", "deleted", "renamed"]


class ChangedFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a diff; `lines` is a bitmap of the new side's added and modified lines.

    A file that was only moved has no lines, nor has a deleted one.
    """

    path: str
    change: Change
    old_path: str = ""  # of a renamed file
    lines: bytes = b""


class Diff(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is new since `base`, a commit (the merge base). Whoever makes it follows renames and
    leaves out changes of white space only, so that refactoring is treated fairly."""

    base: str = ""
    files: tuple[ChangedFile, ...] = ()


class ChangedCoverage(Struct, frozen=True, kw_only=True):
    """Coverable changed lines, how many of them ran, and those that didn't, by file."""

    total: int
    hit: int
    missing: dict[str, tuple[int, ...]]

    @property
    def percent(self) -> float:
        return 100.0 * self.hit / self.total if self.total else 100.0


def coverage(diff: Diff, files: Iterable[FileCoverage]) -> ChangedCoverage:
    """Coverage of changed lines; lines that can't be covered don't count."""
    touched = {file.path: file.lines for file in diff.files if file.lines}
    total = hit = 0
    missing: dict[str, tuple[int, ...]] = {}
    for file in files:
        changed = touched.get(file.path)
        if changed is None:
            continue
        coverable = lines.common(changed, file.coverable)
        not_run = lines.without(coverable, file.covered)
        total += lines.count(coverable)
        hit += lines.count(coverable) - lines.count(not_run)
        if not_run:
            missing[file.path] = tuple(lines.unpack(not_run))
    return ChangedCoverage(total=total, hit=hit, missing=missing)
