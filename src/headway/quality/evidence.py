"""The one record of what all tools found about a commit.

`build` is pure and the order of reports never changes what it makes. `encode` gives canonical
JSON: equal evidence, equal bytes, equal `digest`; `decode` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from headway.errors import HeadwayError
from headway.quality.fingerprint import LineOf
from headway.quality.merge import components, coverage, findings, structure, tests
from headway.quality.paths import Paths
from headway.quality.reading.source import ReportError
from headway.quality.report import (
    Complexity,
    Component,
    Duplication,
    FileCoverage,
    FileMetrics,
    Finding,
    Kind,
    LoadResult,
    Report,
    TestCase,
)

SCHEMA = 1


class Commit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was looked at: the commit, and whether the working tree differed from it."""

    sha: str
    dirty: bool = False
    branch: str = ""


class Source(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where evidence came from: one report, without its contents."""

    source: str
    digest: str
    format: str
    tool: str
    kind: Kind
    tool_version: str = ""
    variant: str = ""
    complete: bool = True
    reason: str = ""
    measures: dict[str, float] = {}


class Unreadable(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report that was to be there and could not be read: no evidence, never a pass."""

    source: str
    message: str
    hint: str = ""


class LoadRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One load test's results; runs are not added up."""

    tool: str
    source: str
    results: tuple[LoadResult, ...]


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything known about a commit. `when` is UTC, `2026-01-31T12:00:00Z`.

    `measures` are sums over all reports, counted by us; `headway.quality.merge` says how.
    """

    commit: Commit
    when: str
    schema: int = SCHEMA
    reports: tuple[Source, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    measures: dict[str, float] = {}
    tests: tuple[TestCase, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    findings: tuple[Finding, ...] = ()
    complexity: tuple[Complexity, ...] = ()
    files: tuple[FileMetrics, ...] = ()
    duplication: tuple[Duplication, ...] = ()
    load: tuple[LoadRun, ...] = ()
    components: tuple[Component, ...] = ()


def build(
    reports: Iterable[Report],
    *,
    commit: Commit,
    when: str,
    errors: Iterable[ReportError] = (),
    paths: Paths | None = None,
    line_of: LineOf | None = None,
) -> Evidence:
    """The reports as one; the same report given twice counts once.

    `paths` names files as the repository does, `line_of` gives source lines for fingerprints.
    """
    paths = paths or Paths()
    once = _once(reports)
    merged_tests = tests.merged(once)
    merged_coverage = coverage.merged(once, paths)
    merged_findings = findings.merged(once, paths, line_of)
    functions = structure.complexity(once, paths)
    return Evidence(
        commit=commit,
        when=when,
        reports=tuple(_source(report) for report in once),
        unreadable=_unreadable(errors),
        measures={
            **tests.measures(merged_tests),
            **coverage.measures(merged_coverage),
            **findings.measures(merged_findings),
            **structure.measures(once, functions),
        },
        tests=merged_tests,
        coverage=merged_coverage,
        findings=merged_findings,
        complexity=functions,
        files=structure.files(once, paths),
        duplication=structure.duplication(once, paths),
        load=tuple(
            LoadRun(tool=r.tool, source=r.source, results=tuple(sorted(r.load, key=_by_name)))
            for r in once
            if r.load
        ),
        components=components.merged(once),
    )


def encode(evidence: Evidence) -> bytes:
    """Canonical JSON: fields in the order of their declaration, other keys sorted."""
    return msgspec.json.encode(evidence, order="deterministic")


def decode(data: bytes) -> Evidence:
    """Evidence that `encode` wrote. Raises HeadwayError for anything else."""
    try:
        found = msgspec.json.decode(data, type=Evidence)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise HeadwayError(f"not a record of evidence: {error}") from None
    if found.schema != SCHEMA:
        raise HeadwayError(
            f"evidence of schema {found.schema}; this version reads schema {SCHEMA}",
            hint="use the version of Headway that wrote it, or a newer one",
        )
    return found


def digest(evidence: Evidence) -> str:
    """sha256 of the canonical JSON, in hexadecimal."""
    import hashlib

    return hashlib.sha256(encode(evidence)).hexdigest()


def _once(reports: Iterable[Report]) -> list[Report]:
    """Sorted; a file that came under two names or patterns counts once."""
    by_content: dict[tuple[str, str, str], Report] = {}
    for report in sorted(reports, key=lambda r: (r.source, r.digest, r.variant, r.format)):
        alone = "" if report.digest else msgspec.json.encode(report).decode()
        by_content.setdefault((report.digest, report.variant, alone), report)
    return list(by_content.values())


def _source(report: Report) -> Source:
    return Source(
        source=report.source,
        digest=report.digest,
        format=report.format,
        tool=report.tool,
        tool_version=report.tool_version,
        kind=report.kind,
        variant=report.variant,
        complete=report.complete,
        reason=report.reason,
        measures={name: float(value) for name, value in report.measures.items()},
    )


def _unreadable(errors: Iterable[ReportError]) -> tuple[Unreadable, ...]:
    found = {(error.file, error.message, error.hint) for error in errors}
    return tuple(
        Unreadable(source=file, message=message, hint=hint) for file, message, hint in sorted(found)
    )


def _by_name(result: LoadResult) -> str:
    return result.name
