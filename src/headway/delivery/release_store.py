"""Keeps the content of releases: one read-only folder each, named by its digest.

`DIGEST/files/` is the release, `DIGEST/listing` what it should be. A folder is complete from
the moment it has its name. Files that another release has too are kept once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from headway.delivery import release
from headway.delivery.release import Entry, InvalidRelease
from headway.digest import sha256
from headway.errors import UsageError
from headway.units import size_text
from headway.unpack import BadArchive, Limits, unpack

LIMITS = Limits(size=4 << 30, files=200_000, ratio=200)
_CHUNK = 1 << 20
_FICLONE = 0x40049409  # Linux: a file that shares its blocks with another until one is written
_NEIGHBOURS = 5  # releases that are searched for files that are the same


class Content(Struct, frozen=True, kw_only=True):
    digest: str
    files: int
    size: int  # bytes
    new: bool  # it wasn't there before


class ReleaseStore:
    """The folder `root`, which exists. Any number of processes may use it."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def files(self, digest: str) -> str:
        """The folder with the release's files; whoever needs to change them makes a copy."""
        return str(self._root / digest / "files")

    def has(self, digest: str) -> bool:
        return (self._root / digest / "listing").is_file()

    def entries(self, digest: str) -> list[Entry]:
        """What the release consists of. Raises UsageError when it isn't here."""
        try:
            return release.read_listing((self._root / digest / "listing").read_bytes())
        except FileNotFoundError:
            raise UsageError(f"the files of release {digest[:12]} are gone") from None

    def verify(self, digest: str) -> str:
        """What is wrong with the files, as a sentence; "" when they are as they were."""
        if not self.has(digest):
            return "its files are gone"
        found = release.listing(_scan(Path(self.files(digest)), LIMITS))
        if sha256(found).hexdigest() == digest:
            return ""
        changed = release.differences(self.entries(digest), release.read_listing(found))
        return "its files were changed: " + ", ".join(path for _, path in changed[:3])

    def add_folder(self, source: str, limits: Limits = LIMITS) -> Content:
        """Takes a copy of a folder, but for `.git`. Raises InvalidRelease, UsageError."""
        folder = Path(source)
        if not folder.is_dir():
            raise UsageError(f"{source} is not a folder")
        return self._add(lambda files: _copy(folder, files, limits), limits)

    def add_archive(self, source: str, limits: Limits = LIMITS) -> Content:
        """Unpacks an archive. Raises InvalidRelease, UsageError."""
        archive = Path(source)
        if not archive.is_file():
            raise UsageError(f"{source} is not a file")

        def fill(files: Path) -> None:
            try:
                unpack(source, str(files), limits)
            except BadArchive as error:
                raise InvalidRelease(error.message, hint=error.hint) from None

        return self._add(fill, limits)

    def remove(self, digest: str) -> int:
        """Forgets a release's files; how many bytes they had."""
        folder = self._root / digest
        size = sum(e.size for e in self.entries(digest)) if self.has(digest) else 0
        gone = self._root / f".gone-{digest}-{os.getpid()}"
        with contextlib.suppress(FileNotFoundError):
            folder.rename(gone)
        _remove(gone)
        return size

    def tidy(self) -> None:
        """Removes what processes left that were killed while they added or removed."""
        for name in os.listdir(self._root):
            pid = name.rpartition("-")[2]
            if name.startswith((".new-", ".gone-")) and not Path(f"/proc/{pid}").exists():
                _remove(self._root / name)

    def _add(self, fill: Callable[[Path], None], limits: Limits) -> Content:
        self.tidy()
        new = self._root / f".new-{os.urandom(4).hex()}-{os.getpid()}"
        files = new / "files"
        files.mkdir(parents=True, mode=0o755)
        try:
            fill(files)
            entries = list(_scan(files, limits))
            if not entries:
                raise InvalidRelease("there are no files to release")
            return self._keep(new, entries)
        except OSError as error:
            raise InvalidRelease(f"the release can't be stored: {error}") from None
        finally:
            _remove(new)

    def _keep(self, new: Path, entries: list[Entry]) -> Content:
        digest = release.digest(entries)
        size = sum(e.size for e in entries)
        content = Content(digest=digest, files=len(entries), size=size, new=not self.has(digest))
        if content.new:
            self._share(new / "files", entries)
            _protect(new / "files")
            (new / "listing").write_bytes(release.listing(entries))
            # Another process may have been faster: what it stored is the same.
            with contextlib.suppress(OSError):
                new.rename(self._root / digest)
        return content

    def _share(self, files: Path, entries: list[Entry]) -> None:
        """What another release has as well becomes the same file."""
        known = {}
        for folder in self._newest(_NEIGHBOURS):
            with contextlib.suppress(InvalidRelease, UsageError):
                for entry in self.entries(folder.name):
                    known[entry.digest, entry.executable] = folder / "files" / entry.path
        for entry in entries:
            same = known.get((entry.digest, entry.executable))
            if entry.kind == "file" and entry.size and same is not None:
                _link(same, files / entry.path)

    def _newest(self, count: int) -> list[Path]:
        folders = [f for f in self._root.iterdir() if not f.name.startswith(".")]
        return sorted(folders, key=lambda f: f.stat().st_mtime)[-count:]


def _copy(source: Path, target: Path, limits: Limits) -> None:
    """The files and links below `source`, which are checked later, by `_scan`."""
    size = 0
    for path in _walk(source, skip=(".git",)):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            os.symlink(os.readlink(path), place)
            continue
        size += path.stat().st_size
        if size > limits.size:
            raise InvalidRelease(
                f"{source} has more than {size_text(limits.size)}", hint="allow more: --max-size"
            )
        _clone(path, place)


def _walk(folder: Path, skip: tuple[str, ...] = ()) -> Iterator[Path]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda e: e.name)
    for entry in entries:
        path = folder / entry.name
        if entry.is_symlink() or entry.is_file(follow_symlinks=False):
            if entry.name not in skip:
                yield path
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in skip:
                yield from _walk(path)
        else:
            raise InvalidRelease(f"{path} is a device or a socket: it can't be released")


def _clone(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("xb") as new:
        try:
            fcntl.ioctl(new, _FICLONE, old.fileno())
        except OSError:  # another file system, or one that can't
            shutil.copyfileobj(old, new, _CHUNK)
        os.fchmod(new.fileno(), 0o755 if os.fstat(old.fileno()).st_mode & 0o100 else 0o644)


def _scan(files: Path, limits: Limits) -> Iterator[Entry]:
    for count, place in enumerate(_walk(files), start=1):
        if count > limits.files:
            raise InvalidRelease(f"there are more than {limits.files} files")
        path = release.check_path(str(place.relative_to(files)))
        if place.is_symlink():
            target = os.readlink(place)
            release.check_link(path, target)
            if not place.resolve().is_relative_to(files.resolve()):  # by way of another link
                raise InvalidRelease(f"the link {path} leads out of the release")
            yield Entry(path=path, kind="link", target=target)
        else:
            executable = bool(place.stat().st_mode & 0o100)
            digest, size = _digest(place)
            yield Entry(path=path, digest=digest, size=size, executable=executable)


def _digest(path: Path) -> tuple[str, int]:
    total, size = sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
            size += len(chunk)
    return total.hexdigest(), size


def _link(same: Path, place: Path) -> None:
    beside = place.with_name(f"{place.name[:200]}.{os.getpid()}")
    with contextlib.suppress(OSError):  # pruned meanwhile, or too many links: the copy stays
        os.link(same, beside)
        os.replace(beside, place)


def _protect(folder: Path) -> None:
    for place, folders, names in os.walk(folder, topdown=False):
        for name in names:
            path = os.path.join(place, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                os.chmod(path, 0o555 if mode & 0o100 else 0o444)
        del folders
        os.chmod(place, 0o555)


def _remove(folder: Path) -> None:
    if not folder.exists():
        return
    for place, _, _ in os.walk(folder):
        os.chmod(place, 0o755)
    shutil.rmtree(folder, ignore_errors=True)
