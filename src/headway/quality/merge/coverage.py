"""Coverage of all shards and tools: by file, the union of lines that ran."""

from __future__ import annotations

from collections.abc import Iterable

from headway.quality import branches, lines
from headway.quality.paths import Paths
from headway.quality.report import FileCoverage, Report


def merged(reports: Iterable[Report], paths: Paths) -> tuple[FileCoverage, ...]:
    """Each file of the repository once, sorted; a line ran if any report saw it run."""
    by_path: dict[str, list[FileCoverage]] = {}
    for report in reports:
        for file in report.coverage:
            by_path.setdefault(paths.resolve(file.path, report.source_roots), []).append(file)
    return tuple(_union(path, by_path[path]) for path in sorted(by_path))


def _union(path: str, files: list[FileCoverage]) -> FileCoverage:
    first = files[0]
    if len(files) == 1:
        if first.path == path:
            return first
        coverable, covered, data = first.coverable, first.covered, first.branch_data
    else:
        coverable = lines.union_all(file.coverable for file in files)
        covered = lines.union_all(file.covered for file in files)
        data = branches.merge(file.branch_data for file in files)
    return FileCoverage(path=path, coverable=coverable, covered=covered, branch_data=data)


def measures(files: Iterable[FileCoverage]) -> dict[str, float]:
    """`coverage.percent` is of lines; with branches there is also coverage.py's measure of
    both, `coverage.combined_percent`."""
    total = hit = ways = taken = 0
    for file in files:
        total += file.total
        hit += file.hit
        file_taken, file_ways = branches.count(file.branch_data)
        taken += file_taken
        ways += file_ways
    if not total:
        return {}
    found = {
        "coverage.lines": float(total),
        "coverage.covered_lines": float(hit),
        "coverage.percent": 100.0 * hit / total,
    }
    if ways:
        found["coverage.branches"] = float(ways)
        found["coverage.covered_branches"] = float(taken)
        found["coverage.branch_percent"] = 100.0 * taken / ways
        found["coverage.combined_percent"] = 100.0 * (hit + taken) / (total + ways)
    return found
