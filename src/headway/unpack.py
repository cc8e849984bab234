"""Archives from elsewhere, unpacked into a folder that they can't leave.

Zip and tar (also compressed). Refused are absolute paths, `..`, links that lead out of the
folder, devices, and what grows beyond a size, a number of files or a ratio: a small archive
that unpacks to a full disk ("zip bomb"). Nothing is written before a name has been checked;
what was written before a mistake was found stays for the caller, who unpacks into a folder
of its own and renames it when all is well.
"""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile

from headway.errors import HeadwayError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

_CHUNK = 1 << 20
_SLACK = 64 << 20  # bytes that may come out of any archive, however small


class BadArchive(HeadwayError):
    """The archive is damaged, or would do harm."""


class Limits(Value):
    """What an archive may become: bytes in all, files, times its own size."""

    size: int = 64 << 30
    files: int = 1_000_000
    ratio: int = 1100  # zeros deflate to 1/1032, and are no attack


class Unpacked(Value):
    files: int
    size: int  # bytes


def unpack(
    archive: str, folder: str, limits: Limits | None = None, check: Callable[[], None] | None = None
) -> Unpacked:
    """Unpacks into `folder`, which must exist and be empty; what came out.

    `check` is called for each file and may raise. Raises BadArchive; OSError from the disk.
    """
    writer = _Writer(archive, folder, limits or Limits(), check or (lambda: None))
    try:
        if zipfile.is_zipfile(archive):
            _zip(archive, writer)
        else:
            _tar(archive, writer)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError) as error:
        raise BadArchive(f"{os.path.basename(archive)}: {error}") from None
    except (ValueError, RuntimeError, ImportError) as error:  # a password, an unknown compression
        raise BadArchive(f"{os.path.basename(archive)}: {error}") from None
    writer.finish()
    return Unpacked(writer.files, writer.size)


class _Writer:
    def __init__(
        self, archive: str, folder: str, limits: Limits, check: Callable[[], None]
    ) -> None:
        self.folder = os.path.realpath(folder)
        self.files = self.size = 0
        self._limits = limits
        self._check = check
        length = os.path.getsize(archive)
        self._most = min(limits.size, max(_SLACK, length * limits.ratio))
        self._modes: list[tuple[str, int]] = []
        self._links: list[tuple[str, str]] = []

    def path(self, name: str) -> str:
        """Where a member goes. Raises BadArchive when that isn't below the folder."""
        kept = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in kept or "\0" in name:
            raise BadArchive(f"a member of the archive leads out of it: {name!r}")
        return os.path.join(self.folder, *kept)

    def count(self) -> None:
        self._check()
        self.files += 1
        if self.files > self._limits.files:
            raise BadArchive(f"the archive has more than {self._limits.files} files")

    def make_folder(self, name: str, mode: int) -> None:
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        if mode & 0o777:
            self._modes.append((path, mode & 0o777 | 0o700))

    def write(self, name: str, source: IO[bytes], mode: int) -> None:
        self.count()
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "wb") as file:
            while chunk := source.read(_CHUNK):
                self.size += len(chunk)
                if self.size > self._most:
                    raise BadArchive(
                        f"the archive unpacks to more than {self._most} bytes, which its own "
                        "size doesn't justify"
                    )
                file.write(chunk)
            os.fchmod(file.fileno(), (mode & 0o777 or 0o644) | 0o600)

    def link(self, name: str, target: str) -> None:
        """Links are made last, so that none can lead a file elsewhere."""
        self.count()
        path = self.path(name)
        there = os.path.normpath(os.path.join(os.path.dirname(path), target))
        if os.path.isabs(target) or not self._inside(there):
            raise self._leads_out(path, target)
        self._links.append((path, target))

    def finish(self) -> None:
        for path, target in self._links:
            parent = os.path.dirname(path)
            os.makedirs(parent, exist_ok=True)
            if os.path.realpath(parent) != parent:
                raise self._leads_out(path, target)
            if os.path.lexists(path):
                raise BadArchive(f"the archive has {os.path.relpath(path, self.folder)!r} twice")
            os.symlink(target, path)
        for path, target in self._links:  # a link to a link may lead out where neither does
            if not self._inside(os.path.realpath(path)):
                raise self._leads_out(path, target)
        for path, mode in reversed(self._modes):
            os.chmod(path, mode)

    def _inside(self, path: str) -> bool:
        return path == self.folder or path.startswith(self.folder.rstrip("/") + "/")

    def _leads_out(self, path: str, target: str) -> BadArchive:
        for made, _ in self._links:
            if os.path.islink(made):
                os.unlink(made)
        name = os.path.relpath(path, self.folder)
        return BadArchive(f"a link in the archive leads out of it: {name!r} -> {target!r}")


def _zip(archive: str, writer: _Writer) -> None:
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            mode = info.external_attr >> 16
            if info.is_dir():
                writer.make_folder(info.filename, mode)
            elif stat.S_ISLNK(mode):
                if info.file_size > 4096:
                    raise BadArchive(f"a link of {info.file_size} bytes: {info.filename!r}")
                writer.link(info.filename, os.fsdecode(file.read(info)))
            else:
                with file.open(info) as source:
                    writer.write(info.filename, source, mode)


def _tar(archive: str, writer: _Writer) -> None:
    with tarfile.open(archive, mode="r:*") as file:
        for info in file:
            if info.isdir():
                writer.make_folder(info.name, info.mode)
            elif info.issym():
                writer.link(info.name, info.linkname)
            elif info.isreg():
                source = file.extractfile(info)
                if source is not None:
                    writer.write(info.name, source, info.mode)
            elif info.islnk():
                writer.count()
                path, other = writer.path(info.name), writer.path(info.linkname)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.link(other, path, follow_symlinks=False)
            else:
                raise BadArchive(f"neither file, folder nor link: {info.name!r}")
