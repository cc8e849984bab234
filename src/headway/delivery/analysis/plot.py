"""A rollout's analysis to look at: a few lines for terminals, a page of HTML for the record.

Pure functions of assessments (as `judge.replay` gives them). The page needs nothing from
elsewhere: no scripts, no fonts, no network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from math import isfinite, log10
from typing import TypeVar

from msgspec import Struct

from headway.delivery.analysis import sentences
from headway.delivery.analysis.assessment import Assessment
from headway.units import elapsed

BLOCKS = "▁▂▃▄▅▆▇█"
POINTS = 600  # of a curve; more can't be seen
WIDTH, HEIGHT, LEFT, RIGHT, TOP = 860, 150, 70, 16, 26
STABLE, CANARY = "stable", "canary"
FLOOR = 0.01  # of the evidence shown: less is nothing

T = TypeVar("T")
Value = float | None
Reader = Callable[[Assessment], Value]


class Curve(Struct, frozen=True):
    kind: str  # stable, canary, evidence, share: its colour
    read: Reader


class Panel(Struct, frozen=True):
    """One plot: what is drawn over time, and how its values are written."""

    title: str
    curves: tuple[Curve, ...]
    write: Callable[[float], str]
    lines: tuple[tuple[float, str], ...] = ()  # horizontal: a limit and its name
    logarithmic: bool = False


def sparkline(values: Sequence[Value], width: int = 60, logarithmic: bool = False) -> str:
    """`▁▂▅█`: the highest of each stretch, so that no peak is lost; a space where nothing is."""
    known = [_scaled(v, logarithmic) for v in values if v is not None and isfinite(v)]
    if not known:
        return ""
    low, high = min(known), max(known)
    low = low if logarithmic else min(low, 0.0)
    out = []
    for part in _stretches(values, width):
        here = [_scaled(v, logarithmic) for v in part if v is not None and isfinite(v)]
        if not here:
            out.append(" ")
            continue
        level = (max(here) - low) / (high - low) if high > low else 0.0
        out.append(BLOCKS[min(len(BLOCKS) - 1, int(level * len(BLOCKS)))])
    return "".join(out)


def terminal(assessments: Sequence[Assessment], width: int = 80) -> str:
    """A line for each curve with its last value, and what was said last."""
    if not assessments:
        return "nothing was seen yet"
    last = assessments[-1]
    rows: list[tuple[str, str, str]] = []
    for panel in panels(last):
        for curve in panel.curves:
            name = f"{panel.title}, {curve.kind}" if len(panel.curves) > 1 else panel.title
            values = [curve.read(one) for one in assessments]
            known = [value for value in values if value is not None]
            now = panel.write(known[-1]) if known else "–"
            if panel.lines:
                at, what = panel.lines[-1]
                now += f" ({what} {at:g})"
            rows.append((name, sparkline(values, max(10, width - 50), panel.logarithmic), now))
    title, middle = (max(len(row[index]) for row in rows) for index in (0, 1))
    lines = [f"{name:<{title}}  {spark:<{middle}}  {now}" for name, spark, now in rows]
    lines.append(f"{last.answer}: {last.reasons[0]}" if last.reasons else last.answer)
    return "\n".join(lines)


def panels(last: Assessment) -> tuple[Panel, ...]:
    """What is shown: evidence, errors, p95, shares."""
    return (
        Panel(
            "evidence",
            (Curve("evidence", lambda one: one.evidence),),
            sentences.strength,
            ((last.hold, "waits from"), (last.limit, "rolls back at")),
            True,
        ),
        Panel(
            "errors",
            (
                Curve(STABLE, lambda one: one.stable.error_rate),
                Curve(CANARY, lambda one: one.canary.error_rate),
            ),
            sentences.percent,
        ),
        Panel(
            "p95",
            (Curve(STABLE, lambda one: one.stable.p95), Curve(CANARY, lambda one: one.canary.p95)),
            sentences.milliseconds,
        ),
        Panel(
            "traffic",
            (Curve("share", lambda one: one.share / 10000.0),),
            sentences.percent,
        ),
    )


def html(title: str, assessments: Sequence[Assessment], facts: Sequence[str] = ()) -> str:
    """A whole page. `facts` are sentences of whoever calls: release, environment, outcome."""
    if not assessments:
        return _page(title, [f"<p>{escape('Nothing was seen yet.')}</p>"])
    last = assessments[-1]
    parts = [f"<p>{escape(fact)}</p>" for fact in facts]
    parts.append(f'<p class="answer {last.answer}">{escape(last.answer)}</p>')
    parts += [f"<p>{escape(reason)}</p>" for reason in last.reasons]
    parts += [svg(panel, assessments) for panel in panels(last)]
    parts += [_said(assessments), _compared(last)]
    return _page(title, parts)


def svg(panel: Panel, assessments: Sequence[Assessment]) -> str:
    """One plot over time, with the decisions' marks."""
    start, end = assessments[0].t, max(assessments[-1].t, assessments[0].t + 1.0)
    values = [
        _scaled(v, panel.logarithmic)
        for curve in panel.curves
        for v in map(curve.read, assessments)
        if v is not None and isfinite(v)
    ] + [_scaled(at, panel.logarithmic) for at, _ in panel.lines]
    low = min(values, default=0.0) if panel.logarithmic else 0.0
    high = max([*values, low + 1e-9])

    def x(t: float) -> float:
        return LEFT + (t - start) / (end - start) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        part = (_scaled(value, panel.logarithmic) - low) / (high - low)
        return TOP + (1.0 - part) * (HEIGHT - TOP - 22)

    top = 10.0**high if panel.logarithmic else high
    bottom = 10.0**low if panel.logarithmic else low
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(panel.title)}">',
        f'<text x="{LEFT}" y="14" class="title">{escape(panel.title)}</text>',
        _legend(panel),
        _label(LEFT - 6, y(top) + 4, panel.write(top)),
        _label(LEFT - 6, y(bottom) + 4, panel.write(bottom)),
        f'<text x="{LEFT}" y="{HEIGHT - 4}">0s</text>',
        _label(WIDTH - RIGHT, HEIGHT - 4, elapsed(end - start)),
    ]
    for at, name in panel.lines:
        parts.append(_rule(LEFT, y(at), WIDTH - RIGHT, y(at), "limit"))
        parts.append(f'<text x="{LEFT + 4}" y="{y(at) - 3:.1f}">{escape(name)} {at:g}</text>')
    for one in assessments:
        if one.mark:
            line = _rule(x(one.t), TOP, x(one.t), HEIGHT - 22, "mark")
            parts.append(f"<g>{line}<title>{escape(one.mark)}</title></g>")
    for curve in panel.curves:
        points = [(one.t, curve.read(one)) for one in assessments]
        parts.append(_path(points, x, y, curve.kind, step=curve.kind == "share"))
    return "\n".join([*parts, "</svg>"])


def _path(
    points: Sequence[tuple[float, Value]],
    x: Callable[[float], float],
    y: Callable[[float], float],
    kind: str,
    step: bool,
) -> str:
    out, pen = [], False
    for part in _stretches(points, POINTS):
        known = [(t, v) for t, v in part if v is not None and isfinite(v)]
        if not known:
            pen = False
            continue
        t, value = max(known, key=lambda point: point[1])  # peaks are what matters
        if pen and step:
            out.append(f"H{x(t):.1f}")
        out.append(f"{'L' if pen else 'M'}{x(t):.1f} {y(value):.1f}")
        pen = True
    return f'<path class="{kind}" d="{"".join(out)}"/>' if out else ""


def _legend(panel: Panel) -> str:
    if len(panel.curves) < 2:
        return ""
    return "".join(
        f'<text x="{LEFT + 90 + 80 * index}" y="14" class="key {curve.kind}">{curve.kind}</text>'
        for index, curve in enumerate(panel.curves)
    )


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="right">{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _said(assessments: Sequence[Assessment]) -> str:
    """What was answered when it changed, and what was done."""
    rows, before = [], ""
    for one in assessments:
        if one.answer == before and not one.mark:
            continue
        text = escape("; ".join(filter(None, (one.mark, *one.reasons[:1]))))
        when = elapsed(one.t - assessments[0].t)
        rows.append(
            f'<tr><td class="when">{when}</td><td class="{one.answer}">{one.answer}</td>'
            f"<td>{text}</td></tr>"
        )
        before = one.answer
    head = "<tr><th>when</th><th>answer</th><th>why</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _compared(last: Assessment) -> str:
    rows = [
        f"<tr><td>{escape(column.name)}</td><td>{sentences.percent(column.canary)}</td>"
        f"<td>{sentences.percent(column.stable)}</td><td>{sentences.percent(column.tolerated)}</td>"
        f"<td>{sentences.strength(column.evidence)}</td></tr>"
        for column in last.columns
    ]
    head = "".join(
        f"<th>{name}</th>" for name in ("compared", "canary", "stable", "tolerated", "evidence")
    )
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _page(title: str, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _scaled(value: float, logarithmic: bool) -> float:
    return log10(max(value, FLOOR)) if logarithmic else value


def _stretches(values: Sequence[T], parts: int) -> list[Sequence[T]]:
    """The values in at most so many pieces of about the same length."""
    parts = min(parts, len(values))
    cuts = [index * len(values) // parts for index in range(parts + 1)] if parts else []
    return [values[a:b] for a, b in pairwise(cuts)]


STYLE = """
:root { color-scheme: light dark; --canary: #c2410c; --stable: #2563eb; --quiet: #8888; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem }
svg { width: 100%; height: auto; margin: .4rem 0 }
svg text { font-size: 11px; fill: currentColor; opacity: .8 }
svg .title { font-weight: 600; opacity: 1 } svg .right { text-anchor: end }
path { fill: none; stroke-width: 1.6 } path.canary, path.evidence { stroke: var(--canary) }
path.stable { stroke: var(--stable) } path.share { stroke: currentColor }
svg text.canary { fill: var(--canary) } svg text.stable { fill: var(--stable) }
line.limit { stroke: var(--quiet); stroke-dasharray: 4 3 } line.mark { stroke: var(--quiet) }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--quiet);
  vertical-align: top; font-variant-numeric: tabular-nums }
td.when { white-space: nowrap }
.answer { font-weight: 600; font-size: 1.1rem }
.rollback { color: var(--canary) } .promote { color: #15803d } .inconclusive { color: #a16207 }
"""
