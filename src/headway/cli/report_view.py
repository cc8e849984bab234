"""Evidence on a terminal: the figures in a line each, then what is worst."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headway.console import clean
from headway.quality.evidence import Evidence
from headway.quality.render import words
from headway.quality.report import Finding, TestCase
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.console.style import Line, Style

FEW, SOME = 5, 10
LOOKS = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "blue",
    "info": "dim",
    "failed": "red",
    "error": "red",
    "flaky": "yellow",
}
COMPLEX = 10.0  # from here on a function is worth a line
_NAME = 12  # columns


def lines(evidence: Evidence, style: Style, width: int) -> Iterator[str]:
    """All there is to say, in lines of at most `width` columns."""
    for line in _all(evidence, style):
        yield style.render(style.fit(line, width) if width else line).rstrip()


def _all(evidence: Evidence, style: Style) -> Iterator[Line]:
    dot = style.mark("dot")
    about = words.about(evidence)
    many = words.count(len(evidence.reports), "report")
    yield [("bold", about), ("dim", f" {dot} {many}" if about else many)]
    for name, text in words.headline(evidence):
        yield [("dim", f"  {name:<{_NAME}}"), ("", text)]
    yield from _part("failed and flaky tests", _tests(evidence), SOME)
    yield from _part("slowest tests", _slowest(evidence), FEW)
    yield from _part("findings, the worst first", map(finding, evidence.findings), SOME)
    yield from _part("files with most missed lines", _missed(evidence), FEW)
    yield from _part("most complex functions", _complex(evidence), FEW)
    yield from _part("longest copies", _copies(evidence), FEW)
    yield from _part("load tests", _load(evidence), SOME)
    yield from _part("reports that say nothing", _silent(evidence), SOME)


def _part(title: str, found: Iterable[Line], most: int) -> Iterator[Line]:
    rows = list(found)
    if not rows:
        return
    yield []
    yield [("bold", title)]
    yield from ([("", "  "), *row] for row in rows[:most])
    if len(rows) > most:
        yield [("dim", f"  and {len(rows) - most:,} more")]


def finding(found: Finding) -> Line:
    """`high  file:line  RULE message  tool`."""
    return [
        (LOOKS[found.severity], f"{found.severity:<8}"),
        ("cyan", f" {clean.one_line(words.place(found))}" if words.place(found) else ""),
        ("bold", f" {clean.one_line(found.rule)}"),
        ("", f" {clean.one_line(words.told(found))}"),
        ("dim", f"  {clean.one_line(words.tools(found))}"),
    ]


def test(case: TestCase) -> Line:
    """`failed  id  why`."""
    cause = clean.one_line(words.cause(case.message))
    return [
        (LOOKS.get(case.outcome, ""), f"{case.outcome:<8}"),
        ("bold", f" {clean.one_line(case.id)}"),
        ("", f"  {cause}" if cause else ""),
    ]


def _tests(evidence: Evidence) -> Iterable[Line]:
    order = ("failed", "error", "flaky")
    bad = [case for case in evidence.tests if case.outcome in order]
    return map(test, sorted(bad, key=lambda case: order.index(case.outcome)))


def _slowest(evidence: Evidence) -> Iterator[Line]:
    if len(evidence.tests) < 2 * FEW:
        return
    for case in sorted(evidence.tests, key=lambda case: -case.seconds)[:FEW]:
        yield [("", f"{elapsed(case.seconds):>8} {clean.one_line(case.id)}")]


def _missed(evidence: Evidence) -> Iterator[Line]:
    counted = [(file.total - file.hit, file) for file in evidence.coverage]
    for missed, file in sorted(counted, key=lambda c: (-c[0], c[1].path)):
        if missed:
            share = 100 * file.hit / file.total
            where = words.ranges(file.missing, 40)
            yield [
                ("", f"{share:6.1f} % "),
                ("cyan", clean.one_line(file.path)),
                ("dim", f"  {words.count(missed, 'line')} missed: {where}"),
            ]


def _complex(evidence: Evidence) -> Iterator[Line]:
    def worst(one: object) -> float:
        values = (getattr(one, "cyclomatic", None), getattr(one, "cognitive", None))
        return max(value or 0.0 for value in values)

    for one in sorted(evidence.complexity, key=lambda c: (-worst(c), c.file, c.line)):
        if worst(one) > COMPLEX:
            measured = [
                f"{name} {words.number(value)}"
                for name, value in (("cyclomatic", one.cyclomatic), ("cognitive", one.cognitive))
                if value is not None
            ]
            yield [
                ("cyan", clean.one_line(f"{one.file}:{one.line}")),
                ("bold", f" {clean.one_line(one.name)}"),
                ("", f"  {', '.join(measured)}"),
            ]


def _copies(evidence: Evidence) -> Iterator[Line]:
    for one in sorted(evidence.duplication, key=lambda d: (-d.lines, d.places)):
        places = " = ".join(f"{p.file}:{p.line}-{p.end_line}" for p in one.places)
        yield [("", f"{one.lines:>4} lines "), ("cyan", clean.one_line(places))]


def _load(evidence: Evidence) -> Iterator[Line]:
    for run in evidence.load:
        for result in run.results:
            found = [
                f"p{name} {words.number(result.percentiles[name], 'ms')}"
                for name in ("50", "95", "99")
                if name in result.percentiles
            ]
            rate = words.number(result.throughput, "/s")
            errors = words.number(100 * result.error_rate, "%")
            name = clean.one_line(result.name or "all requests")
            broken = [key for key, held in result.thresholds.items() if not held]
            yield [
                ("", f"{run.tool} "),
                ("bold", name),
                ("", f"  {', '.join([rate, *found, f'{errors} errors'])}"),
                ("red", f"  crossed: {clean.one_line('; '.join(broken))}" if broken else ""),
            ]


def _silent(evidence: Evidence) -> Iterator[Line]:
    for one in evidence.unreadable:
        text = clean.one_line(one.message)
        yield [("red", "unreadable"), ("", f" {text}"), ("dim", f"  {clean.one_line(one.hint)}")]
    for report in evidence.reports:
        if not report.complete:
            reason = clean.one_line(report.reason)
            yield [("yellow", "incomplete"), ("", f" {clean.one_line(report.source)}: {reason}")]
