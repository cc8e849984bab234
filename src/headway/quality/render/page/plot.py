"""Plots as SVG: latency by percentile, one line a request."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from headway.quality.render.page.html import escape
from headway.quality.render.words import number
from headway.quality.report import LoadResult

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 16, 36
MOST = 8  # lines that can be told apart


def percentiles(results: Sequence[LoadResult]) -> str:
    """Latency (ms, logarithmic where it spans more than two decades) over percentiles."""
    drawn = [r for r in results if len(_points(r)) > 1][:MOST]
    values = [value for result in drawn for _, value in _points(result) if value > 0]
    if not values:
        return ""
    names = sorted({name for r in drawn for name, _ in _points(r)}, key=float)
    scale = _Scale(min(values), max(values))
    parts = [_grid(scale), _names(names)]
    parts += [_line(n, result, names, scale) for n, result in enumerate(drawn)]
    legend = "".join(
        f'<li><svg width="24" height="10" aria-hidden="true"><line class="s{n}" x1="0" x2="24"'
        f' y1="5" y2="5"/></svg> {escape(result.name or "all requests")}</li>'
        for n, result in enumerate(drawn)
    )
    label = "Latency in milliseconds by percentile"
    return (
        f'<figure class="plot"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{label}">{"".join(parts)}</svg>'
        f"<ul class=legend>{legend}</ul>"
        f"<figcaption>{label}; the table below has the numbers.</figcaption></figure>"
    )


def _points(result: LoadResult) -> list[tuple[str, float]]:
    """The percentiles that are numbers, ascending; the maximum as the hundredth."""
    found = {}
    for name, value in result.percentiles.items():
        try:
            found[f"{float(name):g}"] = value
        except ValueError:
            continue
    if result.maximum is not None:
        found.setdefault("100", result.maximum)
    return sorted(found.items(), key=lambda point: float(point[0]))


class _Scale:
    """From milliseconds to a height in the plot."""

    def __init__(self, low: float, high: float) -> None:
        self.log = high / low > 100
        self.low = self.high = 0.0
        if self.log:
            least = floor(log10(low))
            most = max(ceil(log10(high)), least + 1)
            self.low, self.high = least, most
            self.ticks = [10.0**n for n in range(least, most + 1)]
        else:
            step = _nice(high / 5)
            self.high = ceil(high / step) * step
            self.ticks = [step * n for n in range(round(self.high / step) + 1)]

    def y(self, value: float) -> float:
        at = log10(max(value, 10.0**self.low)) if self.log else value
        share = (at - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _nice(step: float) -> float:
    """The next of 1, 2, 5, 10, … up."""
    base = 10.0 ** floor(log10(step))
    return next((base * n for n in (1, 2, 5) if base * n >= step), base * 10)


def _x(index: int, total: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (index / max(1, total - 1))


def _grid(scale: _Scale) -> str:
    parts = []
    for value in scale.ticks:
        y = scale.y(value)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        text = number(value, "ms")
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    return "".join(parts)


def _names(names: Sequence[str]) -> str:
    shown = ["max" if name == "100" else f"p{name}" for name in names]
    every = ceil(len(shown) / 14)
    return "".join(
        f'<text x="{_x(n, len(shown)):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{text}</text>'
        for n, text in enumerate(shown)
        if n % every == 0 or n == len(shown) - 1
    )


def _line(index: int, result: LoadResult, names: Sequence[str], scale: _Scale) -> str:
    points = [
        (_x(names.index(name), len(names)), scale.y(v), name, v) for name, v in _points(result)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    who = escape(result.name or "all requests")
    dots = "".join(
        f'<circle class="s{index}" cx="{x:.1f}" cy="{y:.1f}" r="3">'
        f"<title>{who}: {'max' if name == '100' else 'p' + name} {number(v, 'ms')}</title></circle>"
        for x, y, name, v in points
    )
    return f'<polyline class="s{index}" points="{path}"/>{dots}'
