"""Caches on this machine, kept between runs.

One folder an entry: `archive` (a plain tar: compressing costs more time than a local disk
does) and `entry.json`. An entry is made beside and renamed into place, so it is there whole
or not at all, the first of several savers wins, and it never changes. Reading one marks it as
used; when all are larger together than the limit, those not used for longest go.
Rules of matching: GitHub's documentation, "Dependency caching reference".
"""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.runner.removal import remove_tree
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT = 10 * 1024**3  # bytes, as on GitHub for each repository
_INCOMING = "incoming-"
_ABANDONED = 24 * 3600.0


class Entry(Value):
    """One cache. `folder` holds its archive; `digest` is the archive's SHA-256 (hex)."""

    key: str
    version: str
    scope: str
    created: float
    size: int
    digest: str
    folder: str

    @property
    def archive(self) -> str:
        return os.path.join(self.folder, "archive")

    @property
    def used(self) -> float:
        """When it was last needed, in seconds since 1970; 0 when it is gone."""
        return _used(self.folder)


class CacheStore:
    """The caches of one repository, in `folder`. For several processes at a time."""

    def __init__(self, folder: str, limit: int = LIMIT) -> None:
        self.folder = folder
        self.limit = limit

    def find(
        self, key: str, restore_keys: Sequence[str], version: str, scopes: Sequence[str]
    ) -> Entry | None:
        """The entry for `key` itself, else the newest that it or a restore key begins.

        In each scope (a branch's full name) in turn, the first that has any.
        """
        known = [e for e in self.entries() if e.version == version]
        for scope in scopes:
            here = [e for e in known if e.scope == scope]
            for entry in here:
                if entry.key == key:
                    return entry
            for prefix in (key, *restore_keys):
                begun = [e for e in here if e.key.startswith(prefix)]
                if begun:
                    return max(begun, key=lambda e: (e.created, e.key == prefix))
        return None

    def entries(self) -> list[Entry]:
        found = []
        for name in os.listdir(self.folder) if os.path.isdir(self.folder) else ():
            entry = None if name.startswith(_INCOMING) else self._read(name)
            if entry is not None:
                found.append(entry)
        return found

    def _read(self, name: str) -> Entry | None:
        import json

        folder = os.path.join(self.folder, name)
        try:
            with open(os.path.join(folder, "entry.json"), encoding="utf-8") as file:
                return Entry(folder=folder, **json.load(file))
        except (OSError, ValueError, TypeError):
            return None  # being deleted, or of another version of Headway

    def reserved(self, key: str, version: str, scope: str) -> bool:
        """Whether there is an entry for exactly this."""
        return os.path.isdir(self._place(key, version, scope))

    def save(
        self, key: str, version: str, scope: str, write: Callable[[str], tuple[int, str]]
    ) -> Entry | None:
        """Adds an entry; None when there is one already. `write` makes the archive at a path
        and gives its size and digest. Raises HeadwayError when it is larger than the limit."""
        import json
        import time

        incoming = os.path.join(self.folder, f"{_INCOMING}{os.getpid()}-{time.monotonic_ns()}")
        place = self._place(key, version, scope)
        os.makedirs(incoming, mode=0o700)
        try:
            size, digest = write(os.path.join(incoming, "archive"))
            if size > self.limit:
                raise HeadwayError(
                    f"Cache size of ~{size // 1024**2} MB is over the limit of "
                    f"{self.limit // 1024**2} MB, not saving cache.",
                    hint="cache: {size: …} in headway.yaml allows more",
                )
            entry = Entry(key, version, scope, time.time(), size, digest, place)
            fields = entry.to_dict()
            del fields["folder"]
            with open(os.path.join(incoming, "entry.json"), "w", encoding="utf-8") as file:
                json.dump(fields, file)
            try:
                os.rename(incoming, place)
            except OSError:
                if os.path.isdir(place):
                    return None
                raise
        finally:
            remove_tree(incoming)
        self.shrink()
        return entry

    def _place(self, key: str, version: str, scope: str) -> str:
        import hashlib

        name = "\0".join((scope, version, key)).encode("utf-8", "surrogateescape")
        return os.path.join(self.folder, hashlib.sha256(name).hexdigest()[:40])

    def use(self, entry: Entry) -> None:
        """Notes that the entry was needed just now."""
        try:
            os.utime(entry.folder)
        except OSError:
            return  # deleted meanwhile

    def delete(self, entry: Entry) -> None:
        """Takes an entry away; who is reading it can go on doing so."""
        import time

        doomed = os.path.join(self.folder, f"{_INCOMING}{os.getpid()}-{time.monotonic_ns()}")
        try:
            os.rename(entry.folder, doomed)
        except OSError:
            return  # someone else was faster
        remove_tree(doomed)

    def shrink(self) -> None:
        """Deletes what is over the limit, and what killed processes left."""
        import time

        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name.startswith(_INCOMING) and _used(path) < time.time() - _ABANDONED:
                remove_tree(path)
        entries = sorted(self.entries(), key=lambda e: e.used)
        total = sum(e.size for e in entries)
        for entry in entries:
            if total <= self.limit:
                break
            self.delete(entry)
            total -= entry.size


def _used(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
