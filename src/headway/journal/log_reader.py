"""Reads a step's log, whether it is being written, closed, or compressed since."""

from __future__ import annotations

import os
import time
from bisect import bisect_right

from headway.journal import archive
from headway.journal.logs import MARK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 1 << 18  # bytes read at once


class LogReader:
    """A step's log. Lines count from 1 and come without their newline, otherwise untouched.

    A log that doesn't exist (a step that printed nothing) is empty. A last line that has no
    newline, because the step ended or was killed in it, is a line. Raises OSError for a
    damaged archive.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._source: _Plain | _Packed | None = None

    def __enter__(self) -> LogReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._source is not None:
            os.close(self._source.fd)
            self._source = None

    def count(self) -> int:
        """How many lines there are now."""
        source = self._open()
        if source is None:
            return 0
        lines, offset = source.last_known()
        ended = True
        for block in _blocks(source, offset):
            lines += block.count(b"\n")
            ended = block.endswith(b"\n")
        if source.size() == offset and offset:
            ended = source.read(offset - 1, 1) == b"\n"
        return lines + (not ended)

    def blocks(self, first: int = 1, count: int | None = None) -> Iterator[bytes]:
        """The bytes of `count` lines (or all) from line `first`, in large pieces."""
        source = self._open()
        start = self._offset(first)
        if source is None or start is None:
            return
        left = count
        for block in _blocks(source, start):
            if left is None:
                yield block
                continue
            lines = block.count(b"\n")
            if lines >= left:
                yield block[: _nth_newline(block, left) + 1] if left else b""
                return
            left -= lines
            yield block

    def lines(self, first: int = 1, count: int | None = None) -> list[bytes]:
        return _split(b"".join(self.blocks(first, count)))

    def tail(self, count: int) -> list[bytes]:
        """The last `count` lines."""
        return self.lines(max(1, self.count() - count + 1), count) if count > 0 else []

    def ending(self, limit: int) -> bytes:
        """The last bytes, at most `limit`, from a line's start if there is one in them."""
        source = self._open()
        if source is None:
            return b""
        size = source.size()
        data = b"".join(_blocks(source, max(0, size - limit)))[-limit:]
        return data[data.find(b"\n", 0, -1) + 1 :] if size > limit else data

    def stamped(self, first: int = 1, count: int | None = None) -> Iterator[tuple[float, bytes]]:
        """Lines, each with when it was written (within a tenth of a second)."""
        marks, position = self._marks(), first - 1
        starts = [lines for lines, _, _ in marks]
        rest = b""
        for block in self.blocks(first, count):
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield self._time(marks, starts, position), line
                position += 1
        if rest:
            yield self._time(marks, starts, position), rest

    def times(self, first: int, count: int) -> list[float]:
        """When each of `count` lines from line `first` on was written."""
        marks = self._marks()
        starts = [lines for lines, _, _ in marks]
        return [self._time(marks, starts, first - 1 + n) for n in range(count)]

    def follow(
        self, done: Callable[[], bool], poll: float = 0.1, first: int = 1
    ) -> Iterator[bytes]:
        """Whole lines as they are written, in pieces of any size; ends after `done()` is true.

        Waits for a log that isn't there yet. `poll` is in seconds.
        """
        offset: int | None = None
        while True:
            last = done()  # asked before reading: what was there by then is still given
            if offset is None:
                offset = self._offset(first)
            if offset is not None:
                for piece in self.since(offset, last):
                    offset += len(piece)
                    yield piece
            if last:
                return
            time.sleep(poll)

    def since(self, offset: int, last: bool = False) -> Iterator[bytes]:
        """Whole lines that were written from `offset` (bytes) on; with `last`, the rest too."""
        source = self._open()
        rest = b""
        for block in _blocks(source, offset) if source is not None else ():
            cut = block.rfind(b"\n") + 1
            if cut:
                yield rest + block[:cut]
                rest = block[cut:]
            else:
                rest += block
            if len(rest) > BLOCK:  # a line so long that it is better shown in pieces
                yield rest
                rest = b""
        if last and rest:
            yield rest

    # --- finding -------------------------------------------------------------------------

    def _open(self) -> _Plain | _Packed | None:
        if self._source is None:
            for kind, path in ((_Plain, self.path), (_Packed, self.path + ".gz")):
                try:
                    self._source = kind(os.open(path, os.O_RDONLY), self.path)
                    break
                except FileNotFoundError:
                    continue
        return self._source

    def _offset(self, line: int) -> int | None:
        """Where the line begins, in bytes; None when the log doesn't get that far."""
        source = self._open()
        if source is None:
            return None
        newlines, offset = source.before(line - 1)
        for block in _blocks(source, offset):
            if newlines >= line - 1:
                return offset
            found = block.count(b"\n")
            if newlines + found >= line - 1:
                return offset + _nth_newline(block, line - 1 - newlines) + 1
            newlines, offset = newlines + found, offset + len(block)
        return offset if newlines >= line - 1 else None

    def _marks(self) -> list[tuple[int, int, float]]:
        source = self._open()
        marks = _read_marks(self.path)
        if not marks and source is not None:
            marks = [(0, 0, os.fstat(source.fd).st_mtime)]
        return marks

    @staticmethod
    def _time(marks: list[tuple[int, int, float]], starts: list[int], line: int) -> float:
        return marks[max(0, bisect_right(starts, line) - 1)][2] if marks else 0.0


class _Plain:
    def __init__(self, fd: int, path: str) -> None:
        self.fd = fd
        # A mark is written just before its line: killed in between, it points past the end.
        marks = [(n, at) for n, at, _ in _read_marks(path) if at < self.size()]
        self._marks = marks or [(0, 0)]

    def size(self) -> int:
        return os.fstat(self.fd).st_size

    def read(self, offset: int, size: int) -> bytes:
        return os.pread(self.fd, size, offset)

    def before(self, newlines: int) -> tuple[int, int]:
        """The last known (newlines, offset) with at most so many newlines, at a line's start."""
        return self._marks[bisect_right(self._marks, (newlines, 1 << 63)) - 1]

    def last_known(self) -> tuple[int, int]:
        return self._marks[-1]


class _Packed:
    def __init__(self, fd: int, _path: str) -> None:
        self.fd = fd
        self._frames = list(archive.frames(fd))
        self._held: tuple[int, bytes] = (-1, b"")  # the member unpacked last

    def size(self) -> int:
        return self._frames[-1].offset + self._frames[-1].size if self._frames else 0

    def read(self, offset: int, size: int) -> bytes:
        number = bisect_right(self._frames, offset, key=lambda f: f.offset) - 1
        if offset >= self.size() or number < 0:
            return b""
        if self._held[0] != number:
            self._held = number, archive.read_frame(self.fd, self._frames[number])
        start = offset - self._frames[number].offset
        return self._held[1][start : start + size]

    def before(self, newlines: int) -> tuple[int, int]:
        # A member may begin within a line, after as many newlines as the one before it began
        # with: only one with fewer newlines before it surely begins before the line wanted.
        number = bisect_right(self._frames, newlines - 1, key=lambda f: f.lines) - 1
        return (self._frames[number].lines, self._frames[number].offset) if number > 0 else (0, 0)

    def last_known(self) -> tuple[int, int]:
        return (self._frames[-1].lines, self._frames[-1].offset) if self._frames else (0, 0)


def _read_marks(path: str) -> list[tuple[int, int, float]]:
    try:
        with open(path + ".index", "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return []
    whole = len(data) - len(data) % MARK.size  # killed in the middle of a mark
    return list(MARK.iter_unpack(data[:whole]))


def _blocks(source: _Plain | _Packed, offset: int) -> Iterator[bytes]:
    while block := source.read(offset, BLOCK):
        yield block
        offset += len(block)


def _nth_newline(block: bytes, count: int) -> int:
    """Position of the `count`th newline of the block (from 1)."""
    position = -1
    for _ in range(count):
        position = block.index(b"\n", position + 1)
    return position


def _split(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines
