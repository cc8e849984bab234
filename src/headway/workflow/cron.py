"""Cron lines of `on.schedule`: what they mean and when they are next due.

Five fields as GitHub documents them: minute, hour, day of the month, month (or JAN-DEC), day
of the week (0-6 from Sunday, or SUN-SAT), with `*`, lists, ranges and steps. As in POSIX, a
line that restricts both kinds of day is due on either; like cron itself, a day field that
begins with `*` doesn't count as restricted.

A time that a clock change skips moves on to the next one that exists (2:30 becomes 3:00), as
GitHub documents. A time that comes twice is due the first time; GitHub says nothing of it.
"""

from __future__ import annotations

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_SEARCHED = 366 * 41  # days: 29 February on one day of the week can be 40 years away


class _Field(Value):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()  # of low, low + 1, …


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)


class Cron(Value):
    """A cron line read: the values of each field, ascending; days of the week from Sunday."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either_day: bool = False  # both kinds of day are restricted: one of them is enough

    def due_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return in_month or in_week if self.either_day else in_month and in_week


class CronError(ValueError):
    """`offset` is where in the line, in characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


def parse(text: str) -> Cron:
    """Raises CronError for the first mistake; `problems` gives all of them."""
    found, cron = _read(text)
    if found:
        raise CronError(*found[0])
    assert cron is not None
    return cron


def problems(text: str) -> list[tuple[str, int]]:
    """What GitHub would refuse in the line: (message, offset in characters)."""
    return _read(text)[0]


def _read(text: str) -> tuple[list[tuple[str, int]], Cron | None]:
    parts = _parts(text)
    if parts and parts[0][0].startswith("@"):
        name = parts[0][0]
        instead = _NICKNAMES.get(name.lower())
        mend = f'; write "{instead}"' if instead else ""
        return [(f'"{name}" isn\'t supported by GitHub{mend}', parts[0][1])], None
    if len(parts) != 5:
        wanted = "minute, hour, day of the month, month, day of the week"
        offset = parts[5][1] if len(parts) > 5 else len(text.rstrip())
        return [(f"a schedule has five fields ({wanted}), this has {len(parts)}", offset)], None
    found: list[tuple[str, int]] = []
    values = []
    for field, (part, offset) in zip(_FIELDS, parts, strict=True):
        try:
            values.append(_values(field, part, offset))
        except CronError as error:
            found.append((error.message, error.offset))
    if found:
        return found, None
    either = not parts[2][0].startswith("*") and not parts[4][0].startswith("*")
    minutes, hours, days, months, weekdays = values
    return [], Cron(minutes, hours, days, months, weekdays, either)


def _parts(text: str) -> list[tuple[str, int]]:
    """The words of a line with their offsets."""
    parts, start = [], -1
    for index, char in enumerate(text + " "):
        if char in " \t":
            if start >= 0:
                parts.append((text[start:index], start))
            start = -1
        elif start < 0:
            start = index
    return parts


def _values(field: _Field, part: str, offset: int) -> tuple[int, ...]:
    values: set[int] = set()
    for item in part.split(","):
        values.update(_item(field, item, offset))
        offset += len(item) + 1
    return tuple(sorted(values))


def _item(field: _Field, item: str, offset: int) -> range:
    span, slash, step_text = item.partition("/")
    step = _step(field, step_text, offset + len(span) + 1) if slash else 1
    if span == "*":
        return range(field.low, field.high + 1, step)
    first, dash, last = span.partition("-")
    low = _number(field, first, offset)
    if not dash:
        return range(low, field.high + 1 if slash else low + 1, step)
    high = _number(field, last, offset + len(first) + 1)
    if low > high:
        raise CronError(f'the range "{span}" of the {field.name} runs backwards', offset)
    return range(low, high + 1, step)


def _step(field: _Field, text: str, offset: int) -> int:
    step = _digits(text)
    if not 0 < step <= field.high:
        message = f"a step of the {field.name} is a number from 1 to {field.high}"
        raise CronError(f'{message}, not "{text}"', offset)
    return step


def _number(field: _Field, text: str, offset: int) -> int:
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.low
    number = _digits(text)
    if field.low <= number <= field.high:
        return number
    if not text:
        raise CronError(f"the {field.name} lacks a number here", offset)
    names = f" or {field.names[0].upper()}-{field.names[-1].upper()}" if field.names else ""
    sunday = " (Sunday is 0)" if text == "7" and field.names == _DAYS else ""
    raise CronError(
        f'"{text}" is no {field.name}: {field.low}-{field.high}{names} is allowed{sunday}', offset
    )


def _digits(text: str) -> int:
    """The number that the text is, -1 when it is none (or far too large)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


# --- when ----------------------------------------------------------------------------------


def next_after(cron: Cron, moment: datetime, timezone: str = "UTC") -> datetime | None:
    """The first time after `moment` (aware) that the line is due, in `timezone`; None if never.

    Raises ValueError for a time zone that isn't known.
    """
    from datetime import timedelta

    zone = _zone(timezone)
    day = moment.astimezone(zone).date()
    for _ in range(_SEARCHED):
        if cron.due_on(day):
            due = _first_on(cron, day, moment, zone)
            if due is not None:
                return due
        if day.year >= 9998:  # as far as dates go, in every time zone
            break
        day += timedelta(days=1)
    return None


def matches(cron: Cron, moment: datetime, timezone: str = "UTC") -> bool:
    """Whether the line is due in the minute of `moment` (aware)."""
    from datetime import UTC, timedelta

    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    due = next_after(cron, minute - timedelta(minutes=1), timezone)
    return due is not None and due.timestamp() == minute.timestamp()


def _first_on(cron: Cron, day: date, moment: datetime, zone: tzinfo) -> datetime | None:
    from datetime import datetime

    for hour in cron.hours:
        for minute in cron.minutes:
            due = _existing(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone))
            if due.timestamp() > moment.timestamp():
                return due
    return None


def _existing(wall: datetime) -> datetime:
    """`wall`, or the end of the gap it is in when the clock skips it."""
    from datetime import UTC, timedelta

    zone = wall.tzinfo
    there = wall.astimezone(UTC).astimezone(zone)
    if there.replace(tzinfo=None) == wall.replace(tzinfo=None):
        return wall
    offset = there.utcoffset()
    earlier = wall.astimezone(UTC)
    while (before := (earlier - timedelta(minutes=1))).astimezone(zone).utcoffset() == offset:
        earlier = before
    return earlier.astimezone(zone)


def _zone(name: str) -> tzinfo:
    from datetime import UTC
    from zoneinfo import ZoneInfo

    if name in ("UTC", ""):
        return UTC
    found = zone_problem(name)
    if found:
        raise ValueError(found)
    return ZoneInfo(name)


def zone_problem(name: str) -> str | None:
    """What is wrong with the name of a time zone; None when it is known."""
    from zoneinfo import ZoneInfo, available_timezones

    from headway.errors import nearest

    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        known = available_timezones()
        if not known:
            return f'this machine has no time zone data, so "{name}" can\'t be looked up'
        close = nearest(name, known)
        mend = f'did you mean "{close}"?' if close else 'a name such as "Europe/Berlin" is expected'
        return f'there is no time zone "{name}"; {mend}'
    return None
