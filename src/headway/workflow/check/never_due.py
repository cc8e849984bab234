"""Schedules for days that no month has."""

from __future__ import annotations

from headway.workflow import cron
from headway.workflow.check.base import get, items, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject

ID = "never-due"
SUMMARY = "A schedule is for a day that no month has."

_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days of each month


def check(subject: Subject) -> Iterator[Problem]:
    for entry in items(get(get(subject.root, "on"), "schedule")):
        line = get(entry, "cron")
        if line is not None and not cron.problems(text_of(line)) and _never(line.value):
            yield subject.warning(
                ID,
                "this is never due: no month that it names has such a day",
                line,
                hint="check the day of the month (third) and the month (fourth)",
            )


def _never(line: str) -> bool:
    read = cron.parse(line)
    return not read.either_day and not any(
        day <= _LONGEST[month - 1] for month in read.months for day in read.days
    )
