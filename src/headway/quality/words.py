"""Numbers and counts in the sentences of verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def number(value: float, *apart: float) -> str:
    """At most one decimal, `78.4`; more where it would look the same as a number it is not
    (79.97 beside 80)."""
    for decimals in range(1, 7):
        text = f"{value:.{decimals}f}"
        if all(value == other or float(text) != other for other in apart):
            break
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: float, unit: str, *apart: float) -> str:
    """`78.4 %`, `250 ms`, `12/s`, `3`."""
    return _with(number(value, *apart), unit)


def bound(value: float, unit: str) -> str:
    """A limit, as it was written."""
    return _with(f"{round(value, 6):.12g}", unit)


def _with(text: str, unit: str) -> str:
    if unit == "/s":
        return text + unit
    return f"{text} {unit}" if unit else text


def distance(value: float, unit: str) -> str:
    """A difference: `1.6 points` of percentages, `50 ms`, `3`."""
    if unit == "%":
        text = number(value, 0)
        return f"{text} point" if text == "1" else f"{text} points"
    return quantity(value, unit, 0)


def many(count: float, one: str, several: str = "") -> str:
    """`1 test`, `2 tests`, `no test`."""
    if count == 1:
        return f"1 {one}"
    plural = several or one + "s"
    return f"{count:,.0f} {plural}" if count else f"no {one}"


def be(count: float) -> str:
    return "is" if count in (0, 1) else "are"


def listed(names: Sequence[str], most: int = 3) -> str:
    """`a, b and c`, `a, b, c and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def ranges(lines: Iterable[int], most: int = 0) -> str:
    """`3-5, 9, 12-20`; after `most` characters `…`."""
    parts: list[str] = []
    first = last = -2
    size = 0
    for line in lines:
        if line == last + 1:
            last = line
            continue
        if last > 0:
            parts.append(_range(first, last))
            size += len(parts[-1]) + 2
            if most and size > most:
                return ", ".join(parts) + ", …"
        first = last = line
    if last > 0:
        parts.append(_range(first, last))
    return ", ".join(parts)


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
