"""What a commit is compared with: the commit it started from, and what was found there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping

from msgspec import Struct

from headway.app import evidence_store
from headway.clients import git, gitdiff
from headway.errors import HeadwayError, UsageError
from headway.journal import Journal, verdicts
from headway.quality import evidence as records
from headway.quality import lines
from headway.quality.evidence import Evidence
from headway.quality.flaky import History, history
from headway.quality.new_code import Change, ChangedFile, Diff
from headway.quality.report import TestCase

DEPTH = 300  # commits before the base that are looked through for a verdict
EARLIER = 5  # verdicts on the same commit that count for flaky tests


class Base(Struct, frozen=True, kw_only=True):
    """The commit that a change started from; `sha` is "" when there is none."""

    sha: str = ""
    why: str = ""  # as a phrase: where origin/main and this branch part


NONE = Base()


def find(repository: git.Repository, wanted: str, *, dirty: bool) -> Base:
    """The merge base with `wanted`, else with what the change will probably be merged into.

    Raises UsageError for a revision that isn't there.
    """
    if not repository.sha:
        return NONE
    if wanted:
        sha = _merge_base(repository, wanted)
        if not sha:
            raise _unknown(repository, wanted)
        return Base(sha=sha, why=f"where {wanted} and this commit part")
    for revision in _targets(repository):
        sha = _merge_base(repository, revision)
        if sha and sha != repository.sha:
            return Base(sha=sha, why=f"where {revision} and this commit part")
    if dirty:
        return Base(sha=repository.sha, why="the commit that is checked out")
    before = _pushed_from(repository)
    if before:
        return Base(sha=before, why="the commit before this push")
    parent = git.resolve(repository.root, "HEAD^1")
    return Base(sha=parent, why="the commit before") if parent else NONE


def _targets(repository: git.Repository) -> list[str]:
    """Branches that this one may be merged into, the likeliest first."""
    asked = os.environ.get("GITHUB_BASE_REF", "") if os.environ.get("GITHUB_ACTIONS") else ""
    names = [name for name in (asked, repository.default_branch) if name]
    found = [revision for name in names for revision in (f"origin/{name}", name)]
    own = repository.branch
    return list(dict.fromkeys(name for name in found if name != own))


def _merge_base(repository: git.Repository, revision: str) -> str:
    known = git.resolve(repository.root, revision)
    return git.merge_base(repository.root, known, repository.sha) if known else ""


def _pushed_from(repository: git.Repository) -> str:
    """In a workflow that a push started: what the branch was before."""
    path = os.environ.get("GITHUB_EVENT_PATH", "") if os.environ.get("GITHUB_ACTIONS") else ""
    try:
        with open(path, "rb") as file:
            before = json.load(file).get("before")
    except (OSError, ValueError, AttributeError):
        return ""
    known = git.resolve(repository.root, before) if isinstance(before, str) else ""
    return "" if known == repository.sha else known


def _unknown(repository: git.Repository, revision: str) -> UsageError:
    if git.resolve(repository.root, revision):
        hint = git.shallow_hint(repository.root)
        return UsageError(f"{revision} and this commit have no history in common", hint=hint)
    from headway.errors import did_you_mean

    hint = git.shallow_hint(repository.root)
    hint = hint or did_you_mean(revision, git.branches_and_tags(repository.root)[:50])
    return UsageError(f'there is no commit "{revision}" here', hint=hint)


# --- what the change touches -------------------------------------------------------------

_CHANGE: dict[str, Change] = {
    "added": "added",
    "modified": "modified",
    "deleted": "deleted",
    "renamed": "renamed",
}


def diff(repository: git.Repository, base: Base, *, dirty: bool) -> Diff | None:
    """What is different from the base, in the working tree when that is dirty."""
    if not base.sha:
        return None
    changes = gitdiff.changes(repository.root, base.sha, "" if dirty else repository.sha)
    return Diff(base=base.sha, files=tuple(_changed(one) for one in changes if _text(one)))


def _changed(one: gitdiff.FileChange) -> ChangedFile:
    touched = (line for first, last in one.ranges for line in range(first, last + 1))
    return ChangedFile(
        path=one.path,
        change=_CHANGE[one.change],
        old_path=one.old_path,
        lines=lines.pack(line for line in touched if line <= lines.MAX_LINE),
    )


def _text(one: gitdiff.FileChange) -> bool:
    """Names that aren't text can't be written down, and no report has them."""
    try:
        f"{one.path}{one.old_path}".encode()
    except UnicodeEncodeError:
        return False
    return True


# --- what was found before ---------------------------------------------------------------


def evidence(
    journal: Journal | None, repository: git.Repository, base: Base, warn: Callable[[str], None]
) -> tuple[Evidence | None, str]:
    """The evidence of the newest verdict on the base, or on the nearest commit before it; with
    the digest. None when nobody judged any of them."""
    if journal is None or not base.sha:
        return None, ""
    commits = git.ancestors(repository.root, base.sha, DEPTH)
    slug = repository.slug
    found = journal.query(lambda db: verdicts.of_commits(db, slug, commits))
    if found is None:
        return None, ""
    try:
        return records.decode(evidence_store.get(found.evidence)), found.evidence
    except HeadwayError as error:
        warn(f"the evidence of verdict {found.label} can't be compared with: {error.message}")
        return None, ""


def from_file(path: str) -> Evidence:
    """Evidence that `--save-evidence` wrote. Raises UsageError."""
    try:
        with open(path, "rb") as file:
            return records.decode(evidence_store.unpacked(file.read()))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from None
    except (HeadwayError, ValueError) as error:
        hint = "headway gate --save-evidence FILE writes one"
        raise UsageError(f"{path}: {error}", hint=hint) from None


class _Tests(Struct, frozen=True):
    """As much of evidence as says how tests ended."""

    commit: records.Commit
    when: str
    tests: tuple[TestCase, ...] = ()


def earlier(journal: Journal | None, now: Evidence, slug: str) -> History:
    """How tests ended before on this very commit, as far as a test could be flaky by that."""
    if journal is None or now.commit.dirty or not now.commit.sha or not now.tests:
        return History()
    sha = now.commit.sha
    rows = journal.query(
        lambda db: verdicts.select(db, sha=sha, repository=slug, clean=True, limit=EARLIER)
    )
    troubled = _troubled(now.measures)
    # Where all tests passed, now and then, there is nothing to find; reading takes its time.
    told = [row for row in rows if troubled or _troubled(_measures(journal, row))]
    found = [_tests(digest) for digest in dict.fromkeys(row.evidence for row in told)]
    return history([one for one in found if one is not None], sha)


def _troubled(measures: Mapping[str, float]) -> bool:
    return any(measures.get(f"tests.{outcome}") for outcome in ("failed", "error", "flaky"))


def _measures(journal: Journal, row: verdicts.Judged) -> Mapping[str, float]:
    from headway.events.quality import EvidenceCollected

    events = (record.event for record in journal.read(row.id))
    return next((e.measures for e in events if isinstance(e, EvidenceCollected)), {})


def _tests(digest: str) -> Evidence | None:
    import msgspec

    try:
        read = msgspec.json.decode(evidence_store.get(digest), type=_Tests)
    except (HeadwayError, msgspec.DecodeError):
        return None
    return Evidence(commit=read.commit, when=read.when, tests=read.tests)
