"""Which reports there are: those that are named, those in the usual places, those of a run."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from headway import home
from headway.clients import git
from headway.journal import Journal
from headway.journal.runs import Run
from headway.quality import formats
from headway.quality.reading.source import ReportError, Source
from headway.quality.report import Report

OWN = ".headway/reports"  # where Headway's own scans and tests write
# Never reports of this project, however they are called, and often large.
PASSED_OVER = frozenset(
    (
        *("node_modules", ".git", ".venv", "venv", ".tox", ".nox", "site-packages", ".cache"),
        *("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "vendor"),
        *("bower_components", ".terraform", ".gradle", ".next", ".eggs", ".direnv", ".pixi"),
    )
)
# Folders that are for reports, whatever the files in them are called.
_FOLDERS = frozenset(
    (
        *("reports", "test-results", "test-reports", "surefire-reports", "failsafe-reports"),
        *("coverage-reports", "scan-results", "security-reports", "load-results"),
    )
)
# A `reports` folder of sources (`src/shop/reports/`) is no folder of reports: only what tools
# write is looked at there.
_WRITTEN = (".xml", ".json", ".sarif", ".info", ".lcov", ".csv", ".txt", ".out", ".jsonl", ".spdx")
_NAMES = re.compile(
    r"coverage\.(?:xml|json)|cobertura(?:-coverage)?\.xml|jacoco\w*\.xml"
    r"|lcov\.info|coverage\.(?:lcov|out)|(?:junit|xunit)[\w.-]*\.xml|TEST-[\w.$-]+\.xml"
    r"|(?:test-results?|test-report|testresults?|nosetests|pytest)[\w.-]*\.xml|.+\.sarif(?:\.json)?"
    r"|(?:bandit|safety|pip-audit|npm-audit|trivy|grype|snyk|semgrep|gitleaks|trufflehog|checkov"
    r"|hadolint|zap|dependency-check-report|docker-bench|detect-secrets)[\w.-]*\.json"
    r"|(?:ruff|pylint|eslint|mypy|pyright|radon|complexipy|jscpd)(?:-report|[._-]results?)?\.json"
    r"|k6[\w.-]*\.json|locust[\w.-]*(?:stats|\.json)[\w.-]*|bom\.(?:json|xml)|.+\.(?:cdx|spdx)\.json"
)
_MOST = 5000  # files in the usual places; more are no reports


class Found(Struct, frozen=True, kw_only=True):
    """What was read, what could not be, and what turned out to be no report at all."""

    reports: tuple[Report, ...] = ()
    errors: tuple[ReportError, ...] = ()
    ignored: tuple[str, ...] = ()  # files in folders of reports that are of no known format


def usual(root: str, in_git: bool = False) -> list[str]:
    """Paths, below `root`, of the files that by name or place may be reports, sorted.

    With `in_git` files that are under version control are left out: a report is made, not kept.
    """
    found: list[str] = []
    for folder, names, files in os.walk(root):
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        names[:] = sorted(n for n in names if n not in PASSED_OVER and _enters(inside, n))
        paths = (name if inside == "." else f"{inside}/{name}" for name in files)
        found += [path for path in paths if is_usual(path)]
    if found and in_git:
        kept = git.tracked(root)
        found = [path for path in found if path not in kept]
    return sorted(found)[:_MOST]


def is_usual(path: str) -> bool:
    """Whether a file of the tree is one of those that `usual` finds, by name or place."""
    folder, _, name = path.rpartition("/")
    own = f"{folder}/".startswith(f"{OWN}/")
    for_reports = own or not _FOLDERS.isdisjoint(folder.split("/"))
    return (for_reports and _written(name)) or _NAMES.fullmatch(name) is not None


def _enters(inside: str, name: str) -> bool:
    """Hidden folders are for tools, but for our own."""
    if inside == ".headway":
        return name == "reports"
    return not name.startswith(".") or (inside == "." and name == ".headway")


def _written(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(_WRITTEN)


def read_usual(root: str, paths: Iterable[str]) -> Found:
    """Reads what `usual` found; what is no report by its content is passed over."""
    return _read((os.path.join(root, path) for path in paths), shown=root)


def read_named(patterns: Iterable[str]) -> Found:
    """Reads files, folders and globs as somebody named them; a named file must be a report."""
    files: list[str] = []
    folders: list[str] = []
    for pattern in patterns:
        (folders if os.path.isdir(pattern) else files).append(pattern)
    reports, errors = formats.read_reports(files)
    inner = _read((path for folder in folders for path in _below(folder)), shown="")
    empty = [f for f in folders if not any(_within(e, f) for e in _sources(inner))]
    errors += [_no_reports(folder) for folder in empty]
    known = {os.path.realpath(report.source) for report in reports}
    more = [r for r in inner.reports if os.path.realpath(r.source) not in known]
    return Found(reports=(*reports, *more), errors=(*errors, *inner.errors), ignored=inner.ignored)


def _sources(found: Found) -> Iterator[str]:
    yield from (report.source for report in found.reports)
    yield from (error.file for error in found.errors)


def _within(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _no_reports(folder: str) -> ReportError:
    return ReportError(
        folder, "there is no report in this folder", hint="did the step that writes them run?"
    )


def _below(folder: str) -> Iterator[str]:
    for inside, names, files in os.walk(folder):
        names[:] = sorted(n for n in names if n not in PASSED_OVER)
        yield from (os.path.join(inside, name) for name in sorted(files) if _written(name))


def _read(paths: Iterable[str], *, shown: str, variant: str = "") -> Found:
    """Reads these files; those of another kind than reports are passed over."""
    reports: list[Report] = []
    errors: list[ReportError] = []
    ignored: list[str] = []
    for path in paths:
        name = os.path.relpath(path, shown) if shown else path
        try:
            source = Source(path, name=name)
        except ReportError as error:
            errors.append(error)
            continue
        try:
            reports.append(formats.read(source, variant=variant))
        except ReportError as error:
            cut_off = _broken(source) if error.problem.startswith(formats.UNKNOWN) else error
            if cut_off is None:
                ignored.append(source.path)
            else:
                errors.append(cut_off)
    return Found(reports=tuple(reports), errors=tuple(errors), ignored=tuple(ignored))


def _broken(source: Source) -> ReportError | None:
    """What is wrong with the syntax of a file that no format knows: it may be a report's
    beginning, and a report that is cut off must not be passed over."""
    from headway.quality.reading import json, xml

    try:
        if source.head.syntax == "xml":
            xml.walk(source)
        elif source.head.syntax == "json":
            json.decode_any(source, msgspec.Raw)
    except ReportError as error:
        return error
    return None


# --- reports of a run --------------------------------------------------------------------


def of_run(journal: Journal, run: Run) -> Found:
    """Reports in the run's artifacts; the job that stored one names the leg of the matrix."""
    from headway.events import ArtifactStored

    found = Found()
    stored = [r.event for r in journal.read(run.id) if isinstance(r.event, ArtifactStored)]
    for artifact in stored:
        folder = os.path.join(home.run(run.id), artifact.path)
        read = _read(_below(folder), shown=os.path.dirname(folder), variant=artifact.job)
        found = together(found, read)
    return found


def older(root: str, paths: Iterable[str], moment: float) -> list[str]:
    """Those of the files that were last written before a moment (seconds since 1970)."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            if os.stat(os.path.join(root, path)).st_mtime < moment:
                found.append(path)
    return found


def together(first: Found, second: Found) -> Found:
    """Both; a report of the second that the first has too counts once."""
    there = {report.digest for report in first.reports}
    return Found(
        reports=(*first.reports, *(r for r in second.reports if r.digest not in there)),
        errors=(*first.errors, *second.errors),
        ignored=(*first.ignored, *second.ignored),
    )
