"""A report's bytes, whole or as a bounded stream, and the error that says where it is wrong."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from typing import BinaryIO

from headway.errors import USAGE, HeadwayError
from headway.quality.reading.head import HEAD_SIZE, Head

MIB = 1024 * 1024
# Up to here a file is read once and kept while it is parsed; beyond, only streams are given.
WHOLE = 64 * MIB
CHUNK = 256 * 1024


def printable(path: str) -> str:
    """The path as text that can be written down, also where its bytes are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


class ReportError(HeadwayError):
    """A report that can't be read: which file, where in it, what is wrong, what to do.

    `line` and `column` count from 1 (0: unknown); `path` is a JSON path such as `$.runs[0]`.
    """

    exit_code = USAGE

    def __init__(
        self,
        file: str,
        message: str,
        *,
        line: int = 0,
        column: int = 0,
        path: str = "",
        hint: str = "",
    ) -> None:
        file = printable(file)
        place = f":{line}:{column}" if line and column else f":{line}" if line else ""
        inside = f" at {path}" if path and path != "$" else ""
        super().__init__(f"{file}{place}: {message}{inside}", hint=hint)
        self.file = file
        self.problem = message
        self.line = line
        self.column = column
        self.path = path


class Source:
    """One report file. `path` is what people are told; text is UTF-8 whatever the file's BOM.

    `Source(path)` reads a regular file, called `name` if that is given; `Source(path, data)`
    takes bytes that are at hand.
    Raises ReportError when there is no such file, it can't be read, or isn't a regular file.
    """

    def __init__(self, path: str, data: bytes | None = None, *, name: str = "") -> None:
        self.path = printable(name or path)
        self._file = path
        self.size = len(data) if data is not None else self._regular_size()
        self._data = data
        if data is None and self.size <= WHOLE:
            self._data = self._load()
            self.size = len(self._data)

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {self.size} bytes)"

    @cached_property
    def head(self) -> Head:
        """What the first 64 KiB show of the content; made once."""
        with self.open() as stream:
            return Head(stream.read(HEAD_SIZE), self.path)

    @cached_property
    def digest(self) -> str:
        """sha256 of the file's bytes as they are on disk, in hexadecimal."""
        import hashlib

        if self._data is not None:
            return hashlib.sha256(self._data).hexdigest()
        whole = hashlib.sha256()
        with self._open_raw() as stream:
            while chunk := stream.read(MIB):
                whole.update(chunk)
        return whole.hexdigest()

    def open(self) -> BinaryIO:
        """A fresh stream of the content as UTF-8 without a byte-order mark; close it."""
        stream = self._open_raw()
        mark = stream.read(3)
        if mark == BOM_UTF8:
            return stream
        stream.seek(0)
        if mark[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
            return _from_utf16(stream)
        return stream

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        with self.open() as stream:
            while chunk := stream.read(size):
                yield chunk

    def read(self, limit: int = 4 * WHOLE) -> bytes:
        """The whole content. Raises ReportError when the file is larger than `limit` bytes."""
        if self.size > limit:
            size, most = self.size // MIB, limit // MIB
            raise self.error(
                f"the report is {size} MiB; this format is read whole, up to {most} MiB",
                hint="let the tool write less, or split the report",
            )
        with self.open() as stream:
            return stream.read()

    def error(
        self, message: str, *, line: int = 0, column: int = 0, path: str = "", hint: str = ""
    ) -> ReportError:
        """A ReportError about this file, for the caller to raise."""
        return ReportError(self.path, message, line=line, column=column, path=path, hint=hint)

    def _regular_size(self) -> int:
        try:
            found = os.stat(self._file)
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from None
        if not stat.S_ISREG(found.st_mode):
            raise self.error("is not a regular file", hint="give the report's file")
        return found.st_size

    def _open_raw(self) -> BinaryIO:
        if self._data is not None:
            return BytesIO(self._data)
        try:
            return open(self._file, "rb")
        except OSError as error:
            raise self._unreadable(error) from None

    def _load(self) -> bytes:
        try:
            with open(self._file, "rb") as stream:
                # The file may grow meanwhile; never read more than we promised to hold.
                return stream.read(WHOLE + 1)
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> ReportError:
        if isinstance(error, FileNotFoundError):
            return self.error("there is no such report", hint="did the step that writes it run?")
        return self.error(f"can't be read: {getattr(error, 'strerror', None) or error}")


def _from_utf16(stream: BinaryIO) -> BinaryIO:
    """PowerShell 5 redirects (`tool > report.json`) in UTF-16; everything after reads UTF-8."""
    from codecs import EncodedFile

    # StreamRecoder offers read, readline, iteration and close, all that readers here use.
    recoded: BinaryIO = EncodedFile(stream, "utf-8", "utf-16", errors="replace")
    return recoded
