"""Versions and ranges as npm's semver reads them, which both setup actions use.

Source: the documentation of the npm package semver, "Ranges"; loose parsing (`v1.2.3`, `=1.2`).
A range that can't be read matches nothing; `Range.parse` says so by giving None.
"""

from __future__ import annotations

import re

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Before: TypeAlias = tuple[int | str, ...]

_VERSION = re.compile(
    r"[v=\s]*(\d+)\.(\d+)\.(\d+)(?:-?((?:\d+|[A-Za-z-][0-9A-Za-z-]*)(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z.-]+)?"
)
_PARTIAL = re.compile(
    r"[v=\s]*(\d+|[xX*])(?:\.(\d+|[xX*])(?:\.(\d+|[xX*])(?:-?([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z.-]+)?)?)?"
)
_COMPARATOR = re.compile(r"(~>?|\^|[<>]?=?)\s*(\S*)")


class Version(Value):
    """`before` is what makes it a prerelease: ("rc", 1) of 3.13.0-rc.1; () for none."""

    major: int
    minor: int
    patch: int
    before: Before = ()

    @classmethod
    def parse(cls, text: str) -> Version | None:
        found = _VERSION.fullmatch(text.strip())
        if found is None:
            return None
        return cls(int(found[1]), int(found[2]), int(found[3]), _before(found[4]))

    @property
    def core(self) -> tuple[int, int, int]:
        return self.major, self.minor, self.patch

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts as versions do: prereleases first, numbers before words."""
        parts = tuple((0, p, "") if isinstance(p, int) else (1, 0, p) for p in self.before)
        return self.core, not self.before, parts

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        return text + "-" + ".".join(map(str, self.before)) if self.before else text


def _before(text: str | None) -> Before:
    return tuple(int(p) if p.isdecimal() else p for p in text.split(".")) if text else ()


class Comparator(Value):
    operator: str  # < <= > >= =
    version: Version

    def allows(self, version: Version) -> bool:
        mine, other = self.version.order, version.order
        return {
            "<": other < mine,
            "<=": other <= mine,
            ">": other > mine,
            ">=": other >= mine,
            "=": other == mine,
        }[self.operator]


class Range:
    """Alternatives (`||`), each a list of comparators that must all hold."""

    def __init__(self, alternatives: list[list[Comparator]]) -> None:
        self._alternatives = alternatives

    @classmethod
    def parse(cls, text: str) -> Range | None:
        found = [_alternative(part.strip()) for part in text.split("||")]
        alternatives = [comparators for comparators in found if comparators is not None]
        return cls(alternatives) if alternatives else None

    def allows(self, version: Version) -> bool:
        """A prerelease only counts where the range names one of the same version."""
        return any(
            all(c.allows(version) for c in comparators)
            and (
                not version.before
                or any(c.version.before and c.version.core == version.core for c in comparators)
            )
            for comparators in self._alternatives
        )


def _alternative(text: str) -> list[Comparator] | None:
    """None when nothing in it can be read; else (as npm does) what can't be is left out."""
    hyphen = re.fullmatch(r"(\S+)\s+-\s+(\S+)", text)
    if hyphen:
        first, last = _partial(hyphen[1]), _partial(hyphen[2])
        if first is None or last is None:
            return None
        return [*_compared(">=", *first), *_compared("<=", *last)]
    # An operator may stand apart from its version.
    text = re.sub(r"(~>?|\^|[<>]=?|=)\s+", r"\1", text)
    readable = [word for word in map(_word, text.split() or ["*"]) if word is not None]
    return [comparator for word in readable for comparator in word] if readable else None


def _word(text: str) -> list[Comparator] | None:
    found = _COMPARATOR.fullmatch(text)
    partial = _partial(found[2] or "*") if found else None
    return _compared(found[1], *partial) if found and partial else None


def _partial(text: str) -> tuple[list[int], Before] | None:
    """The numbers that are given (1.x gives [1]), and the prerelease."""
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return None
    given = [part for part in found.groups()[:3] if part is not None]
    numbers = [int(part) for part in given if part.isdecimal()]
    if given[: len(numbers)] != [part for part in given if part.isdecimal()]:
        return None  # a number after an x
    return numbers, _before(found[4]) if len(numbers) == 3 else ()


def _compared(operator: str, numbers: list[int], before: Before) -> list[Comparator]:
    given = len(numbers)
    low = _filled(numbers).replace(before=before)
    if operator.startswith("~"):
        return _between(low, numbers[: min(given, 2)])
    if operator == "^":
        return _between(low, numbers[: _caret(numbers)])
    if operator in ("", "="):
        return [Comparator("=", low)] if given == 3 else _between(low, numbers)
    if given == 3:
        return [Comparator(operator, low)]
    if not given:
        nothing = Comparator("<", Version(0, 0, 0, (0,)))
        return [nothing] if operator in ("<", ">") else []
    above = _next(numbers)
    return {
        ">": [Comparator(">=", above)],
        ">=": [Comparator(">=", low)],
        "<": [Comparator("<", low.replace(before=(0,)))],
        "<=": [Comparator("<", above.replace(before=(0,)))],
    }[operator]


def _caret(numbers: list[int]) -> int:
    """How many numbers `^` holds fast: up to the first that isn't zero."""
    for index, number in enumerate(numbers):
        if number:
            return index + 1
    return len(numbers)


def _between(low: Version, numbers: list[int]) -> list[Comparator]:
    """From `low` up to, not including, where the last of `numbers` is one higher."""
    if not numbers:
        return []
    return [Comparator(">=", low), Comparator("<", _next(numbers).replace(before=(0,)))]


def _next(numbers: list[int]) -> Version:
    return _filled([*numbers[:-1], numbers[-1] + 1])


def _filled(numbers: list[int]) -> Version:
    major, minor, patch = [*numbers, 0, 0, 0][:3]
    return Version(major, minor, patch)


def best(spec: str, versions: list[Version]) -> Version | None:
    """The highest of `versions` in the range, or None."""
    wanted = Range.parse(spec)
    allowed = [v for v in versions if wanted is not None and wanted.allows(v)]
    return max(allowed, key=lambda v: v.order, default=None)
