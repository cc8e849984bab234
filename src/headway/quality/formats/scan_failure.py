"""What scanners write instead of a report when they can't work: no network, no vulnerability
data, no account. Such a file is evidence that nothing was looked at, hence inconclusive."""

from __future__ import annotations

import re

from headway.quality.formats.base import Head, Kind, Report, Source
from headway.quality.reading.text import lines
from headway.quality.secret import scrub

NAME = "scan-failure"
KIND: Kind = "dependencies"
SYNTAX = "text"

# Tool → a line that only its failing runs write; the last such line is the reason.
_FAILURES: dict[str, re.Pattern[str]] = {
    "trivy": re.compile(r"\S+Z?\s+FATAL\s+(?P<reason>.*)$"),
    "safety": re.compile(
        r"(?P<reason>Check your network connection, unable to reach the server\.)$"
        r"|Unhandled exception happened: (?P<unhandled>.*)$"
    ),
    "snyk": re.compile(r"(?P<reason>(?:MissingApiTokenError|AuthFailedError|InternalError): .*)$"),
    "grype": re.compile(r"(?:\[\d+\] ERROR )?(?P<reason>failed to load vulnerability db: .*)$"),
}
# A traceback belongs to the tool whose files it passes through.
_TRACEBACK = "Traceback (most recent call last):"
_INSIDE = re.compile(r'\s+File ".*?[\\/](?P<package>pip_audit|safety|bandit|semgrep|checkov)[\\/]')
_EXCEPTION = re.compile(r"(?P<reason>[A-Za-z_][\w.]*(?:Error|Exception|Exit)\b.*)$")


def detect(head: Head) -> bool:
    if _tool_of(head.lines):
        return True
    inside = any(_INSIDE.match(line) for line in head.lines)
    return inside and any(_TRACEBACK in line for line in head.lines)


def _tool_of(found: list[str]) -> str:
    for line in found:
        for tool, pattern in _FAILURES.items():
            if pattern.match(line):
                return tool
    return ""


def parse(source: Source) -> Report:
    """A report without findings that is incomplete, with the tool's own words as the reason."""
    found = [line for _, line in lines(source)]
    tool = _tool_of(found)
    if tool:
        matches = [one for one in map(_FAILURES[tool].match, found) if one]
        reason = next((group for group in matches[-1].groups() if group), "failed")
    else:
        packages = [one["package"] for one in map(_INSIDE.match, found) if one]
        if not packages:
            raise source.error("the traceback names no tool that is known")
        tool = packages[-1].replace("_", "-")
        thrown = [one["reason"] for one in map(_EXCEPTION.match, found) if one]
        reason = thrown[-1] if thrown else "failed with a traceback"
    return Report(
        tool=tool,
        kind="findings" if tool in ("bandit", "semgrep", "checkov") else KIND,
        complete=False,
        reason=scrub(" ".join(reason.split()))[:500],
    )
