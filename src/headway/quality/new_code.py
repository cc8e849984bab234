"""What a change touches: changed lines by file, and the coverage of those lines alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from headway.quality import lines
from headway.quality.evidence import Evidence
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


# Files whose behaviour tests can check; configuration, markup and documentation are none.
_SOURCE = frozenset(
    "py js jsx mjs cjs ts tsx vue svelte go rs java kt kts scala groovy clj c cc cpp cxx h hpp m mm"
    " swift cs fs vb php rb ex exs erl dart lua r jl pl pm zig nim ml hs".split()
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e|testdata|testing|fixtures)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$"
    r"|(?:_test|_spec|[.-]test|[.-]spec|Tests?|IT)\.\w+$"
)
_MARKS = re.compile(r"^test_|(?:_test|_spec|\.test|\.spec|Tests?|IT)$")
# Files that hold no behaviour of their own.
_DECLARATIONS = re.compile(r"(?:^|/)(?:__init__\.py|setup\.py|[^/]+\.d\.ts|[^/]+\.config\.\w+)$")


def is_test(path: str) -> bool:
    """A file of tests, by the habits of many languages."""
    return _TEST.search(path) is not None


def is_source(path: str) -> bool:
    """Code that isn't a test."""
    ending = path.rpartition(".")[2].lower()
    return ending in _SOURCE and not is_test(path) and not _DECLARATIONS.search(path)


def untested(diff: Diff, evidence: Evidence) -> tuple[str, ...]:
    """Changed source files that no test ran, and for which none was changed or added.

    A file is tested when a changed line of it ran, or none of them can be covered. Where coverage
    doesn't know the file, a changed test counts: of the same name, or any if there is no
    coverage at all. Files that were only moved, or only lost lines, aren't asked for.
    """
    covered = {file.path: file for file in evidence.coverage}
    changed = [f.path for f in diff.files if f.change != "deleted" and is_test(f.path)]
    names = {_stem(path) for path in changed}
    found = []
    for file in diff.files:
        if not file.lines or file.change == "deleted" or not is_source(file.path):
            continue
        known = covered.get(file.path)
        if known is not None:
            tested = _ran(file, known)
        else:
            tested = _stem(file.path) in names or (not covered and bool(changed))
        if not tested:
            found.append(file.path)
    return tuple(sorted(found))


def _ran(file: ChangedFile, known: FileCoverage) -> bool:
    coverable = lines.common(file.lines, known.coverable)
    return not coverable or bool(lines.common(coverable, known.covered))


def _stem(path: str) -> str:
    """`cart` for src/cart.py, tests/test_cart.py and cart.spec.ts."""
    name = path.rpartition("/")[2].rpartition(".")[0]
    return _MARKS.sub("", name).lower()
