"""What a step printed, byte for byte, in a file of its own; written so that nothing is lost.

`N.log` holds the bytes as they came. `N.log.index` marks a line now and then (how many lines
are before it, its offset, the time), so that any line is found fast and has a time; a log
that came in one piece has none, and the file's own time instead. A closed log of some size
becomes `N.log.gz` (see `archive`). `log_reader` reads all three.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import time

from headway.journal import archive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MARK = struct.Struct("<QQd")  # lines before, offset in bytes, seconds since 1970
MARK_EVERY = 65536  # bytes
MARK_AFTER = 0.1  # seconds


class LogWriter:
    """Appends to one step's log. Never raises: a log that can't be written must not end a run.

    `error` is the first failure, `lost` how many bytes are missing; once writing works again
    a line in the log says so. Files and their folder are made with the first bytes. Not
    thread-safe: one step has one writer.
    """

    def __init__(self, path: str, later: Callable[[str], None] = archive.later) -> None:
        self.path = path
        self.error: OSError | None = None
        self.lost = 0
        self._later = later
        self._log = self._index = -1
        self._size = 0
        self._lines = 0  # newlines written
        self._ended = True  # the last byte was a newline
        self._first = 0.0  # when the first bytes came
        self._marked = 0  # offset of the last mark
        self._marked_at = 0.0
        self._unreported = 0

    def write(self, chunk: bytes) -> None:
        """Hands the bytes to the system: they survive the end of this process."""
        if not chunk:
            return
        try:
            self._prepare(chunk)
        except OSError as error:
            self.error = self.error or error
            self._missing(len(chunk))
            return
        try:
            self._write(chunk)
        except OSError as error:
            self.error = self.error or error

    def close(self) -> int:
        """The number of lines; a last one without a newline counts. More writes do nothing."""
        for fd in (self._log, self._index):
            if fd >= 0:
                os.close(fd)
        if self._log >= 0 and self._size >= archive.LARGE:
            self._later(self.path)
        self._log = self._index = -1
        self.write = _ignore  # type: ignore[method-assign]
        return self._lines + (not self._ended)

    def _prepare(self, chunk: bytes) -> None:
        if self._log < 0:
            self._open()
        if self._unreported:
            self._report()
        now = time.time()
        if self._size - self._marked >= MARK_EVERY or now - self._marked_at >= MARK_AFTER:
            self._mark(chunk, now)

    def _missing(self, count: int) -> None:
        self._unreported += count
        self.lost += count

    def _open(self) -> None:
        folder = os.path.dirname(self.path)
        if folder and not os.path.isdir(folder):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        self._log = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(self._log, fcntl.LOCK_SH | fcntl.LOCK_NB)  # not to be compressed yet
        self._first = self._marked_at = time.time()

    def _write(self, chunk: bytes) -> None:
        written = 0
        try:
            written = os.write(self._log, chunk)
            while written < len(chunk):  # a disk nearly full, or over 2 GiB at once
                written += os.write(self._log, chunk[written:])
        finally:
            # On a full disk part of the chunk is there, and counts.
            kept = chunk if written == len(chunk) else chunk[:written]
            self._size += written
            self._lines += kept.count(b"\n")
            self._ended = kept.endswith(b"\n") if kept else self._ended
            self._missing(len(chunk) - written)

    def _mark(self, chunk: bytes, now: float) -> None:
        """Marks the first line that begins in `chunk`, which isn't written yet."""
        start = 0 if self._ended else chunk.find(b"\n") + 1
        if not self._ended and not start:
            return
        if self._index < 0:
            path = self.path + ".index"
            self._index = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(self._index, MARK.pack(0, 0, self._first))
        lines = self._lines + (not self._ended)
        os.write(self._index, MARK.pack(lines, self._size + start, now))
        self._marked, self._marked_at = self._size + start, now

    def _report(self) -> None:
        count, lost = self._unreported, self.lost
        gap = b"" if self._ended else b"\n"
        why = self.error.strerror if self.error else ""
        self._unreported = 0
        try:
            self._write(gap + f"[headway: {count} bytes are missing here: {why}]\n".encode())
        except OSError:
            # The report itself was nothing that a step printed.
            self._unreported, self.lost = count, lost
            raise


def _ignore(chunk: bytes) -> None:
    """Takes the place of `write` once a log is closed."""
