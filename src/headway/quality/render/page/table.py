"""Tables of the page: the first rows as HTML, all rows as data that the page's script shows.

Whoever opens the page without scripts (as many CI servers do) still sees the worst of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from msgspec import Struct

from headway.quality.render.page.html import element, escape, safe_url

Kind = Literal["text", "code", "number", "badge", "share", "more", "link", "source"]
# What a cell is, by the kind of its column:
#   text, code, badge  a string
#   number             [value or null, text]
#   share              a percentage, or null
#   more               [summary, what a click opens, or ""]
#   link               [text, address]
#   source             [path, number of the file in `sources`, or -1]
Cell = Any
STATIC = 100  # rows that need no script


class Column(Struct, frozen=True):
    title: str
    kind: Kind = "text"
    choose: bool = False  # rows can be chosen by what is in it


class Table(Struct, frozen=True, kw_only=True):
    """`order` says in which order the chosen column's words come."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    order: tuple[str, ...] = ()
    above: str = ""  # HTML: a plot of what is in it


def rendered(table: Table) -> str:
    heads = "".join(
        element("th", escape(column.title), scope="col", class_=f"k-{column.kind}")
        for column in table.columns
    )
    body = "".join(_row(table.columns, row) for row in table.rows[:STATIC])
    more = len(table.rows) - STATIC
    note = f"<p class=note>{more:,} more rows need JavaScript.</p>" if more > 0 else ""
    inside = (
        element("caption", escape(table.caption))
        + f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    )
    framed = element("div", f"<table>{inside}</table>", class_="scroll")
    return table.above + element("div", framed + note, class_="table", id=table.id)


def data(table: Table) -> dict[str, object]:
    return {
        "id": table.id,
        "kinds": [column.kind for column in table.columns],
        "choose": [n for n, column in enumerate(table.columns) if column.choose],
        "order": list(table.order),
        "rows": table.rows,
    }


def _row(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    cells = (
        f"<td class=k-{column.kind}>{_CELLS[column.kind](cell)}</td>"
        for column, cell in zip(columns, row, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _badge(word: str) -> str:
    return element("span", escape(word), class_=f"badge b-{word}")


def share(value: float | None) -> str:
    """A percentage as a bar, and its number."""
    if value is None:
        return "–"
    bar = f"<progress max=100 value={value:.1f} aria-hidden=true></progress>"
    return f"{bar}<span>{value:.1f} %</span>"


def _more(cell: Sequence[str]) -> str:
    summary, detail = cell
    if not detail:
        return escape(summary)
    return f"<details><summary>{escape(summary)}</summary><pre>{escape(detail)}</pre></details>"


def _link(cell: Sequence[str]) -> str:
    text, url = cell
    if not safe_url(url):
        return escape(text)
    return element("a", escape(text), href=url, rel="noopener noreferrer")


_CELLS: dict[str, Callable[[Cell], str]] = {
    "text": escape,
    "code": escape,
    "number": lambda cell: escape(cell[1]),
    "badge": _badge,
    "share": share,
    "more": _more,
    "link": _link,
    "source": lambda cell: escape(cell[0]),
}
