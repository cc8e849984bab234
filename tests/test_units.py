"""Durations, shares, sizes and rates, as people write them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway import units
from headway.units import UnitError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        (" 1.5h ", 5400),
        ("250ms", 0.25),
        ("1d", 86400),
        ("2w", 1209600),
        ("0", 0),
        ("0s", 0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert units.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.25, "250ms"), (90, "1m30s"), (5400, "1h30m"), (86401.5, "1d1s500ms")],
)
def test_durations_written(seconds: float, text: str) -> None:
    assert units.duration_text(seconds) == text


@given(st.integers(0, 10**10))
def test_durations_come_back(milliseconds: int) -> None:
    text = units.duration_text(milliseconds / 1000)
    assert units.duration(text) == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0ms"),
        (0.0832, "83ms"),
        (0.42, "0.4s"),
        (12.34, "12.3s"),
        (59.96, "1m 00s"),
        (64, "1m 04s"),
        (3599.7, "1h 00m"),
        (7500, "2h 05m"),
        (273600, "3d 04h"),
        (-1, "0ms"),
    ],
)
def test_times_for_people(seconds: float, text: str) -> None:
    assert units.elapsed(seconds) == text


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 0.1), ("0%", 0), ("12.5 %", 0.125), ("100%", 1)]
)
def test_shares(text: str, value: float) -> None:
    assert units.share(text) == pytest.approx(value)
    assert units.share_text(value) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("512", 512),
        ("0B", 0),
        ("2GiB", 2 * 1024**3),
        ("2 gib", 2 * 1024**3),
        ("1.5MB", 1_500_000),
        ("10kB", 10_000),
        ("9007199254740993B", 9007199254740993),
    ],
)
def test_sizes(text: str, count: int) -> None:
    assert units.size(text) == count


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (1048575, "1 MiB"), (2 * 1024**3, "2 GiB")],
)
def test_sizes_for_people(count: int, text: str) -> None:
    assert units.size_text(count) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("1000/s", 1000), ("30/m", 0.5), ("1/h", 1 / 3600), ("0/s", 0), ("2/d", 2 / 86400)],
)
def test_rates(text: str, value: float) -> None:
    assert units.rate(text) == pytest.approx(value)
    assert units.rate_text(value) == text


@pytest.mark.parametrize(
    ("read", "text", "hint"),
    [
        (units.duration, "", "30s, 5m, 2h or 1h30m"),
        (units.duration, "5", "30s"),
        (units.duration, "30m1h", "30s"),
        (units.duration, "1h1h", "30s"),
        (units.duration, "-5s", "30s"),
        (units.duration, "soon", "30s"),
        (units.share, "0.1", "such as 10%"),
        (units.share, "110%", "100% is the most"),
        (units.size, "2 gigs", "KiB"),
        (units.size, "GiB", "KiB"),
        (units.rate, "1000", "1000/s"),
        (units.rate, "5/week", "1000/s"),
    ],
)
def test_what_cannot_be_read(read: Callable[[str], object], text: str, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        read(text)
    assert hint in caught.value.hint
    assert text in caught.value.message


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (units.duration, units.share, units.size, units.rate):
        with contextlib.suppress(UnitError):
            assert read(text) >= 0  # type: ignore[operator]
