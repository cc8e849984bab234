"""Cron lines: what GitHub takes, what they mean, and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.workflow import cron


@pytest.mark.parametrize(
    "line",
    [
        "0 0 * * *",
        "0 000 001 * *",
        "2,10 4,5 * * *",
        "30 4-6 * * *",
        "0 4-4 * * *",
        "20/15 * * * *",
        "28 5,*/4,6-8 * * *",
        "0 0 * * SUN",
        "0 0 * jan-MAR sun-2",
        "0 2-4/5 * * *",
        "  0   0  *  *               *  ",
        "0 0 * FEB/2 *",
    ],
)
def test_accepted(line: str) -> None:
    assert cron.problems(line) == []


@pytest.mark.parametrize(
    ("line", "says", "offset"),
    [
        ("0 0 * *", "five fields", 7),
        ("", "five fields", 0),
        ("0 0 * * * *", "this has 6", 10),
        ("60 * * * *", '"60" is no minute: 0-59 is allowed', 0),
        ("0 24 * * *", "is no hour", 2),
        ("0 0 0 * *", "is no day of the month: 1-31", 4),
        ("0 0 * 13 *", "1-12 or JAN-DEC is allowed", 6),
        ("0 0 * * 7", "(Sunday is 0)", 8),
        ("0 -1 * * *", "the hour lacks a number here", 2),
        ("0 1- * * *", "the hour lacks a number here", 4),
        ("0 1, * * *", "the hour lacks a number here", 4),
        ("0 5,,6 * * *", "the hour lacks a number here", 4),
        ("0 /1 * * *", "the hour lacks a number here", 2),
        ("0 1/ * * *", "a step of the hour is a number from 1 to 23", 4),
        ("0 */* * * *", "a step of the hour", 4),
        ("0 */0 * * *", "a step of the hour", 4),
        ("*/60 * * * *", "a step of the minute is a number from 1 to 59", 2),
        ("0 2/4-5 * * *", "a step of the hour", 4),
        ("0 2/4/6 * * *", "a step of the hour", 4),
        ("0 12-4 * * *", 'the range "12-4" of the hour runs backwards', 2),
        ("0 0 * * FRI-TUE", "runs backwards", 8),
        ("0 2-4-6 * * *", '"4-6" is no hour', 4),
        ("0 * * * BUN", '"BUN" is no day of the week: 0-6 or SUN-SAT', 8),
        ("0 0 * SUN JAN", '"SUN" is no month', 6),
        ("0 0 ? * *", '"?" is no day of the month', 4),
        ("0 0 L * *", '"L" is no day of the month', 4),
        ("1e1 * * * *", '"1e1" is no minute', 0),
        ("0000000000001 * * * *", "is no minute", 0),
        ("@daily", 'isn\'t supported by GitHub; write "0 0 * * *"', 0),
        ("@reboot", "isn't supported by GitHub", 0),
    ],
)
def test_refused_with_a_place(line: str, says: str, offset: int) -> None:
    message, at = cron.problems(line)[0]
    assert says in message
    assert at == offset
    with pytest.raises(cron.CronError) as caught:
        cron.parse(line)
    assert caught.value.offset == offset


def test_every_field_is_judged() -> None:
    assert [offset for _, offset in cron.problems("60 24 32 13 8")] == [0, 3, 6, 9, 12]


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "after", "due"),
    [
        ("30 5,17 * * *", "2026-05-01T05:30", "2026-05-01T17:30"),
        ("30 5 * * 1-5", "2026-05-01T06:00", "2026-05-04T05:30"),
        ("20/15 * * * *", "2026-05-01T00:36", "2026-05-01T00:50"),
        ("*/5 * * * *", "2026-12-31T23:57:30", "2027-01-01T00:00"),
        ("0 0 31 * *", "2026-04-01T00:00", "2026-05-31T00:00"),
        ("0 0 29 2 *", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00"),
        # Both kinds of day restricted: either is enough. 1 May 2026 is a Friday.
        ("0 0 13 * FRI", "2026-05-08T00:00", "2026-05-13T00:00"),
        ("0 0 13 * FRI", "2026-05-13T00:00", "2026-05-15T00:00"),
        # A day field that begins with * is not restricted.
        ("0 0 */2 * FRI", "2026-05-01T00:00", "2026-05-15T00:00"),
    ],
)
def test_next_time(line: str, after: str, due: str) -> None:
    assert cron.next_after(cron.parse(line), at(after)) == at(due)


def test_a_day_that_never_comes() -> None:
    assert cron.next_after(cron.parse("0 0 31 2 *"), at("2026-01-01")) is None


@pytest.mark.parametrize(
    ("line", "zone", "after", "due"),
    [
        ("30 5 * * *", "America/New_York", "2026-01-01T00:00", "2026-01-01T10:30"),
        ("30 5 * * *", "America/New_York", "2026-07-01T00:00", "2026-07-01T09:30"),
        # 8 March 2026, New York: 2:00 becomes 3:00, which is 7:00 UTC.
        ("30 2 * * *", "America/New_York", "2026-03-08T05:00", "2026-03-08T07:00"),
        ("30 2 * * *", "America/New_York", "2026-03-08T07:00", "2026-03-09T06:30"),
        ("*/20 2 * * *", "America/New_York", "2026-03-08T05:00", "2026-03-08T07:00"),
        ("*/20 2 * * *", "America/New_York", "2026-03-08T07:00", "2026-03-09T06:00"),
        # 1 November 2026: 1:30 comes twice, at 5:30 and 6:30 UTC. The first one counts.
        ("30 1 * * *", "America/New_York", "2026-11-01T05:00", "2026-11-01T05:30"),
        ("30 1 * * *", "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30"),
        # Apia left out all of 30 December 2011.
        ("0 12 30 * *", "Pacific/Apia", "2011-12-29T12:00", "2011-12-30T10:00"),
        ("0 0 * * *", "Europe/Berlin", "2026-06-30T22:30", "2026-07-01T22:00"),
    ],
)
def test_time_zones(line: str, zone: str, after: str, due: str) -> None:
    found = cron.next_after(cron.parse(line), at(after), zone)
    assert found is not None
    assert found.astimezone(UTC) == at(due)


@pytest.mark.parametrize(
    ("moment", "due"),
    [("2026-05-01T05:30:59", True), ("2026-05-01T05:31", False), ("2026-05-02T05:30", False)],
)
def test_matches_the_minute(moment: str, due: bool) -> None:
    assert cron.matches(cron.parse("30 5 * * FRI"), at(moment)) is due


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Europe/Berln", 'did you mean "Europe/Berlin"?'),
        ("../../etc/passwd", "there is no time zone"),
        ("Europe", "there is no time zone"),
        ("a\0b", "there is no time zone"),
    ],
)
def test_unknown_time_zone(name: str, says: str) -> None:
    assert says in str(cron.zone_problem(name))
    with pytest.raises(ValueError, match="time zone"):
        cron.next_after(cron.parse("* * * * *"), at("2026-01-01"), name)


def test_known_time_zone() -> None:
    assert cron.zone_problem("Asia/Kolkata") is None


# --- properties ------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.one_of(st.text("0123456789*/,-@ SUNJAndy\t", max_size=30), st.text(max_size=30)))
def test_any_text_is_a_line_or_a_problem(line: str) -> None:
    found = cron.problems(line)
    for message, offset in found:
        assert message
        assert 0 <= offset <= len(line)
    if not found:
        cron.parse(line)


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: "{}-{}".format(*sorted(pair)))
    stepped = st.tuples(st.one_of(st.just("*"), span), st.integers(1, high)).map(
        lambda pair: f"{pair[0]}/{pair[1]}"
    )
    return st.lists(st.one_of(st.just("*"), number.map(str), span, stepped), min_size=1).map(
        ",".join
    )


LINES = st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).map(" ".join)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["UTC", "America/New_York", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"]
)


@settings(deadline=None)
@given(LINES, MOMENTS, ZONES)
def test_the_next_time_is_later_and_the_first(line: str, moment: datetime, zone: str) -> None:
    read = cron.parse(line)
    due = cron.next_after(read, moment, zone)
    if due is None:
        return
    assert due > moment
    middle = moment + (due.astimezone(UTC) - moment) / 2
    if middle < due:
        assert cron.next_after(read, middle, zone) == due
    assert cron.matches(read, due, zone)
    wall = due.replace(tzinfo=None)
    fits = wall.minute in read.minutes and wall.hour in read.hours and read.due_on(wall.date())
    before = due.astimezone(UTC) - timedelta(minutes=1)
    skipped = before.astimezone(due.tzinfo).utcoffset() != due.utcoffset()
    assert fits or skipped


@settings(deadline=None)
@given(st.datetimes(datetime(9990, 1, 1), datetime(9999, 12, 31, 23, 59), timezones=st.just(UTC)))
def test_the_end_of_time(moment: datetime) -> None:
    cron.next_after(cron.parse("0 0 31 12 *"), moment)
