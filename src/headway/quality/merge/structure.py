"""Complexity, measures of files and copied passages of all tools, each function and file once."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

from headway.quality.paths import Paths
from headway.quality.report import Complexity, Duplication, FileMetrics, Report, Span


def complexity(reports: Iterable[Report], paths: Paths) -> tuple[Complexity, ...]:
    """Each function once, sorted by file and line, with what every tool measured of it."""
    by_file: dict[str, list[Complexity]] = {}
    for report in reports:
        for one in report.complexity:
            by_file.setdefault(paths.resolve(one.file), []).append(one)
    return tuple(
        function for path in sorted(by_file) for function in _functions(path, by_file[path])
    )


def _functions(path: str, measured: list[Complexity]) -> list[Complexity]:
    groups: dict[tuple[int, str], list[Complexity]] = {}
    placed: dict[str, set[tuple[int, str]]] = {}  # by the last part of the name
    # Those with a line first: a tool that says none is matched to them by name.
    for one in sorted(measured, key=lambda c: (not c.line, c.line, c.name)):
        last = one.name.rpartition(".")[2]
        key = (one.line, last if one.line else one.name)
        if one.line:
            placed.setdefault(last, set()).add(key)
        else:
            key = _match(one.name, placed.get(last, set()), groups) or key
        groups.setdefault(key, []).append(one)
    return [_together(path, group) for _, group in sorted(groups.items())]


def _match(
    name: str, keys: set[tuple[int, str]], groups: dict[tuple[int, str], list[Complexity]]
) -> tuple[int, str] | None:
    """The one function of this name, said in full or (`add` for `Cart.add`) in part."""
    exact = {key for key in keys if any(one.name == name for one in groups[key])}
    partial = {
        key for key in keys if "." not in name or all("." not in one.name for one in groups[key])
    }
    fitting = exact or partial
    return next(iter(fitting)) if len(fitting) == 1 else None


def _together(path: str, group: list[Complexity]) -> Complexity:
    return Complexity(
        file=path,
        # `Cart.add` says more than another tool's `add`.
        name=max((one.name for one in group), key=lambda name: (len(name), name)),
        line=max(one.line for one in group),
        end_line=max(one.end_line for one in group),
        cyclomatic=max((c.cyclomatic for c in group if c.cyclomatic is not None), default=None),
        cognitive=max((c.cognitive for c in group if c.cognitive is not None), default=None),
        length=max((c.length for c in group if c.length is not None), default=None),
    )


def files(reports: Iterable[Report], paths: Paths) -> tuple[FileMetrics, ...]:
    """Each file once; where tools differ the worse value: less maintainable, longer."""
    found: dict[str, dict[str, float]] = {}
    for report in reports:
        for file in report.files:
            own = found.setdefault(paths.resolve(file.path), {})
            for name, value in file.measures.items():
                worse = min if name == "maintainability" else max
                own[name] = worse(own.get(name, value), value)
    return tuple(
        FileMetrics(path=path, measures=dict(sorted(found[path].items()))) for path in sorted(found)
    )


def duplication(reports: Iterable[Report], paths: Paths) -> tuple[Duplication, ...]:
    """Each pair or group of places once."""
    found: dict[tuple[Span, ...], Duplication] = {}
    for report in reports:
        for one in report.duplication:
            places = tuple(
                sorted(Span(paths.resolve(s.file), s.line, s.end_line) for s in one.places)
            )
            known = found.get(places)
            lines = max(one.lines, known.lines if known else 0)
            tokens = max(one.tokens, known.tokens if known else 0)
            found[places] = Duplication(places=places, lines=lines, tokens=tokens)
    return tuple(found[places] for places in sorted(found))


def measures(reports: Iterable[Report], functions: Iterable[Complexity]) -> dict[str, float]:
    """The most complex function's, and the share of copied lines as the tools state it."""
    functions = list(functions)
    found = {}
    for name in ("cyclomatic", "cognitive"):
        values = [v for v in (getattr(one, name) for one in functions) if v is not None]
        if values:
            found[f"complexity.{name}"] = max(values)
    stated = [r.measures for r in reports if "duplication.lines" in r.measures]
    lines = fsum(one["duplication.lines"] for one in stated)
    if lines:
        copied = fsum(one.get("duplication.duplicated_lines", 0.0) for one in stated)
        found["duplication.lines"] = lines
        found["duplication.duplicated_lines"] = copied
        found["duplication.percent"] = 100.0 * copied / lines
    return found
