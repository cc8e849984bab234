"""Branch coverage of a file, kept as short text: `6:2/2;9:1/2:10` (line:taken/total[:missed]).

Text, because a large project has hundreds of thousands of branches and an object for each
would weigh more than all lines together.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

_CLEAN = str.maketrans(dict.fromkeys(":;,/\n\r\t", " "))


class Branch(Struct, frozen=True, array_like=True):
    """The ways out of one line: how many there are, how many were taken.

    `missed` names those not taken when the tool says which (None: it does not), so that two
    shards that each took another way add up to both.
    """

    line: int
    total: int
    taken: int
    missed: tuple[str, ...] | None = None


def text(line: int, taken: int, total: int, missed: Iterable[str] | None = None) -> str:
    """One branching line as text."""
    head = f"{line}:{taken}/{total}"
    if missed is None:
        return head
    return f"{head}:{','.join(sorted(clean(name) for name in missed))}"


def clean(name: str) -> str:
    """A branch's name without the characters that separate."""
    return " ".join(name[:200].translate(_CLEAN).split())


def pack(branches: Iterable[Branch]) -> str:
    ordered = sorted(branches, key=lambda b: b.line)
    return ";".join(text(b.line, b.taken, b.total, b.missed) for b in ordered)


def unpack(data: str) -> list[Branch]:
    found = []
    for entry in data.split(";") if data else ():
        line, counts, *missed = entry.split(":")
        taken, _, total = counts.partition("/")
        names = tuple(filter(None, missed[0].split(","))) if missed else None
        found.append(Branch(int(line), int(total), int(taken), names))
    return found


def count(data: str) -> tuple[int, int]:
    """(taken, all) over the file."""
    taken = total = 0
    for entry in data.split(";") if data else ():
        one, _, all_ = entry.split(":", 2)[1].partition("/")
        taken += int(one)
        total += int(all_)
    return taken, total


def merge(parts: Iterable[str]) -> str:
    """Branch coverage of one file over several runs, in whatever order."""
    different = set(filter(None, parts))
    if len(different) < 2:
        return next(iter(different), "")
    by_line: dict[int, list[Branch]] = {}
    for data in different:
        for branch in unpack(data):
            by_line.setdefault(branch.line, []).append(branch)
    return pack(_merged(line, seen) for line, seen in by_line.items())


def _merged(line: int, seen: list[Branch]) -> Branch:
    total = max(b.total for b in seen)
    taken = max(b.taken for b in seen)
    named = [set(b.missed) for b in seen if b.missed is not None]
    if not named:
        # Which ways were taken is not known, so the best run is the most that is certain.
        return Branch(line, total, taken)
    missed = set.intersection(*named)
    taken = max(taken, total - len(missed))
    if taken == total:
        missed = set()
    return Branch(line, total, taken, tuple(sorted(missed)))
