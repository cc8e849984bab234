"""Compresses closed logs: `N.log` becomes `N.log.gz`, of which any part is still found fast.

The file is a row of gzip members of about 1 MiB of text each (zcat and zgrep read it). Each
member's header says how long it is, how long its text is, and how many lines end in it, so
that a reader hops from header to header to the part that it wants.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from queue import SimpleQueue

FRAME = 1 << 20  # bytes of text in a member, about
LEVEL = 2  # logs are so repetitive that more effort saves little (and costs the run's cores)
# gzip's header (RFC 1952) with one extra field, "HW": sizes of member and text, lines.
_HEADER = struct.Struct("<4sIBBH2sHIII")
_MAGIC = b"\x1f\x8b\x08\x04"
_TRAILER = struct.Struct("<II")


class Frame(Value):
    """One member: where it is in the file, and what it holds of the text."""

    position: int  # in the file
    length: int
    offset: int  # of its text in the whole text
    size: int
    lines: int  # newlines before it


def compress(path: str) -> bool:
    """Replaces `path` by `path`.gz; False when somebody still writes it, or it is gone.

    Killed at any moment it leaves either file whole. Raises OSError (a full disk), and then
    the log is as it was.
    """
    part = f"{path}.gz.part"
    try:
        source = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _write_frames(source, part)
        state = os.fstat(source)
        os.utime(part, ns=(state.st_atime_ns, state.st_mtime_ns))
        os.rename(part, path + ".gz")
        os.unlink(path)
    except BlockingIOError:
        return False
    except OSError:
        if os.path.exists(part):
            os.unlink(part)
        raise
    finally:
        os.close(source)
    return True


def _write_frames(source: int, part: str) -> None:
    with open(part, "wb", opener=lambda p, flags: os.open(p, flags, 0o600)) as target:
        rest = b""
        while block := os.read(source, FRAME):
            block = rest + block
            cut = block.rfind(b"\n") + 1 or len(block)  # a member ends with a line, if it can
            target.write(_member(block[:cut]))
            rest = block[cut:]
        if rest:
            target.write(_member(rest))


def _member(text: bytes) -> bytes:
    import zlib

    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = packer.compress(text) + packer.flush()
    length = _HEADER.size + len(data) + _TRAILER.size
    extra = (16, b"HW", 12, length, len(text), text.count(b"\n"))
    trailer = _TRAILER.pack(zlib.crc32(text), len(text))
    return _HEADER.pack(_MAGIC, 0, 0, 255, *extra) + data + trailer


def frames(fd: int) -> Iterator[Frame]:
    """The members of an open archive, in order, by their headers alone."""
    position = offset = lines = 0
    while len(head := os.pread(fd, _HEADER.size, position)) == _HEADER.size:
        magic, *_, length, size, count = _HEADER.unpack(head)
        if magic != _MAGIC or length < _HEADER.size:
            return
        yield Frame(position, length, offset, size, lines)
        position, offset, lines = position + length, offset + size, lines + count


def read_frame(fd: int, frame: Frame) -> bytes:
    """A member's text. Raises OSError when the file is damaged."""
    import zlib

    data = os.pread(fd, frame.length, frame.position)
    try:
        return zlib.decompress(data[_HEADER.size : -_TRAILER.size], -zlib.MAX_WBITS)
    except zlib.error as error:
        raise OSError(f"damaged log: {error}") from None


# --- in the background -----------------------------------------------------------------------

LARGE = 65536  # bytes from which a log is worth it
SWEEP_AFTER = 2.0  # seconds: a run shorter than that has nothing to spare for others' logs
_NEWEST = 20  # runs that a sweep looks at
_background: Background | None = None


class Background:
    """A thread that compresses what it is given. The end of the process just ends it."""

    def __init__(self) -> None:
        import threading
        from queue import SimpleQueue

        self.queue: SimpleQueue[Callable[[], object]] = SimpleQueue()
        threading.Thread(target=self._work, name="archive", daemon=True).start()

    def _work(self) -> None:
        while True:
            # A full disk or a folder that was deleted: then the log stays as it is.
            with contextlib.suppress(OSError):
                self.queue.get()()


def later(path: str) -> None:
    """Has a thread compress the log; `sweep_later` of a next run sees to what it left."""
    _start().queue.put(lambda: compress(path))


def sweep_later(folder: str) -> None:
    """Has the thread compress what earlier runs left behind in the folder of runs."""
    import time

    begin = time.monotonic() + SWEEP_AFTER

    def work() -> None:
        time.sleep(max(0.0, begin - time.monotonic()))
        sweep(folder)

    _start().queue.put(work)


def sweep(folder: str) -> int:
    """Compresses the large logs of the newest runs that nobody writes any more; how many."""
    done = 0
    for run in sorted(_names(folder), reverse=True)[:_NEWEST]:
        for parent, _, names in os.walk(os.path.join(folder, run)):
            for name in names:
                path = os.path.join(parent, name)
                if name.endswith(".log") and os.path.getsize(path) >= LARGE:
                    done += compress(path)
    return done


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _start() -> Background:
    global _background
    if _background is None:
        _background = Background()
    return _background
