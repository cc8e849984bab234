"""From reports to evidence: names files as the repository does, reads the lines they are about."""

from __future__ import annotations

import os
import posixpath
import re
import time
from collections.abc import Callable, Collection, Iterable

from headway.app.reports import is_usual
from headway.clients import git
from headway.errors import HeadwayError, UsageError
from headway.quality import evidence as records
from headway.quality.evidence import Commit, Evidence
from headway.quality.fingerprint import lines_from
from headway.quality.paths import Paths
from headway.quality.reading.source import ReportError, printable
from headway.quality.report import Report

LARGEST = 5_000_000  # bytes of a source file that is worth reading
_MODULE = re.compile(rb"^module\s+(\S+)", re.M)


class Tree:
    """A working tree as far as evidence needs it; also one without git."""

    def __init__(self, root: str, repository: git.Repository | None) -> None:
        self.root = os.path.realpath(root)
        self.repository = repository
        self._read: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}
        self._files: list[str] | None = None

    @classmethod
    def at(cls, path: str = ".") -> Tree:
        """The tree that `path` is in. Without a repository the folder itself."""
        try:
            repository = git.discover(path)
        except UsageError:
            return cls(path, None)
        return cls(repository.root, repository)

    @property
    def place(self) -> str:
        """The root as the journal has it: text, also where the folder's name is none."""
        return printable(self.root)

    def commit(self) -> Commit:
        """What is checked out. Reports that lie about, untracked, are no change of it."""
        repository = self.repository
        if repository is None:
            return Commit(sha="")
        try:
            dirty = git.dirty(self.root, self._is_report)
        except HeadwayError:
            dirty = True  # not known: don't claim that the commit alone was looked at
        return Commit(sha=repository.sha, dirty=dirty, branch=printable(repository.branch))

    def _is_report(self, path: str) -> bool:
        """Of an untracked file, or a folder (`out/`) with nothing else in it."""
        if not path.endswith("/"):
            return is_usual(path)
        inside = (
            os.path.relpath(os.path.join(folder, name), self.root)
            for folder, _, names in os.walk(os.path.join(self.root, path))
            for name in names
        )
        return all(map(is_usual, inside))

    def files(self) -> list[str]:
        """The repository's files; names that are no text are left out."""
        if self.repository is None:
            return []
        if self._files is None:
            listed = git.listed(self.root)
            self._files = [name for name in listed if name.isascii() or _is_text(name)]
        return self._files

    def last_change(self, apart: Collection[str] = ()) -> tuple[float, str]:
        """When the newest of the repository's files was written, `apart` from these; its name."""
        newest, name = 0.0, ""
        for path in self.files():
            if path in apart:
                continue
            try:
                moment = os.lstat(os.path.join(self.root, path)).st_mtime
            except OSError:
                continue
            if moment > newest:
                newest, name = moment, path
        return newest, name

    def text(self, path: str) -> str | None:
        """A file's text, when it is in this tree: reports may name any path they like."""
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: str) -> str | None:
        if not path or "\0" in path:
            return None
        folder, _, name = path.rpartition("/")
        try:
            # A link may lead out of the tree, to what nobody meant to publish.
            fd = os.open(os.path.join(self._folder(folder), name), os.O_RDONLY | os.O_NOFOLLOW)
            with open(fd, "rb") as file:
                data = file.read(LARGEST + 1)
        except (OSError, ValueError):
            return None
        return data.decode("utf-8", "replace") if len(data) <= LARGEST else None

    def _folder(self, path: str) -> str:
        """A folder below the root, links resolved. Raises ValueError for one outside of it."""
        found = self._folders.get(path)
        if found is None:
            found = os.path.realpath(os.path.join(self.root, path))
            self._folders[path] = found
        if found != self.root and not found.startswith(self.root.rstrip("/") + "/"):
            raise ValueError(f"{path} is outside of the tree")
        return found

    def lines(self, path: str) -> list[str] | None:
        text = self.text(path)
        return None if text is None else text.split("\n")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def build(
    reports: Iterable[Report],
    errors: Iterable[ReportError],
    tree: Tree,
    *,
    now: float | None = None,
) -> Evidence:
    """The reports as one record about the tree's commit."""
    files = tree.files()
    return records.build(
        reports,
        errors=errors,
        commit=tree.commit(),
        when=when(now),
        paths=Paths(tree.root, files, _modules(files, tree.text)),
        line_of=lines_from(tree.lines),
    )


def when(now: float | None = None) -> str:
    """Seconds since 1970 as UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))


def _modules(files: Iterable[str], text: Callable[[str], str | None]) -> dict[str, str]:
    """Names of Go modules and their folders: Go's reports name files by module."""
    found = {}
    for file in files:
        if file == "go.mod" or file.endswith("/go.mod"):
            name = _MODULE.search((text(file) or "").encode())
            if name:
                found[name[1].decode().strip('"')] = posixpath.dirname(file)
    return found
