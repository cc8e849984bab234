"""The page's sections: each turns one part of the evidence into tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from headway.quality import branches
from headway.quality.evidence import Evidence
from headway.quality.render import words
from headway.quality.render.page import plot
from headway.quality.render.page.table import Column, Table
from headway.quality.report import FileCoverage, Finding, LoadResult, TestCase
from headway.quality.severity import SCALE
from headway.units import elapsed
from headway.verdict import Result, Verdict

MESSAGE = 4000  # characters of a message; what is longer is for the log
_OUTCOMES = ("failed", "error", "flaky", "skipped", "passed")
_PERCENTILES = ("50", "90", "95", "99", "99.9")


class Section(Struct, frozen=True, kw_only=True):
    """What there is to say about one part of the evidence."""

    id: str
    title: str
    summary: str
    tables: tuple[Table, ...]


def gates(verdict: Verdict) -> Section:
    columns = (
        Column("Verdict", "badge", choose=True),
        Column("Gate", "code"),
        Column("Measured", "number"),
        Column("Limit", "number"),
        Column("Margin", "number"),
        Column("Why", "more"),
    )
    rows = [_gate(result) for result in words.ordered(verdict.results)]
    tables = [
        Table(id="t-gates", caption="Gates, those that failed first", columns=columns, rows=rows)
    ]
    if verdict.waived:
        tables.append(_waivers(verdict))
    return Section(
        id="gates", title="Gates", summary=words.conclusion(verdict), tables=tuple(tables)
    )


def _gate(result: Result) -> tuple[Any, ...]:
    detail = "\n".join([result.hint] * bool(result.hint) + list(result.details))
    return (
        result.outcome if result.blocking or result.outcome == "passed" else "reported",
        result.gate,
        [result.value, words.measured(result)],
        [result.limit, words.demanded(result)],
        [result.margin, words.margin(result)],
        [result.message, detail],
    )


def _waivers(verdict: Verdict) -> Table:
    names = ("Waiver", "Gate", "Covered", "Reason", "Owner", "Until")
    rows = [
        (use.waiver, use.gate, str(use.count), use.reason, use.owner, use.until)
        for use in verdict.waived
    ]
    columns = tuple(Column(name) for name in names)
    return Table(id="t-waivers", caption="Waivers that were used", columns=columns, rows=rows)


def tests(evidence: Evidence) -> Section:
    failed = [case for case in evidence.tests if case.outcome in ("failed", "error", "flaky")]
    failed.sort(key=lambda case: _OUTCOMES.index(case.outcome))
    tables = []
    if failed:
        columns = (
            Column("Outcome", "badge", choose=True),
            Column("Test", "code"),
            Column("Message", "more"),
            Column("Place", "code"),
        )
        rows = [(c.outcome, c.id, _message(c.message), _test_place(c)) for c in failed]
        caption = "Failed and flaky tests"
        tables.append(
            Table(id="t-failures", caption=caption, columns=columns, rows=rows, order=_OUTCOMES)
        )
    tables.append(_all_tests(evidence))
    summary = dict(words.headline(evidence))["tests"]
    return Section(id="tests", title="Tests", summary=summary, tables=tuple(tables))


def _all_tests(evidence: Evidence) -> Table:
    columns = (
        Column("Outcome", "badge", choose=True),
        Column("Test", "code"),
        Column("Time", "number"),
        Column("Of all", "share"),
    )
    total = evidence.measures.get("tests.seconds", 0.0) or 1.0
    rows = [
        (c.outcome, c.id, [c.seconds, elapsed(c.seconds)], 100 * c.seconds / total)
        for c in sorted(evidence.tests, key=lambda case: (-case.seconds, case.id))
    ]
    caption = "All tests, the slowest first"
    return Table(id="t-tests", caption=caption, columns=columns, rows=rows, order=_OUTCOMES)


def _test_place(case: TestCase) -> str:
    return f"{case.file}:{case.line}" if case.file and case.line else case.file


def _message(text: str) -> list[str]:
    """The line that says most, and all of it for a click."""
    text = text.strip("\n")[:MESSAGE]
    lines = [line for line in text.splitlines() if line.strip()]
    first = words.cause(text)[:200]
    return [first, text if len(lines) > 1 or len(text) > 200 else ""]


def coverage(evidence: Evidence, numbers: Mapping[str, int]) -> Section:
    """`numbers` says which files' source the page has, and under which number."""
    columns = (
        Column("File", "source"),
        Column("Covered", "share"),
        Column("Lines", "number"),
        Column("Missed", "number"),
        Column("Branches", "share"),
        Column("Missed lines", "code"),
    )
    rows = [_file(file, numbers.get(file.path, -1)) for file in evidence.coverage]
    rows.sort(key=lambda row: (-row[3][0], row[0][0]))
    caption = "Files, those with most missed lines first"
    table = Table(id="t-coverage", caption=caption, columns=columns, rows=rows)
    summary = dict(words.headline(evidence)).get("coverage", "no coverable lines")
    return Section(id="coverage", title="Coverage", summary=summary, tables=(table,))


def _file(file: FileCoverage, source: int) -> tuple[Any, ...]:
    total, hit = file.total, file.hit
    taken, ways = branches.count(file.branch_data)
    return (
        [file.path, source],
        100 * hit / total if total else None,
        [total, f"{total:,}"],
        [total - hit, f"{total - hit:,}"],
        100 * taken / ways if ways else None,
        words.ranges(file.missing, 30) if hit < total else "",
    )


def findings(evidence: Evidence) -> Section:
    columns = (
        Column("Severity", "badge", choose=True),
        Column("Rule", "link"),
        Column("Problem", "more"),
        Column("Place", "code"),
        Column("Kind", "text", choose=True),
        Column("Tool", "text", choose=True),
    )
    rows = [_finding(finding) for finding in evidence.findings]
    caption = "Findings, the worst first"
    table = Table(id="t-findings", caption=caption, columns=columns, rows=rows, order=SCALE)
    summary = dict(words.headline(evidence))["findings"]
    return Section(id="findings", title="Findings", summary=summary, tables=(table,))


def _finding(finding: Finding) -> tuple[Any, ...]:
    facts = {
        "also known as": ", ".join(finding.aliases),
        "CVSS": "" if finding.cvss is None else f"{finding.cvss:g}",
        "the tool's word": finding.word,
        "fixed in": finding.fixed_version,
        "file": finding.file if finding.package else "",
        "fingerprint": finding.fingerprint,
    }
    about = "\n".join(f"{name}: {text}" for name, text in facts.items() if text)
    first = words.told(finding)
    whole = f"{finding.message[:MESSAGE]}\n\n{about}" if len(first) > 200 else about
    return (
        finding.severity,
        [finding.rule, finding.url],
        [first[:200], whole],
        words.place(finding),
        finding.category,
        words.tools(finding),
    )


def complexity(evidence: Evidence) -> Section:
    columns = (
        Column("Function", "code"),
        Column("Place", "code"),
        Column("Cyclomatic", "number"),
        Column("Cognitive", "number"),
        Column("Lines", "number"),
    )
    worst = sorted(
        evidence.complexity,
        key=lambda c: (-max(c.cyclomatic or 0, c.cognitive or 0), c.file, c.line),
    )
    rows = [
        (
            c.name,
            f"{c.file}:{c.line}",
            _number(c.cyclomatic),
            _number(c.cognitive),
            _number(c.length),
        )
        for c in worst
    ]
    table = Table(
        id="t-complexity", caption="Functions, the most complex first", columns=columns, rows=rows
    )
    summary = dict(words.headline(evidence))["complexity"]
    return Section(id="complexity", title="Complexity", summary=summary, tables=(table,))


def _number(value: float | None) -> list[Any]:
    return [value, "–" if value is None else words.number(value)]


def duplication(evidence: Evidence) -> Section:
    columns = (Column("Lines", "number"), Column("Tokens", "number"), Column("Places", "code"))
    rows = [
        (
            _number(one.lines),
            _number(one.tokens or None),
            "  =  ".join(f"{p.file}:{p.line}-{p.end_line}" for p in one.places),
        )
        for one in sorted(evidence.duplication, key=lambda d: (-d.lines, d.places))
    ]
    table = Table(
        id="t-duplication", caption="Copied passages, the longest first", columns=columns, rows=rows
    )
    summary = dict(words.headline(evidence)).get("duplication", "")
    passages = words.count(len(rows), "passage")
    return Section(
        id="duplication",
        title="Duplication",
        summary=f"{summary}, {passages}" if summary else passages,
        tables=(table,),
    )


def load(evidence: Evidence) -> Section:
    columns = (
        Column("Request", "code"),
        Column("Requests", "number"),
        Column("Rate", "number"),
        Column("Errors", "share"),
        Column("Mean", "number"),
        *(Column(f"p{name}", "number") for name in _PERCENTILES),
        Column("Max", "number"),
        Column("Conditions", "text"),
    )
    tables = []
    for n, run in enumerate(evidence.load):
        rows = [_load_row(result) for result in run.results]
        caption = f"{run.tool}: {run.source}"
        above = plot.percentiles(run.results)
        table = Table(id=f"t-load-{n}", caption=caption, columns=columns, rows=rows, above=above)
        tables.append(table)
    summary = dict(words.headline(evidence)).get("load", "")
    return Section(id="load", title="Load tests", summary=summary, tables=tuple(tables))


def _load_row(result: LoadResult) -> tuple[Any, ...]:
    held = [f"{'held' if ok else 'BROKEN'}: {name}" for name, ok in result.thresholds.items()]
    return (
        result.name or "all requests",
        _number(result.requests),
        [result.throughput, words.number(result.throughput, "/s")],
        100 * result.error_rate,
        _milliseconds(result.mean),
        *(_milliseconds(result.percentiles.get(name)) for name in _PERCENTILES),
        _milliseconds(result.maximum),
        "; ".join(held),
    )


def _milliseconds(value: float | None) -> list[Any]:
    return [value, "–" if value is None else words.number(value, "ms")]


def components(evidence: Evidence) -> Section:
    columns = (Column("Component", "code"), Column("Version", "code"), Column("Licences", "text"))
    rows = [(c.name, c.version, ", ".join(c.licenses) or "unknown") for c in evidence.components]
    table = Table(id="t-components", caption="Components", columns=columns, rows=rows)
    summary = words.count(len(rows), "component")
    return Section(id="components", title="Components", summary=summary, tables=(table,))


def reports(evidence: Evidence) -> Section:
    columns = (
        Column("Report", "code"),
        Column("Tool", "text"),
        Column("Format", "text"),
        Column("About", "text"),
        Column("State", "more"),
    )
    rows: list[tuple[Any, ...]] = [
        (one.source, one.message, "", "", ["unreadable", one.hint]) for one in evidence.unreadable
    ]
    for one in evidence.reports:
        state = "complete" if one.complete else f"incomplete: {one.reason}"
        tool = f"{one.tool} {one.tool_version}".strip()
        rows.append((one.source, tool, one.format, one.kind, [state, ""]))
    table = Table(id="t-reports", caption="Where all this comes from", columns=columns, rows=rows)
    parts = [words.count(len(evidence.reports), "report")]
    if evidence.unreadable:
        parts.append(f"{len(evidence.unreadable)} unreadable")
    return Section(id="reports", title="Reports", summary=", ".join(parts), tables=(table,))


_PARTS: tuple[tuple[str, Callable[[Evidence], Section]], ...] = (
    ("tests", tests),
    ("findings", findings),
    ("load", load),
    ("complexity", complexity),
    ("duplication", duplication),
    ("components", components),
    ("reports", reports),
)


def all_of(
    evidence: Evidence, numbers: Mapping[str, int], verdict: Verdict | None = None
) -> list[Section]:
    """Those that there is something in, in the order of the page."""
    made = [make(evidence) for name, make in _PARTS if getattr(evidence, name)]
    if evidence.coverage:
        made.insert(1 if evidence.tests else 0, coverage(evidence, numbers))
    if verdict is not None:
        made.insert(0, gates(verdict))
    return made
