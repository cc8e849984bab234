"""How quantities with units look in headway.yaml, for messages, the schema and the reference.

Any class with a static `parse(text)` that raises HeadwayError is read from a text. Those of
`units` are described here; another class may say the same of itself with class attributes
`NOUN` ("a version"), `EXAMPLE` and `PATTERN` (a regular expression for all of the text).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from headway import units

_NUMBER = r"\d+(\.\d+)?"


class Quantity(Struct, frozen=True, kw_only=True):
    """What there is to know about a class whose values are written as a text."""

    noun: str  # with its article
    example: str
    pattern: str  # regular expression, without anchors; "" when none is known
    text: Callable[[float], str] = str  # of a value
    with_unit: Callable[[float], str] | None = None  # what a bare number may have meant
    zero: bool = False  # a bare 0 needs no unit


def _parts(names: str) -> str:
    """Units from large to small, once each, at least one."""
    each = "".join(rf"({_NUMBER}\s*{name}\s*)?" for name in names.split())
    return rf"(?=\d){each}"


def _share_of(number: float) -> str:
    if 0 < number < 1:
        return units.share_text(number)
    return f"{number:.10g}%"


_KNOWN: dict[type, Quantity] = {
    units.Duration: Quantity(
        noun="a duration",
        example="30s",
        pattern=rf"\s*(0|{_parts('w d h m s ms')})\s*",
        text=units.duration_text,
        with_unit=lambda n: f"{n:.10g}ms or {n:.10g}s" if n >= 100 else f"{n:.10g}s or {n:.10g}m",
        zero=True,
    ),
    units.Share: Quantity(
        noun="a share",
        example="10%",
        pattern=r"\s*0*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*",
        text=units.share_text,
        with_unit=_share_of,
    ),
    units.Size: Quantity(
        noun="a size",
        example="2GiB",
        pattern=rf"\s*{_NUMBER}\s*([bB]|[kKmMgGtT][iI]?[bB])\s*",
        text=lambda count: units.size_text(int(count)).replace(" ", ""),
        with_unit=lambda n: f"{n:.10g}MiB or {n:.10g}GiB",
    ),
    units.Rate: Quantity(
        noun="a rate",
        example="1000/s",
        pattern=rf"\s*{_NUMBER}\s*/\s*[smhd]\s*",
        text=units.rate_text,
        with_unit=lambda n: f"{n:.10g}/s or {n:.10g}/m",
    ),
}


def describe(cls: type) -> Quantity:
    """What there is to know about a class with `parse`."""
    known = _KNOWN.get(cls)
    if known is not None:
        return known
    name = cls.__name__.lower()
    article = "an" if name[0] in "aeiou" else "a"
    return Quantity(
        noun=getattr(cls, "NOUN", f"{article} {name}"),
        example=getattr(cls, "EXAMPLE", ""),
        pattern=getattr(cls, "PATTERN", ""),
    )


def is_bare(text: str) -> bool:
    """Whether the text is a number without a unit."""
    return re.fullmatch(r"\s*[-+]?\d+(\.\d+)?\s*", text) is not None
