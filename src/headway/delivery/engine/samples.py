"""What the analysis saw, look by look: a line each in a file beside the journal.

The journal has the digest of the lines that a decision was made on, so that it can be made
again, and so that a changed file shows.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import msgspec

from headway.delivery.analysis.judge import Sample
from headway.digest import sha256


class Samples:
    """The file of one rollout, at its end; what a killed engine half wrote is cut off.

    `earlier` are those that were there when it was opened.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.count = 0
        self._digest = sha256()
        self.earlier = list(self._open())

    def _open(self) -> Iterator[Sample]:
        with open(self._path, "ab") as file:
            size = file.tell()
        whole = 0
        for line in _lines(self._path):
            try:
                sample = msgspec.json.decode(line, type=Sample)
            except msgspec.DecodeError:
                break
            whole += len(line)
            self._note(line)
            yield sample
        if whole < size:
            os.truncate(self._path, whole)

    def append(self, sample: Sample) -> None:
        """Raises OSError, for a full disk; then the sample isn't kept."""
        line = msgspec.json.encode(sample) + b"\n"
        with open(self._path, "ab") as file:
            before = file.tell()
            try:
                file.write(line)
                file.flush()
            except OSError:
                with contextlib.suppress(OSError):
                    os.truncate(self._path, before)
                raise
        self._note(line)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the `count` lines so far."""
        return self._digest.copy().hexdigest()

    def _note(self, line: bytes) -> None:
        self.count += 1
        self._digest.update(line)


def read(path: str, count: int = -1) -> list[Sample]:
    """The first `count` samples of a file, or all; none when there is no file."""
    try:
        lines = list(_lines(path))
    except FileNotFoundError:
        return []
    return [
        msgspec.json.decode(line, type=Sample) for line in lines[: count if count >= 0 else None]
    ]


def read_after(path: str, offset: int) -> tuple[list[Sample], int]:
    """The whole lines from a place in the file on, and the place after them."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            text = file.read()
    except FileNotFoundError:
        return [], offset
    whole = text[: text.rfind(b"\n") + 1]
    found = [msgspec.json.decode(line, type=Sample) for line in whole.splitlines()]
    return found, offset + len(whole)


def digest_of(path: str, count: int) -> str:
    """SHA-256 (hex) of the file's first `count` lines."""
    total = sha256()
    for line in list(_lines(path))[:count]:
        total.update(line)
    return total.hexdigest()


def _lines(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line
