"""When nothing is deployed: windows by dates, by days of the week, by cron lines.

All times are those of the section's time zone, on the wall there. Where a clock change makes a
time ambiguous, or skips it, the window is the longer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from headway.units import Duration
from headway.workflow import cron

Problem = tuple[str, str, str]  # path below the section, message, hint
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 366 * 86400.0
_CHAINED = 50  # windows that follow each other without a gap


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
             rename={"from_": "from", "for_": "for"}):  # fmt: skip
    """One of: `from` and `until`; `weekly`; `cron` and `for`."""

    name: Annotated[str, Meta(description="Why, for people: `weekend`, `year's end`.")] = ""
    from_: Annotated[
        str, Meta(description="A day or moment: `2026-12-20`, `2026-12-20 16:00`.")
    ] = ""
    until: Annotated[str, Meta(description="The last day, or the moment at which it ends.")] = ""
    weekly: Annotated[str, Meta(description="From when to when: `fri 16:00 - mon 08:00`.")] = ""
    cron: Annotated[str, Meta(description="When it begins, as a cron line: `0 22 * * *`.")] = ""
    for_: Annotated[Duration | None, Meta(description="With cron: how long it lasts.")] = None

    def problems(self) -> Iterator[Problem]:
        kinds = [bool(self.from_ or self.until), bool(self.weekly), bool(self.cron)]
        if sum(kinds) != 1:
            yield (
                "",
                "a window is given in exactly one way",
                "from and until, weekly, or cron and for",
            )
        elif self.weekly:
            yield from _weekly_problems(self.weekly)
        elif self.cron:
            yield from (("cron", message, "") for message, _ in cron.problems(self.cron))
            if self.for_ is None or not 0 < self.for_ <= _LONGEST:
                yield "for", "how long it lasts isn't said", "for: 8h"
        else:
            yield from _dates_problems(self.from_, self.until)


class Freeze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A return to a version that has served before is always allowed."""

    zone: Annotated[str, Meta(description="Time zone of all windows: `Europe/Berlin`.")] = "UTC"
    windows: Annotated[tuple[Window, ...], Meta(description="When nothing is deployed.")] = ()
    override: Annotated[
        tuple[str, ...],
        Meta(description="Who may deploy nonetheless, with a reason; none named: everybody."),
    ] = ()

    def problems(self) -> Iterator[Problem]:
        wrong = None if self.zone == "UTC" else cron.zone_problem(self.zone)
        if wrong:
            yield "zone", wrong, ""
        for index, window in enumerate(self.windows):
            at = f"windows[{index}]"
            for path, message, hint in window.problems():
                yield f"{at}.{path}" if path else at, message, hint

    def may_override(self, person: str) -> bool:
        return not self.override or person.casefold() in {n.casefold() for n in self.override}


class Frozen(Struct, frozen=True, kw_only=True):
    """A window that holds. Times are seconds since 1970; `until` is when deploying is possible
    again, windows that follow without a gap included."""

    name: str
    since: float
    until: float
    text: str  # for people: until when, in the windows' time zone


def frozen(freeze: Freeze, now: float) -> Frozen | None:
    """The window that `now` is in, the one that ends last of several. Raises ValueError for
    what `problems` would have told."""
    zone = UTC if freeze.zone == "UTC" else ZoneInfo(freeze.zone)
    found = _longest(freeze, now, zone)
    if found is None:
        return None
    name, since, until = found
    for _ in range(_CHAINED):
        following = _longest(freeze, until, zone)
        if following is None:
            break
        until = following[2]
    end = datetime.fromtimestamp(until, zone)
    text = f"{name}, until {end:%a %Y-%m-%d %H:%M} {end.tzname()}"
    return Frozen(name=name, since=since, until=until, text=text)


def _longest(freeze: Freeze, now: float, zone: tzinfo) -> tuple[str, float, float] | None:
    held = []
    for window in freeze.windows:
        span = _span(window, now, zone)
        if span is not None:
            held.append((window.name or "freeze", *span))
    return max(held, key=lambda item: item[2], default=None)


def _span(window: Window, now: float, zone: tzinfo) -> tuple[float, float] | None:
    """(start, end) of the window's occurrence that `now` is in; the end is outside of it."""
    if window.weekly:
        spans = _weekly_spans(window.weekly, now, zone)
    elif window.cron:
        spans = _cron_spans(window.cron, float(window.for_ or 0), now, zone)
    else:
        spans = [_dates(window.from_, window.until, zone)]
    return next((span for span in spans if span[0] <= now < span[1]), None)


# --- the kinds ---------------------------------------------------------------------------


def _weekly_spans(text: str, now: float, zone: tzinfo) -> list[tuple[float, float]]:
    first, start, last, end = _read_weekly(text)
    today = datetime.fromtimestamp(now, zone).date()
    monday = today - timedelta(days=today.weekday())
    days = (last - first) % 7 or (0 if start < end else 7)
    spans = []
    for week in (-1, 0):
        begin = monday + timedelta(days=first, weeks=week)
        spans.append(
            (
                _moment(begin, start, zone),
                _moment(begin + timedelta(days=days), end, zone, end=True),
            )
        )
    return spans


def _cron_spans(line: str, length: float, now: float, zone: tzinfo) -> list[tuple[float, float]]:
    before = datetime.fromtimestamp(now - length, UTC)
    due = cron.next_after(cron.parse(line), before, getattr(zone, "key", "UTC"))
    return [] if due is None else [(due.timestamp(), due.timestamp() + length)]


def _dates(first: str, last: str, zone: tzinfo) -> tuple[float, float]:
    day, at = _read_moment(first)
    start = _moment(day, at or time(), zone)
    day, at = _read_moment(last)
    if at is None:  # the whole last day
        day, at = day + timedelta(days=1), time()
    return start, _moment(day, at, zone, end=True)


def _moment(day: date, at: time, zone: tzinfo, *, end: bool = False) -> float:
    """Both readings of an ambiguous or skipped time are tried: the window is the longer one."""
    readings = [datetime.combine(day, at, zone).replace(fold=fold).timestamp() for fold in (0, 1)]
    return max(readings) if end else min(readings)


# --- reading -----------------------------------------------------------------------------


def _read_moment(text: str) -> tuple[date, time | None]:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?", text.strip())
    if found is None:
        raise ValueError(f'"{text}" is neither a day nor a moment')
    return date.fromisoformat(found[1]), time.fromisoformat(found[2]) if found[2] else None


def _read_weekly(text: str) -> tuple[int, time, int, time]:
    one = r"\s*([a-z]{3})[a-z]*\s+(\d\d?:\d\d)\s*"
    found = re.fullmatch(one + "-" + one, text.lower())
    if found is None or found[1] not in DAYS or found[3] not in DAYS:
        raise ValueError(f'"{text}" is no span of a week')
    start, end = (time.fromisoformat(found[n].zfill(5)) for n in (2, 4))
    return DAYS.index(found[1]), start, DAYS.index(found[3]), end


def _weekly_problems(text: str) -> Iterator[Problem]:
    try:
        _read_weekly(text)
    except ValueError:
        yield "weekly", f'"{text}" is no span of a week', "such as fri 16:00 - mon 08:00"


def _dates_problems(first: str, last: str) -> Iterator[Problem]:
    for name, text in (("from", first), ("until", last)):
        try:
            _dates(text, text, UTC)
        except (ValueError, OverflowError):
            message = f'"{text}" is neither a day nor a moment'
            yield name, message, "2026-12-20, or 2026-12-20 16:00"
            return
    start, end = _dates(first, last, UTC)
    if start >= end:
        yield "until", "it ends before it begins", ""
