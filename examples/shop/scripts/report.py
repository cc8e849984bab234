"""Joins the JUnit and coverage files of all test jobs into one Markdown table.

`report.py FOLDER`: FOLDER holds one folder a job, each with junit.xml and coverage.xml. The
table goes to standard output; what deserves an annotation goes to standard error as a workflow
command, which GitHub reads there too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    tests: int
    failures: tuple[str, ...]
    seconds: float
    coverage: float  # percent of lines


def read(folder: Path) -> Result:
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]
    coverage = ElementTree.parse(folder / "coverage.xml").getroot()
    return Result(
        name=folder.name.removeprefix("results-"),
        tests=int(suite.attrib["tests"]),
        failures=tuple(_failures(suite)),
        seconds=float(suite.attrib["time"]),
        coverage=100 * float(coverage.attrib["line-rate"]),
    )


def _failures(suite: ElementTree.Element) -> Iterator[str]:
    for case in suite.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            yield f"{case.attrib['classname']}.{case.attrib['name']}"


def table(results: list[Result]) -> Iterator[str]:
    yield "| | tests | failed | seconds | coverage |"
    yield "|---|--:|--:|--:|--:|"
    for r in results:
        yield f"| {r.name} | {r.tests} | {len(r.failures)} | {r.seconds:.1f} | {r.coverage:.1f} % |"


def commands(results: list[Result], minimum: float) -> Iterator[str]:
    for result in results:
        for failure in result.failures:
            yield f"::error title=Failed with {result.name}::{failure}"
        if result.coverage < minimum:
            yield (
                f"::warning title=Coverage of {result.name}::"
                f"{result.coverage:.1f} % is below {minimum:g} %"
            )
    tests = sum(result.tests for result in results)
    yield f"::notice title=Tests::{tests} tests in {len(results)} jobs"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Joins test results into a Markdown table.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minimum", type=float, default=90, help="percent of lines")
    chosen = parser.parse_args(arguments)
    results = [read(file.parent) for file in sorted(chosen.folder.glob("*/junit.xml"))]
    print(*table(results), sep="\n")
    print(*commands(results, chosen.minimum), sep="\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
