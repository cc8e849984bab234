"""Amounts that are a number or a share of something: `2`, `25%`."""

from __future__ import annotations

import math

from headway.units import UnitError, share


def amount(value: int | str, of: int, *, up: bool) -> int:
    """How many of `of` are meant; a share is rounded up or down. Raises UnitError."""
    if isinstance(value, int):
        return value
    if value.strip().isdecimal():
        return int(value)
    exact = round(share(value) * of, 9)  # 30 % of 10 are 3, not 3.0000000000000004
    return math.ceil(exact) if up else math.floor(exact)


def amount_problem(value: int | str) -> str:
    """What is wrong with it, as a sentence; empty when nothing is."""
    try:
        negative = amount(value, 1, up=True) < 0
    except UnitError:
        return f'"{value}" is neither a number nor a share'
    return "it can't be negative" if negative else ""
