"""A verdict on a terminal: what failed first and why, what else was looked at, the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from headway.console import clean
from headway.quality.render import words
from headway.quality.render.changes import Changes
from headway.verdict import Outcome, Result, Score, Use, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.console.style import Line, Style

FEW, MANY = 5, 50  # lines about one gate, without and with --verbose
MARKS: dict[Outcome, tuple[str, str]] = {  # a state of console.style, a look
    "passed": ("success", "green"),
    "failed": ("failure", "red"),
    "error": ("failure", "red"),
    "inconclusive": ("cancelled", "yellow"),
}


def lines(
    verdict: Verdict, style: Style, width: int, *, verbose: bool, changes: Changes | None
) -> Iterator[str]:
    """All but the last line; `width` 0 is no limit. Sentences are wrapped, the rest is cut."""
    for line in _all(verdict, style, verbose, changes, width):
        yield style.render(style.fit(line, width) if width else line).rstrip()


def last(verdict: Verdict, style: Style, label: str) -> str:
    """`gate 12 failed: 2 of 14 gates (coverage.min, lint.errors)`."""
    word, rest = words.conclusion(verdict).split(": ", 1)
    look = f"bold {MARKS[verdict.outcome][1]}"
    return f"gate {label} {style.paint(look, word)}: {clean.one_line(rest)}"


def _all(
    verdict: Verdict, style: Style, verbose: bool, changes: Changes | None, width: int
) -> Iterator[Line]:
    ordered = words.ordered(verdict.results)
    widths = _widths(ordered)
    for result in ordered:
        yield _row(result, style, widths)
        if result.outcome != "passed" or verbose:
            yield from _why(result, style, MANY if verbose else FEW, width)
    yield from _waivers(verdict.waived)
    if changes is not None:
        yield from _since(changes, MANY if verbose else FEW)
    yield from _scores(verdict.scores, verbose)


def _cells(result: Result) -> tuple[str, str, str, str]:
    return (
        clean.one_line(result.gate),
        words.measured(result),
        words.demanded(result),
        words.margin(result),
    )


def _only_told(result: Result) -> bool:
    """It has no figures, so that its sentence takes their place."""
    return result.outcome == "passed" and result.value is None and not result.comparison


def _widths(results: Sequence[Result]) -> list[int]:
    names = max((len(clean.one_line(result.gate)) for result in results), default=0)
    rows = [_cells(result) for result in results if not _only_told(result)]
    return [names, *(max((len(row[n]) for row in rows), default=0) for n in range(1, 4))]


def _row(result: Result, style: Style, widths: Sequence[int]) -> Line:
    state, look = MARKS[result.outcome]
    if not result.blocking and result.outcome != "passed":
        look = "dim"
    gate, measured, demanded, margin = _cells(result)
    head: Line = [
        (look, f"{style.mark(state)} "),
        ("bold" if result.outcome != "passed" else "", f"{gate:<{widths[0]}}"),
    ]
    if _only_told(result):
        return [*head, ("dim", f"  {clean.one_line(result.message)}")]
    return [
        *head,
        (look, f"  {measured:>{widths[1]}}"),
        ("dim", f"  {demanded:<{widths[2]}}  {margin:>{widths[3]}}"),
        ("dim", "  not blocking" if look == "dim" else ""),
    ]


def _why(result: Result, style: Style, most: int, width: int) -> Iterator[Line]:
    if not _only_told(result):
        yield from _wrapped("", result.message, width)
    bar = style.mark("bar")
    for detail in result.details[:most]:
        yield [("dim", f"    {bar} "), ("", clean.one_line(detail))]
    more = len(result.details) - most
    if more > 0:
        yield [("dim", f"    {bar} and {more} more: --verbose shows them")]
    if result.hint:
        yield from _wrapped("dim", result.hint, width)


def _wrapped(look: str, text: str, width: int) -> Iterator[Line]:
    import textwrap

    text = clean.one_line(text)
    rows = textwrap.wrap(text, max(40, width - 4)) if width else [text]
    yield from ([(look, f"    {row}")] for row in rows)


def _waivers(waived: Iterable[Use]) -> Iterator[Line]:
    for number, use in enumerate(waived):
        if not number:
            yield []
            yield [("bold", "waivers used")]
        covers = f" ({words.count(use.count, 'finding')})" if use.count > 1 else ""
        why = f"{use.reason}; {use.owner}, until {use.until}"
        yield [
            ("yellow", f"  {clean.one_line(use.waiver)}"),
            ("", f"{covers} in {clean.one_line(use.gate)}: {clean.one_line(why)}"),
        ]


def _since(changes: Changes, most: int) -> Iterator[Line]:
    rows: list[Line] = []
    looks = {True: "red", False: "green", None: ""}
    for one in changes.figures:
        rows.append(
            [
                ("", f"  {one.name} {one.before} → {one.now}"),
                (looks[one.worse], f"  {one.difference}"),
            ]
        )
    new = [_finding(f.severity, words.place(f), f.rule, words.told(f)) for f in changes.new]
    rows += _list("new finding" if len(new) == 1 else "new findings", new, most)
    rows += _list("newly failing", [clean.one_line(c.id) for c in changes.failing], most)
    rows += _list("newly flaky", [clean.one_line(c.id) for c in changes.flaky], most)
    if changes.gone:
        rows.append([("green", f"  {words.count(len(changes.gone), 'finding')} fixed")])
    if changes.mended:
        rows.append([("green", f"  {words.count(len(changes.mended), 'test')} mended")])
    if rows:
        yield []
        yield [("bold", "since the base")]
        yield from rows


def _finding(*parts: str) -> str:
    return clean.one_line(" ".join(part for part in parts if part))


def _list(title: str, rows: Sequence[str], most: int) -> list[Line]:
    if not rows:
        return []
    found: list[Line] = [[("red", f"  {len(rows):,} {title}")]]
    found += [[("", f"    {row}")] for row in rows[:most]]
    if len(rows) > most:
        found.append([("dim", f"    and {len(rows) - most:,} more")])
    return found


def _scores(scores: Sequence[Score], verbose: bool) -> Iterator[Line]:
    if not scores:
        return
    yield []
    for score in scores:
        value = words.number(score.value)
        said = score.arithmetic if verbose else words.unmeasured(score)
        yield [("", f"{score.name} score "), ("bold", value), ("dim", f"  {said}" if said else "")]
        if verbose:
            for part in score.parts:
                said = part.arithmetic or ("nothing" if part.measured else "not measured")
                yield [("dim", f"  {part.name}: {said}")]
