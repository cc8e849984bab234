"""Pylint's duplicate-code (R0801): which passages one of its messages is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from headway.quality.report import Duplication, Span

RULE = "R0801"
SYMBOL = "duplicate-code"

_PLACE = re.compile(r"^==(.+):\[(\d{1,9}):(\d{1,9})\]$", re.MULTILINE)


def duplication(message: str) -> Duplication | None:
    """The passages of one message, None when it names fewer than two.

    Pylint names modules (`shop.orders`), written here as the path that they are to end in
    (`shop/orders.py`), and counts lines from 0 with the end left out.
    """
    spans = {
        Span(module.replace(".", "/") + ".py", int(start) + 1, int(end))
        for module, start, end in _PLACE.findall(message)
    }
    if len(spans) < 2:
        return None
    places = tuple(sorted(spans))
    return Duplication(places=places, lines=max(s.end_line - s.line + 1 for s in places))


def duplications(messages: Iterable[str]) -> tuple[Duplication, ...]:
    """The passages of several messages."""
    found = (duplication(message) for message in messages)
    return tuple(one for one in found if one is not None)
