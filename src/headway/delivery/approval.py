"""Who must say yes before a release goes out, and whether they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

Problem = tuple[str, str, str]  # path below the section, message, hint


class Approvals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True,
                rename={"from_": "from"}):  # fmt: skip
    """Different people, each with one vote; one no is enough to end it."""

    count: Annotated[int, Meta(ge=0, description="So many must say yes; `0` is nobody.")] = 0
    from_: Annotated[tuple[str, ...], Meta(description="Who may; none named: everybody.")] = ()
    own: Annotated[
        bool, Meta(description="Whether the yes of the one who deploys counts, too.")
    ] = False

    def problems(self) -> Iterator[Problem]:
        people = {name.casefold() for name in self.from_}
        if self.from_ and len(people) < self.count:
            yield (
                "count",
                f"{self.count} must say yes, but only {len(people)} may",
                "name more people in from, or ask for fewer",
            )
        if self.from_ and not self.count:
            yield "from", "nobody is asked: count is 0", "count: 1 asks for one of them"


class Vote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    by: str
    yes: bool
    reason: str = ""
    at: float = 0.0  # seconds since 1970


class Tally(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`text` says for people where it stands."""

    state: Literal["approved", "waiting", "rejected"]
    text: str
    approved_by: tuple[str, ...] = ()
    missing: int = 0


def tally(rule: Approvals, votes: Sequence[Vote], author: str = "") -> Tally:
    """Count distinct people who may vote; `author` is the one who deploys.

    A no of anybody who may vote ends it, whatever comes later. The author's yes counts only
    with `own`; their no always does. Names are compared without regard to case.
    """
    if not rule.count:
        return Tally(state="approved", text="no approval is needed")
    yes: dict[str, str] = {}
    for vote in votes:
        person = vote.by.casefold()
        if not _may(rule, person, author.casefold(), yes=vote.yes):
            continue
        if not vote.yes:
            why = f": {vote.reason}" if vote.reason else ""
            return Tally(state="rejected", text=f"{vote.by} said no{why}")
        yes.setdefault(person, vote.by)
    names = tuple(yes.values())
    missing = max(rule.count - len(names), 0)
    said = f"{_and(names)} said yes" if names else "nobody has said yes"
    if not missing:
        return Tally(state="approved", text=said, approved_by=names)
    whom = f"of {_and(rule.from_)}" if rule.from_ else "more" if names else "of anybody"
    if not rule.own and author:
        whom += f", not {author}"
    return Tally(
        state="waiting", text=f"{said}; {missing} {whom} must", approved_by=names, missing=missing
    )


def ignored(rule: Approvals, vote: Vote, author: str = "") -> str:
    """Why a vote doesn't count, as a sentence; empty when it does."""
    if _may(rule, vote.by.casefold(), author.casefold(), yes=vote.yes):
        return ""
    if vote.by.casefold() == author.casefold() and vote.yes and not rule.own:
        return f"{vote.by} deploys it, so somebody else must approve"
    return f"{vote.by} is not one of {_and(rule.from_)}"


def _may(rule: Approvals, person: str, author: str, *, yes: bool) -> bool:
    if not person or (yes and person == author and not rule.own):
        return False
    return not rule.from_ or person in {name.casefold() for name in rule.from_}


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
