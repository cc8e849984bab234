"""Coverage of many files put together while a report streams by, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable

from headway.quality import branches
from headway.quality.lines import MAX_LINE
from headway.quality.report import FileCoverage

# Bitmaps of all files of one report: a hundred million lines. Only a report made to exhaust
# memory has more (many files, each with one line far down).
MAX_BYTES = 32 * 1024 * 1024


class Collected:
    """Files by path, in the order they came; a file may come several times."""

    def __init__(self) -> None:
        self.by_path: dict[str, FileMarks] = {}
        self.room = MAX_BYTES

    def file(self, path: str) -> FileMarks:
        found = self.by_path.get(path)
        if found is None:
            found = self.by_path[path] = FileMarks(self, path)
        return found

    def files(self) -> tuple[FileCoverage, ...]:
        return tuple(marks.done() for marks in self.by_path.values())


class FileMarks:
    """One file's lines and branches."""

    __slots__ = ("_closed", "_collected", "_coverable", "_covered", "_path", "_ways")

    def __init__(self, collected: Collected, path: str) -> None:
        self._collected = collected
        self._path = path
        self._coverable = bytearray()
        self._covered = bytearray()
        self._ways: list[str] = []
        self._closed: list[str] = []

    def add(self, line: int, hit: bool) -> None:
        """A coverable line. Raises ValueError for a line that no file has."""
        byte = line >> 3
        coverable = self._coverable
        if line < 0 or byte >= len(coverable):
            self._grow(line, byte)
        bit = 1 << (line & 7)
        coverable[byte] |= bit
        if hit:
            self._covered[byte] |= bit

    def add_range(self, first: int, last: int, hit: bool) -> None:
        """Coverable lines `first` to `last`, both included, however many."""
        self.add(first, hit)
        self.add(last, hit)
        start, end = (first >> 3) + 1, last >> 3
        if start >= end:
            for line in range(first + 1, last):
                self.add(line, hit)
            return
        for line in (*range(first + 1, start << 3), *range(end << 3, last)):
            self.add(line, hit)
        self._coverable[start:end] = b"\xff" * (end - start)
        if hit:
            self._covered[start:end] = b"\xff" * (end - start)

    def branch(
        self, line: int, taken: int, total: int, missed: Iterable[str] | None = None
    ) -> None:
        """The ways out of a line; see `headway.quality.branches.Branch`."""
        self._ways.append(branches.text(line, taken, total, missed))

    def close(self) -> None:
        """Says that this file is through for now, and lets it take less room."""
        if self._ways:
            self._closed.append(";".join(self._ways))
            self._ways.clear()

    def done(self) -> FileCoverage:
        self.close()
        data = ";".join(self._closed)
        if len({way.partition(":")[0] for way in data.split(";")}) <= data.count(";"):
            data = branches.merge(data.split(";"))  # one line stood there more than once
        return FileCoverage(
            path=self._path,
            coverable=bytes(self._coverable).rstrip(b"\0"),
            covered=bytes(self._covered).rstrip(b"\0"),
            branch_data=data,
        )

    def _grow(self, line: int, byte: int) -> None:
        if not 0 <= line <= MAX_LINE:
            raise ValueError(f"line {line} is out of range")
        more = bytes(byte + 32 - len(self._coverable))
        self._collected.room -= len(more)
        if self._collected.room < 0:
            raise ValueError("the report names more lines than any project has")
        self._coverable += more
        self._covered += more
