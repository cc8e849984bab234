"""What a release is made of: a canonical listing of its files, and the digest of that.

The same files with the same content and the same executable bits are the same release,
wherever they were, whoever owns them and whenever they were written.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from headway.digest import sha256
from headway.errors import HeadwayError, UsageError

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}")
_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_FIRST_LINE = b"headway release 1\n"


class InvalidRelease(HeadwayError):
    """The files can't become a release: a device, a link that leads out, a path that escapes."""


class Entry(Struct, frozen=True, kw_only=True):
    """One file or symbolic link. `path` is relative, with slashes."""

    path: str
    kind: Literal["file", "link"] = "file"
    digest: str = ""  # SHA-256 (hex) of a file's content
    size: int = 0  # bytes
    executable: bool = False
    target: str = ""  # of a link, as it is written


def listing(entries: Iterable[Entry]) -> bytes:
    """One line of JSON an entry, sorted by path as bytes. Raises InvalidRelease."""
    lines = [_FIRST_LINE]
    last = None
    for entry in sorted(entries, key=lambda e: e.path.encode()):
        if entry.path == last:
            raise InvalidRelease(f"{entry.path} is there twice")
        last = entry.path
        fields = [entry.path, entry.kind, entry.target]
        if entry.kind == "file":
            fields[2:] = [entry.digest, str(entry.size), "x" if entry.executable else "-"]
        lines.append(msgspec.json.encode(fields) + b"\n")
    return b"".join(lines)


def read_listing(text: bytes) -> list[Entry]:
    """What `listing` wrote. Raises InvalidRelease when it is something else."""
    if not text.startswith(_FIRST_LINE):
        raise InvalidRelease("the listing of a release is damaged")
    try:
        rows = [msgspec.json.decode(line, type=list[str]) for line in text.splitlines()[1:]]
        return [_entry(*row) for row in rows]
    except (msgspec.DecodeError, TypeError, ValueError):
        raise InvalidRelease("the listing of a release is damaged") from None


def _entry(path: str, kind: str, third: str, size: str = "0", executable: str = "-") -> Entry:
    if kind == "link":
        return Entry(path=path, kind="link", target=third)
    return Entry(path=path, digest=third, size=int(size), executable=executable == "x")


def digest(entries: Iterable[Entry]) -> str:
    """What names the content: SHA-256 (hex) of the listing."""
    return sha256(listing(entries)).hexdigest()


def check_path(path: str) -> str:
    """`path` without detours. Raises InvalidRelease when it leads out of the release."""
    if not _is_utf8(path):
        raise InvalidRelease(f"{path!r} is not UTF-8", hint="rename the file")
    if "\0" in path or path.startswith("/") or "\\" in path:
        raise InvalidRelease(f"{path!r} is not a relative path")
    plain = posixpath.normpath(path)
    if plain == ".." or plain.startswith("../"):
        raise InvalidRelease(f"{path!r} leads out of the release")
    return plain


def check_link(path: str, target: str) -> None:
    """Raises InvalidRelease when the link at `path` leads out of the release."""
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if target.startswith("/") or inside == ".." or inside.startswith("../"):
        raise InvalidRelease(
            f"the link {path} leads out of the release, to {target}",
            hint="a release holds all that it needs; link inside it, or copy the file",
        )


def check_version(version: str) -> str:
    """Raises UsageError when it can't be a word of file and cluster names."""
    if not _VERSION.fullmatch(version) or version in ("latest", "stable", "previous"):
        raise UsageError(
            f'"{version}" can\'t be a version',
            hint="letters, digits and . _ + -, at most 80, such as v1.2.3 (not latest, stable)",
        )
    return version


def check_service(service: str) -> str:
    """Raises UsageError when it can't be a part of file and host names."""
    if not _SERVICE.fullmatch(service):
        raise UsageError(
            f'"{service}" can\'t be the name of a service',
            hint="letters, digits and . _ -, at most 63, such as shop-api",
        )
    return service


def differences(old: Iterable[Entry], new: Iterable[Entry]) -> list[tuple[str, str]]:
    """(`+`, `-` or `~`, path) of what was added, removed and changed, sorted by path."""
    before, after = {e.path: e for e in old}, {e.path: e for e in new}
    marks = dict.fromkeys(after.keys() - before.keys(), "+")
    marks |= dict.fromkeys(before.keys() - after.keys(), "-")
    marks |= {p: "~" for p in before.keys() & after.keys() if before[p] != after[p]}
    return [(marks[path], path) for path in sorted(marks)]


def _is_utf8(path: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in path)
