"""The register of report formats, and reading a report by what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from math import isfinite

from headway.quality.formats.base import Format, Head, Report, ReportError, Source
from headway.quality.reading.head import HEAD_SIZE
from headway.quality.reading.source import WHOLE

# Module → syntax, in the order they are asked; within a syntax no two know the same file.
FORMATS: dict[str, str] = {
    "junit": "xml",
    "cobertura": "xml",
    "jacoco": "xml",
    "lizard_xml": "xml",
    "cyclonedx_xml": "xml",
    "coverage_json": "json",
    "k6": "json",
    "locust_json": "json",
    "radon": "json",
    "complexipy": "json",
    "jest": "json",
    "jscpd": "json",
    "cyclonedx": "json",
    "spdx": "json",
    "sarif": "json",
    "bandit": "json",
    "checkov": "json",
    "dependency_check": "json",
    "detect_secrets": "json",
    "docker_bench": "json",
    "empty_list": "json",
    "eslint": "json",
    "gitleaks": "json",
    "grype": "json",
    "hadolint": "json",
    "mypy_json": "json",
    "npm_audit": "json",
    "pip_audit": "json",
    "pylint": "json",
    "pyright": "json",
    "ruff": "json",
    "safety": "json",
    "scan_note": "json",
    "semgrep": "json",
    "snyk": "json",
    "trivy": "json",
    "trufflehog": "json",
    "zap": "json",
    "black": "text",
    "flake8": "text",
    "isort": "text",
    "mypy": "text",
    "prettier": "text",
    "pylint_text": "text",
    "ruff_text": "text",
    "typescript": "text",
    "lcov": "text",
    "go_cover": "text",
    "locust_csv": "text",
    "hey": "text",
    "wrk": "text",
    "lizard_csv": "text",
    "spdx_tag": "text",
    "scan_failure": "text",
}

UNKNOWN = "not a report of a known format"


@cache
def load(name: str) -> Format:
    module: Format = import_module(f"headway.quality.formats.{name}")
    return module


def formats(syntax: str = "") -> Iterator[Format]:
    """The formats written in this syntax, or all."""
    return (load(name) for name, kind in FORMATS.items() if syntax in ("", kind))


def detect(source: Source) -> Format | None:
    """The format whose report this is, by content; None when no format knows it."""
    head = source.head
    known = _knows(head)
    if known is None and head.syntax == "json" and HEAD_SIZE < source.size <= WHOLE:
        # A tool may write what names its format at the end, after pages of results.
        known = _knows(head.with_top_level(source.read()))
    return known


def _knows(head: Head) -> Format | None:
    return next((form for form in formats(head.syntax) if form.detect(head)), None)


def read(source: Source, *, variant: str = "") -> Report:
    """The report in this source; `variant` names the matrix leg or run that made it.

    Raises ReportError: unreadable, empty, of no known format, or malformed.
    """
    import msgspec

    if source.head.syntax == "empty":
        raise source.error(
            "the report is empty", hint="the tool wrote nothing: look at its output in the log"
        )
    form = detect(source)
    if form is None:
        raise _unknown(source)
    report = form.parse(source)
    for name, value in report.measures.items():
        if not isfinite(value):
            raise source.error(f"{name} is {value}, which is no measure")
    return msgspec.structs.replace(
        report, format=form.NAME, source=source.path, digest=source.digest, variant=variant
    )


def read_report(path: str, *, variant: str = "") -> Report:
    """The report in this file. Raises ReportError."""
    return read(Source(path), variant=variant)


def read_reports(
    patterns: Iterable[str], *, variant: str = ""
) -> tuple[list[Report], list[ReportError]]:
    """Every report that these paths and globs (`reports/**/*.xml`) name, and all that failed.

    Each file is read once, however many patterns name it. A pattern that names nothing is an
    error: a missing report is no evidence.
    """
    reports: list[Report] = []
    errors: list[ReportError] = []
    for path in _files(patterns, errors):
        try:
            reports.append(read_report(path, variant=variant))
        except ReportError as error:
            errors.append(error)
    return reports, errors


def _files(patterns: Iterable[str], errors: list[ReportError]) -> list[str]:
    from glob import glob, has_magic
    from os.path import isdir

    found: dict[str, None] = {}
    for pattern in patterns:
        if not has_magic(pattern):
            found[pattern] = None
            continue
        matches = sorted(path for path in glob(pattern, recursive=True) if not isdir(path))
        if not matches:
            hint = "did the step that writes the reports run?"
            errors.append(ReportError(pattern, "no report matches this pattern", hint=hint))
        found.update(dict.fromkeys(matches))
    return list(found)


def _unknown(source: Source) -> ReportError:
    """What to say of a file that no format knows; that it is cut off, say, if that is so."""
    try:
        _check_syntax(source)
    except ReportError as error:
        return error
    known = ", ".join(sorted(form.NAME for form in formats()))
    return source.error(
        f"{UNKNOWN}: this is {source.head.describe()}",
        hint=f"known formats: {known}",
    )


def _check_syntax(source: Source) -> None:
    import msgspec

    from headway.quality.reading import json, xml

    if source.head.syntax == "xml" and not source.head.root:
        xml.walk(source)
    elif source.head.syntax == "json" and source.size <= WHOLE:
        json.decode_any(source, msgspec.Raw)
