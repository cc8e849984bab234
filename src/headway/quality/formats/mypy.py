"""mypy's text, with or without columns, ends and `--pretty`; `--output json` is `mypy-json`."""

from __future__ import annotations

import re

from msgspec.structs import replace

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines, path_of
from headway.quality.report import Finding
from headway.quality.secret import scrub
from headway.quality.severity import of_word

NAME = "mypy"
KIND: Kind = "findings"
SYNTAX = "text"

_LINE = re.compile(
    r"(?P<file>[^\s:](?:.(?!: error: |: note: ))*?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?"
    r"(?::(?P<end_line>\d+):\d+)?: (?P<word>error|note|warning): (?P<message>.*)$"
)
_CODE = re.compile(r"[a-z][a-z0-9-]*")
_FOUND = re.compile(r"Found (\d+) errors? in \d+ files?")
_CLEAN = re.compile(r"Success: no issues found in \d+ source files?")
_STOPPED = "errors prevented further checking"
_NO_CODE = "misc"


def detect(head: Head) -> bool:
    return any(
        _CLEAN.match(line)
        or (_FOUND.match(line) and ("(checked " in line or _STOPPED in line))
        or ((one := _LINE.match(line)) and (_coded(line)[1] or one["word"] == "note"))
        for line in head.lines
    )


def parse(source: Source) -> Report:
    """Notes belong to the error before them and aren't counted. Incomplete when an error (a
    syntax error, say) stopped mypy from checking the rest."""
    findings: list[Finding] = []
    measures: dict[str, float] = {}
    stopped = ""
    for _, line in lines(source):
        if one := _LINE.match(line):
            if one["word"] != "note":
                findings.append(_finding(one))
        elif found := _FOUND.match(line):
            measures["findings"] = int(found[1][:9])
            stopped = _STOPPED if _STOPPED in line else ""
        elif _CLEAN.match(line):
            measures["findings"] = 0
        elif findings and findings[-1].rule == _NO_CODE:
            findings[-1] = _continued(findings[-1], line)
    return Report(
        tool=NAME,
        kind=KIND,
        findings=tuple(findings),
        measures=measures,
        complete=not stopped,
        reason=stopped,
    )


def _coded(text: str) -> tuple[str, str]:
    """`message  [code]` → (message, code); the code is "" where there is none."""
    message, bracket, code = text.rstrip().removesuffix("]").rpartition("[")
    if bracket and text.rstrip().endswith("]") and _CODE.fullmatch(code):
        return message.rstrip(), code
    return text.rstrip(), ""


def _finding(one: re.Match[str]) -> Finding:
    message, code = _coded(one["message"])
    return Finding(
        rule=code or _NO_CODE,
        message=scrub(message),
        severity=of_word(one["word"]),
        word=one["word"],
        category="type",
        tool=NAME,
        file=path_of(one["file"]),
        line=int((one["line"] or "0")[:9]),
        column=int((one["column"] or "0")[:9]),
        end_line=int((one["end_line"] or "0")[:9]),
    )


def _continued(finding: Finding, line: str) -> Finding:
    """`--pretty` wraps long messages; the code is at the end, source lines are indented."""
    if not line or line[0] == " " or len(finding.message) > 2000:
        return finding
    message, code = _coded(line)
    joined = scrub(f"{finding.message} {message}".strip())
    return replace(finding, rule=code or finding.rule, message=joined)
