"""JaCoCo's XML report (its report.dtd 1.1): lines with instructions and branches per file."""

from __future__ import annotations

from headway.quality.collect import Collected, FileMarks
from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.xml import walk

NAME = "jacoco"
KIND: Kind = "coverage"
SYNTAX = "xml"

# A class's file is known by its package only; these are where Maven and Gradle keep sources.
ROOTS = tuple(
    f"src/{part}/{language}"
    for part in ("main", "test")
    for language in ("java", "kotlin", "scala", "groovy")
)
_TOTALS = {"LINE": "lines", "BRANCH": "branches"}


def detect(head: Head) -> bool:
    inside = head.elements & {"sessioninfo", "package", "group"}
    return head.root == "report" and (bool(inside) or b"JACOCO" in head.data[:1000])


def parse(source: Source) -> Report:
    """A file is its package's folder and its name; `evidence` finds it in the repository."""
    reader = _Reader()
    walk(source, reader.start, reader.end)
    return Report(
        tool="jacoco",
        kind=KIND,
        measures=reader.measures,
        coverage=reader.collected.files(),
        source_roots=ROOTS,
    )


class _Reader:
    def __init__(self) -> None:
        self.collected = Collected()
        self.measures: dict[str, float] = {}
        self.package = ""
        self.file: FileMarks | None = None
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        try:
            if name == "line" and self.file is not None:
                self.line(self.file, attributes)
            elif name == "sourcefile":
                path = f"{self.package}/{attributes['name']}".lstrip("/")
                self.file = self.collected.file(path)
            elif name == "package":
                self.package = attributes["name"]
            elif name == "counter" and self.depth == 2:
                self.total(attributes)
        except KeyError as missing:
            raise ValueError(f"<{name}> without {missing.args[0]}") from None

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "sourcefile" and self.file is not None:
            self.file.close()
            self.file = None

    def line(self, file: FileMarks, attributes: dict[str, str]) -> None:
        number = _count(attributes["nr"])
        file.add(number, _count(attributes["ci"]) > 0)
        missed, taken = _count(attributes.get("mb", "0")), _count(attributes.get("cb", "0"))
        if missed or taken:
            file.branch(number, taken, taken + missed, None if missed else ())

    def total(self, attributes: dict[str, str]) -> None:
        name = _TOTALS.get(attributes["type"])
        if name is not None:
            covered = _count(attributes["covered"])
            self.measures[f"coverage.{name}"] = float(covered + _count(attributes["missed"]))
            self.measures[f"coverage.covered_{name}"] = float(covered)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{text[:40]!r} is not a count")
    return int(text)
