"""lizard's CSV (`--csv`): a line for each function; `--verbose` puts names of columns first.

Columns: NLOC, CCN, tokens, parameters, length, location, file, function, long name, start, end.
"""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines
from headway.quality.report import Complexity

NAME = "lizard-csv"
KIND: Kind = "complexity"
SYNTAX = "text"

_HEADER = "NLOC,CCN,token,PARAM,length,location,"
_ROW = re.compile(r'\d+,\d+,\d+,\d+,\d+,"[^"]*@\d+-\d+@')
_COLUMNS = 11


def detect(head: Head) -> bool:
    first = next((line for line in head.lines if line.strip()), "")
    return first.startswith(_HEADER) or _ROW.match(first) is not None


def parse(source: Source) -> Report:
    import csv

    found = []
    reader = csv.reader((line for _, line in lines(source)), strict=True)
    try:
        for row in reader:
            if row and not ",".join(row).startswith(_HEADER):
                found.append(_function(source, reader.line_num, row))
    except csv.Error as error:
        raise source.error(f"malformed CSV: {error}", line=reader.line_num) from None
    return Report(tool="lizard", kind=KIND, complexity=tuple(found))


def _function(source: Source, line: int, row: list[str]) -> Complexity:
    if len(row) < _COLUMNS:
        raise source.error(f"{len(row)} columns, expected {_COLUMNS}", line=line)
    counts = (row[0], row[1], row[9], row[10])
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in counts):
        raise source.error("NLOC, CCN, start or end is not a count", line=line)
    length, complexity, start, end = (int(text) for text in counts)
    return Complexity(
        file=row[6].replace("\\", "/"),
        name=row[7].replace("::", "."),
        line=start,
        end_line=end,
        cyclomatic=float(complexity),
        length=length,
    )
