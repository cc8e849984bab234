"""What a change touches, line by line, as git sees it: renames followed, white space ignored."""

from __future__ import annotations

import os
import re

from headway.clients import git
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANGES = {b"A": "added", b"D": "deleted", b"R": "renamed", b"C": "added"}
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_OPTIONS = (
    *("--raw", "--patch", "-z", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0"),
    *("--find-renames", "--ignore-all-space", "--ignore-blank-lines", "--ignore-submodules"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--abbrev=40", "--no-relative"),
)
LARGEST = 20_000_000  # bytes of an untracked file whose lines are worth counting


class FileChange(Value):
    """One file; `ranges` are (first, last) lines of its new side. Line 0 is never in them."""

    path: str
    change: str  # added modified deleted renamed
    old_path: str = ""
    ranges: tuple[tuple[int, int], ...] = ()


def arguments(base: str, head: str = "") -> tuple[str, ...]:
    """What `changes` asks git."""
    return ("diff", *_OPTIONS, base, *([head] if head else []), "--")


def changes(root: str, base: str, head: str = "") -> list[FileChange]:
    """What differs between two commits; without `head`, between `base` and the working tree,
    where untracked files count as added. Raises HeadwayError when git can't tell."""
    output = git.run(root, *arguments(base, head))[1]
    names, patch = _split(output)
    ranges = dict(_ranges(patch))
    found = [one.replace(ranges=tuple(ranges.get(one.path, ()))) for one in names]
    return found if head else found + _untracked(root)


def _split(output: bytes) -> tuple[list[FileChange], bytes]:
    """The raw part (NUL after each name) and the patch that follows it."""
    names: list[FileChange] = []
    position = 0
    while output[position : position + 1] == b":":
        end = output.index(b"\0", position)
        status = output[position:end].rpartition(b" ")[2][:1]
        paths = []
        for _ in range(2 if status in b"RC" else 1):
            start, end = end + 1, output.index(b"\0", end + 1)
            paths.append(os.fsdecode(output[start:end]))
        change = _CHANGES.get(status, "modified")
        old = paths[0] if change == "renamed" else ""
        names.append(FileChange(path=paths[-1], change=change, old_path=old))
        position = end + 1
    return names, output[position:]


def _ranges(patch: bytes) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    path = ""
    found: list[tuple[int, int]] = []
    skip = 0  # lines of a hunk's body, which may look like anything
    for line in patch.split(b"\n"):
        if skip:
            skip -= line[:1] != b"\\"
            continue
        if line.startswith(b"diff --git "):
            if path and found:
                yield path, found
            path, found = "", []
        elif line.startswith(b"+++ b/") and not path:
            path = _unquoted(line[6:].rstrip(b"\t"))
        elif line.startswith(b'+++ "b/') and not path:
            path = _unquoted(line[7:-1], quoted=True)
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[2]), int(hunk[3] or 1)
            skip = int(hunk[1] or 1) + count
            if count:
                found.append((first, first + count - 1))
    if path and found:
        yield path, found


_ESCAPES = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"b": b"\b",
    b"f": b"\f",
    b"a": b"\a",
    b"v": b"\v",
}


def _unquoted(name: bytes, quoted: bool = False) -> str:
    """git's C-like quotes undone."""

    def plain(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8)]) if code.isdigit() else _ESCAPES.get(code, code)

    return os.fsdecode(re.sub(rb"\\([0-7]{3}|.)", plain, name) if quoted else name)


def _untracked(root: str) -> list[FileChange]:
    listed = git.run(root, "ls-files", "-z", "-o", "--exclude-standard")[1]
    names = [os.fsdecode(name) for name in listed.split(b"\0") if name and name[-1:] != b"/"]
    return [FileChange(path=name, change="added", ranges=_whole(root, name)) for name in names]


def _whole(root: str, name: str) -> tuple[tuple[int, int], ...]:
    """All lines of a file, none of one that isn't text."""
    path = os.path.join(root, name)
    try:
        if os.path.islink(path) or os.path.getsize(path) > LARGEST:
            return ()
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return ()
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    return ((1, count),) if data and b"\0" not in data[:8000] else ()
