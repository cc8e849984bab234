"""Freeze windows: days, weeks, cron lines; time zones, and what clock changes do to them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import environment

from headway.delivery.freeze import frozen


def freeze(*windows, zone="Europe/Berlin"):
    return environment(freeze={"zone": zone, "windows": list(windows)}).freeze


def moment(text, zone="Europe/Berlin", fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


WEEKEND = {"name": "weekend", "weekly": "fri 16:00 - mon 08:00"}
OVER_NEW_YEAR = {"name": "holidays", "from": "2026-12-20", "until": "2027-01-03"}
NIGHT = {"name": "night", "cron": "0 22 * * *", "for": "8h"}
LUNCH = {"name": "lunch", "weekly": "wed 12:00 - wed 13:00"}
ALMOST_ALWAYS = {"name": "but lunch", "weekly": "wed 13:00 - wed 12:00"}


@pytest.mark.parametrize(
    ("window", "when", "is_frozen"),
    [
        (WEEKEND, "2026-11-20 15:59", False),
        (WEEKEND, "2026-11-20 16:00", True),
        (WEEKEND, "2026-11-22 23:00", True),
        (WEEKEND, "2026-11-23 07:59", True),
        (WEEKEND, "2026-11-23 08:00", False),
        (OVER_NEW_YEAR, "2026-12-19 23:59", False),
        (OVER_NEW_YEAR, "2026-12-20 00:00", True),
        (OVER_NEW_YEAR, "2027-01-03 23:59", True),  # the whole last day
        (OVER_NEW_YEAR, "2027-01-04 00:00", False),
        ({"from": "2026-12-20 12:00", "until": "2026-12-20 14:00"}, "2026-12-20 13:59", True),
        ({"from": "2026-12-20 12:00", "until": "2026-12-20 14:00"}, "2026-12-20 14:00", False),
        (NIGHT, "2026-11-20 21:59", False),
        (NIGHT, "2026-11-20 22:00", True),
        (NIGHT, "2026-11-21 05:59", True),
        (NIGHT, "2026-11-21 06:00", False),
        (LUNCH, "2026-11-18 12:30", True),
        (LUNCH, "2026-11-19 12:30", False),
        (ALMOST_ALWAYS, "2026-11-18 12:30", False),
        (ALMOST_ALWAYS, "2026-11-18 13:00", True),
        (ALMOST_ALWAYS, "2026-11-17 12:30", True),
    ],
)
def test_windows(window, when, is_frozen):
    assert bool(frozen(freeze(window), moment(when))) is is_frozen


def test_the_zone_of_the_windows_counts():
    noon_in_tokyo = moment("2026-11-18 12:30", "Asia/Tokyo")
    assert frozen(freeze(LUNCH, zone="Asia/Tokyo"), noon_in_tokyo)
    assert not frozen(freeze(LUNCH, zone="UTC"), noon_in_tokyo)


def test_an_hour_that_comes_twice_is_frozen_both_times():
    """Berlin, 2026-10-25: 03:00 becomes 02:00."""
    night = freeze({"weekly": "sun 02:00 - sun 02:30"})
    assert frozen(night, moment("2026-10-25 02:10", fold=0))
    assert frozen(night, moment("2026-10-25 02:10", fold=1))
    assert not frozen(night, moment("2026-10-25 02:30", fold=1))


def test_a_start_in_an_hour_that_is_skipped_is_not_skipped():
    """Berlin, 2026-03-29: 02:00 becomes 03:00."""
    night = freeze({"weekly": "sun 02:30 - sun 05:00"})
    assert frozen(night, moment("2026-03-29 03:00"))
    assert not frozen(night, moment("2026-03-29 05:00"))


def test_a_weekend_is_as_long_as_the_clock_makes_it():
    found = frozen(freeze(WEEKEND), moment("2026-10-24 12:00"))
    assert found.until - found.since == (64 + 1) * 3600
    assert found.text == "weekend, until Mon 2026-10-26 08:00 CET"


def test_windows_that_follow_each_other_end_with_the_last():
    both = freeze(
        {"name": "a", "from": "2026-12-01", "until": "2026-12-01"},
        {"name": "b", "from": "2026-12-02", "until": "2026-12-02"},
    )
    found = frozen(both, moment("2026-12-01 12:00"))
    assert (found.name, found.until) == ("a", moment("2026-12-03 00:00"))


def test_without_a_gap_there_is_no_end_worth_naming():
    always = freeze({"weekly": "mon 00:00 - mon 00:00"})
    assert frozen(always, moment("2026-12-01 12:00"))


@pytest.mark.parametrize(
    ("section", "path", "message"),
    [
        ({"zone": "Europe/Berlim"}, "zone", 'there is no time zone "Europe/Berlim"'),
        ({"windows": [{}]}, "windows[0]", "given in exactly one way"),
        ({"windows": [{"weekly": "friday evening"}]}, "windows[0].weekly", "no span of a week"),
        ({"windows": [{"weekly": "fri 16:00 - xxx 08:00"}]}, "windows[0].weekly", "no span"),
        ({"windows": [{"weekly": "fri 26:00 - mon 08:00"}]}, "windows[0].weekly", "no span"),
        ({"windows": [{"cron": "0 22 * *", "for": "1h"}]}, "windows[0].cron", "five fields"),
        ({"windows": [{"cron": "0 22 * * *"}]}, "windows[0].for", "how long it lasts"),
        ({"windows": [{"from": "20.12.2026", "until": "x"}]}, "windows[0].from", "neither a day"),
        (
            {"windows": [{"from": "2026-02-30", "until": "2026-03-01"}]},
            "windows[0].from",
            "neither",
        ),
        ({"windows": [{"from": "2026-12-20"}]}, "windows[0].until", "neither a day"),
        (
            {"windows": [{"from": "2026-12-20", "until": "2026-12-19"}]},
            "windows[0].until",
            "it ends before it begins",
        ),
    ],
)
def test_mistakes(section, path, message):
    ((at, said, _),) = environment(freeze=section).freeze.problems()
    assert at == path
    assert message in said
