"""Durations `30s 5m 2h 1h30m`, shares `10%`, sizes `2GiB`, rates `1000/s`: read and written.

The one place for them: headway.yaml, flags and reports all use these words.
"""

from __future__ import annotations

from headway.errors import UsageError

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
BYTES = {
    "B": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
    "TiB": 1024**4,
}
_BYTES = {name.lower(): factor for name, factor in BYTES.items()}
_NUMBER = r"(\d+(?:\.\d+)?)"


class UnitError(UsageError):
    """A quantity that can't be read; the message has the text, the hint what is expected."""


def duration(text: str) -> float:
    """Seconds in `90s`, `1h30m`, `250ms`, `0`. A unit is needed, but for zero.

    Units go from large to small and come once each. Raises UnitError.
    """
    import re

    rest = text.strip()
    if rest == "0":
        return 0.0
    total, largest = 0.0, float("inf")
    while rest:
        found = re.match(rf"{_NUMBER}\s*(ms|[smhdw])\s*", rest)
        if found is None or SECONDS[found[2]] >= largest:
            raise _unreadable("duration", text, "30s, 5m, 2h or 1h30m")
        largest = SECONDS[found[2]]
        total += float(found[1]) * largest
        rest = rest[found.end() :]
    if largest == float("inf"):
        raise _unreadable("duration", text, "30s, 5m, 2h or 1h30m")
    return total


def duration_text(seconds: float) -> str:
    """The shortest text that `duration` reads back as this: 5400 is `1h30m`; to the millisecond."""
    if seconds < 0:
        raise ValueError("a duration can't be negative")
    left = round(seconds * 1000)
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        size = round(SECONDS[unit] * 1000)
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def elapsed(seconds: float) -> str:
    """For people to read, never back: `8ms`, `12.3s`, `1m 04s`, `2h 05m`, `3d 04h`."""
    if seconds < 0.0995:
        return f"{max(seconds, 0.0) * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h {minutes:02d}m"
    days, hours = divmod(hours, 24)
    return f"{days}d {hours:02d}h"


def share(text: str) -> float:
    """0.1 for `10%`; from 0% to 100%. Raises UnitError."""
    import re

    found = re.fullmatch(rf"\s*{_NUMBER}\s*%\s*", text)
    if found is None:
        raise _unreadable("share", text, "a percentage such as 10%")
    value = float(found[1]) / 100
    if value > 1:
        raise UnitError(f'the share "{text.strip()}" is more than all', hint="100% is the most")
    return value


def share_text(value: float) -> str:
    """`10%` for 0.1, `12.5%` for 0.125; at most four decimals."""
    return f"{round(value * 100, 4):.10g}%"


def size(text: str) -> int:
    """Bytes in `2GiB`, `1.5 MB`, `512` (a bare number is bytes). Raises UnitError."""
    import re

    found = re.fullmatch(rf"\s*{_NUMBER}\s*([A-Za-z]*)\s*", text)
    factor = _BYTES.get((found[2] or "B").lower()) if found else None
    if found is None or factor is None:
        raise _unreadable("size", text, "a number and one of " + ", ".join(BYTES))
    return int(float(found[1]) * factor) if "." in found[1] else int(found[1]) * factor


def size_text(count: int) -> str:
    """For people, in units of 1024: `17 B`, `1.5 KiB`, `2 GiB`."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1023.95:
            return f"{value:.1f}".removesuffix(".0") + f" {unit}"
        value /= 1024
    return f"{value:.1f}".removesuffix(".0") + " TiB"


def rate(text: str) -> float:
    """How often a second: 1000 for `1000/s`, 0.5 for `30/m`; s, m, h, d. Raises UnitError."""
    import re

    found = re.fullmatch(rf"\s*{_NUMBER}\s*/\s*([smhd])\s*", text)
    if found is None:
        raise _unreadable("rate", text, "a number a time, such as 1000/s or 30/m")
    return float(found[1]) / SECONDS[found[2]]


def rate_text(per_second: float) -> str:
    """`1000/s`, or a longer unit when it is less than one a second: `30/m`."""
    for unit in "smh":
        value = per_second * SECONDS[unit]
        if value >= 1 or per_second == 0:
            return f"{round(value, 6):.10g}/{unit}"
    return f"{round(per_second * SECONDS['d'], 6):.10g}/d"


def _unreadable(what: str, text: str, expected: str) -> UnitError:
    return UnitError(f'"{text}" is not a {what}', hint=f"expected {expected}")


# In types that are read from headway.yaml: plain numbers afterwards, in the unit named.


class Duration(float):
    """Seconds, written `30s`."""

    parse = staticmethod(duration)


class Share(float):
    """0 to 1, written `10%`."""

    parse = staticmethod(share)


class Size(int):
    """Bytes, written `2GiB`."""

    parse = staticmethod(size)


class Rate(float):
    """How often a second, written `1000/s`."""

    parse = staticmethod(rate)


QUANTITIES: tuple[type[Duration] | type[Share] | type[Size] | type[Rate], ...] = (
    Duration,
    Share,
    Size,
    Rate,
)
