"""Packs files into a cache's archive, and unpacks them where they belong now.

A path is noted with what it is relative to (the workspace, the home folder, the job's
temporary folder, the tool cache), since most of these are elsewhere in every run. Unpacking
writes only below the paths that the action was given, and through no link that it finds there.
"""

from __future__ import annotations

import os
import stat

from headway.runner.glob import Glob
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

_CHUNK = 1 << 20


class Damaged(Exception):
    """An archive that can't be unpacked, or tries to get out of its paths."""


class Places:
    """The folders that paths are relative to, longest first; `names` maps them to letters."""

    def __init__(self, workspace: str, home: str, temp: str, tool_cache: str) -> None:
        self.workspace, self.home = workspace, home
        given = {"w": workspace, "t": temp, "c": tool_cache, "h": home}
        known = [(letter, os.path.normpath(path)) for letter, path in given.items() if path]
        self._known = sorted(known, key=lambda pair: len(pair[1]), reverse=True)

    def noted(self, path: str) -> str:
        """`/home/ada/.npm/x` as `h/.npm/x`; other paths as `a/…`."""
        for letter, folder in self._known:
            if path == folder:
                return letter
            if path.startswith(folder.rstrip("/") + "/"):
                return letter + "/" + path[len(folder.rstrip("/")) + 1 :]
        return "a" + path

    def found(self, name: str) -> str:
        """The path for what `noted` gave. Raises Damaged for anything else."""
        letter, _, rest = name.partition("/")
        folder = "/" if letter == "a" else dict(self._known).get(letter)
        if folder is None or ".." in rest.split("/") or rest.startswith("/"):
            raise Damaged(f"unexpected path {name}")
        return os.path.join(folder, rest) if rest else folder

    def general(self, pattern: str) -> str:
        """A pattern with the folders in it named by letter: the same in every run."""
        negated = pattern.startswith("!")
        path = pattern[1:].strip() if negated else pattern
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        general = self.noted(path) if path.startswith("/") else path
        return "!" + general if negated else general


def version(patterns: Sequence[str], places: Places) -> str:
    """What must be the same for a cache to be found, besides its key."""
    import hashlib

    parts = [*(places.general(p) for p in patterns), "tar", "1"]
    return hashlib.sha256("|".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def matches(patterns: Sequence[str], places: Places) -> list[str]:
    """What is to be packed. A folder goes in whole: `!` takes away only what itself matches."""
    search = Glob(patterns, places.workspace, home=places.home, implicit_descendants=False)
    found: list[str] = []
    inside: set[str] = set()
    for path in search:
        if path in inside or any(folder in inside for folder in _above(path)):
            continue
        inside.add(path)
        found.append(path)
    return found


def _above(path: str) -> Iterator[str]:
    while path != "/":
        path = os.path.dirname(path)
        yield path


class _Hashing:
    """A file to write to that also hashes what is written, beside the writing.

    The digest is there once the context is left.
    """

    def __init__(self, file: BinaryIO) -> None:
        import hashlib
        import queue
        import threading

        self._file = file
        self._digest = hashlib.sha256()
        self._waiting: queue.Queue[bytes] = queue.Queue(8)
        self._thread = threading.Thread(target=self._hash, daemon=True)
        self.size = 0

    def __enter__(self) -> _Hashing:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._waiting.put(b"")
        self._thread.join()

    def _hash(self) -> None:
        while data := self._waiting.get():
            self._digest.update(data)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def tell(self) -> int:
        return self.size

    def write(self, data: bytes) -> int:
        if data:
            self._waiting.put(data)
        self.size += len(data)
        return self._file.write(data)


def pack(
    paths: Sequence[str], places: Places, check: Callable[[], None], archive: str
) -> tuple[int, str]:
    """Writes the archive; its size and SHA-256. Raises OSError, and what `check` raises, which
    is called for each file."""
    import tarfile

    with open(archive, "wb") as file, _Hashing(file) as hashing:
        with tarfile.TarFile(fileobj=hashing, mode="w", copybufsize=_CHUNK) as tar:  # type: ignore[arg-type]
            for path in paths:
                for one in _walk(path):
                    check()
                    _add(tar, one, places)
        file.flush()
    return hashing.size, hashing.digest


def _walk(path: str) -> Iterator[str]:
    yield path
    if os.path.islink(path) or not os.path.isdir(path):
        return
    for folder, subfolders, files in os.walk(path):
        for name in sorted((*subfolders, *files)):
            yield os.path.join(folder, name)


def _add(tar: tarfile.TarFile, path: str, places: Places) -> None:
    import tarfile

    try:
        about = os.lstat(path)
        info = tarfile.TarInfo(places.noted(path))
        info.mode, info.mtime = stat.S_IMODE(about.st_mode), int(about.st_mtime)
        if stat.S_ISDIR(about.st_mode):
            info.type = tarfile.DIRTYPE
            tar.addfile(info)
        elif stat.S_ISLNK(about.st_mode):
            info.type, info.linkname = tarfile.SYMTYPE, os.readlink(path)
            tar.addfile(info)
        elif stat.S_ISREG(about.st_mode):
            with open(path, "rb") as file:
                info.size = os.fstat(file.fileno()).st_size
                tar.addfile(info, file)
    except FileNotFoundError:
        return  # deleted meanwhile


def intact(archive: str, digest: str) -> bool:
    import hashlib

    with open(archive, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def unpack(
    archive: str,
    patterns: Sequence[str],
    places: Places,
    check: Callable[[], None] = lambda: None,
) -> int:
    """Puts the files where they belong, over what is there; how many there were.

    Raises Damaged, HeadwayError or OSError, and what `check` raises, called for each file.
    """
    import tarfile

    allowed = Glob(patterns, places.workspace, home=places.home).search_paths
    folders: list[tuple[str, tarfile.TarInfo]] = []
    count = 0
    try:
        with tarfile.open(archive, mode="r:") as tar:
            for info in tar:
                check()
                path = places.found(info.name)
                if not any(path == p or path.startswith(p.rstrip("/") + "/") for p in allowed):
                    raise Damaged(f"{path} is not below the given paths")
                _extract(tar, info, path, allowed)
                if info.isdir():
                    folders.append((path, info))
                else:
                    count += 1
    except (tarfile.TarError, EOFError) as error:
        raise Damaged(str(error)) from None
    for path, info in reversed(folders):  # last: a folder may be read-only
        os.chmod(path, info.mode & 0o777)
        os.utime(path, (info.mtime, info.mtime))
    return count


def _extract(tar: tarfile.TarFile, info: tarfile.TarInfo, path: str, allowed: list[str]) -> None:
    if info.isdir():
        _make_folder(path, allowed)
        return
    _make_folder(os.path.dirname(path), allowed)
    if os.path.lexists(path):
        remove_tree(path)
    if info.issym():
        os.symlink(info.linkname, path)
        return
    source = tar.extractfile(info) if info.isreg() else None
    if source is None:
        raise Damaged(f"{path} is no file")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    writer = os.open(path, flags, 0o600)
    try:
        while chunk := source.read(_CHUNK):
            while chunk:
                chunk = chunk[os.write(writer, chunk) :]
        os.fchmod(writer, info.mode & 0o777)
        os.utime(writer, (info.mtime, info.mtime))
    finally:
        os.close(writer)


def _make_folder(path: str, allowed: list[str]) -> None:
    """Makes a folder; below the given paths, a link or a file in its place gives way."""
    if os.path.isdir(path) and not os.path.islink(path):
        _let_in(path)
        return
    if path in allowed or not any(path.startswith(p.rstrip("/") + "/") for p in allowed):
        os.makedirs(path, exist_ok=True)  # up to there the way is the user's own
        return
    _make_folder(os.path.dirname(path), allowed)
    if os.path.lexists(path):
        os.unlink(path)
    os.mkdir(path)


def _let_in(path: str) -> None:
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode & 0o300 != 0o300 and os.stat(path).st_uid == os.geteuid():
        os.chmod(path, mode | 0o300)
