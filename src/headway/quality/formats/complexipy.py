"""complexipy's JSON: cognitive complexity of Python functions."""

from __future__ import annotations

from msgspec import Struct

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.json import decode
from headway.quality.report import Complexity

NAME = "complexipy"
KIND: Kind = "complexity"
SYNTAX = "json"


class _Function(Struct):
    path: str
    function_name: str
    complexity: float


def detect(head: Head) -> bool:
    return head.has("[].complexity", "[].function_name", "[].path")


def parse(source: Source) -> Report:
    """It says no lines; `evidence` puts these beside other tools' by name."""
    functions = decode(source, list[_Function])
    return Report(
        tool="complexipy",
        kind=KIND,
        complexity=tuple(
            Complexity(
                file=one.path.replace("\\", "/").removeprefix("./"),
                name=one.function_name.replace("::", "."),
                cognitive=one.complexity,
            )
            for one in functions
        ),
    )
