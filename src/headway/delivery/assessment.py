"""What the analysis says of a rollout at one moment: the answer that a step goes by."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Answer = Literal["continue", "promote", "rollback", "inconclusive"]


class Assessment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`continue`: enough was seen, nothing speaks against the new version, and it may pass when
    its time is up. `promote`: proven good enough, or an experiment has its winner; it needn't
    wait. `rollback`: take it back. `inconclusive`: too little was seen, or enough to doubt."""

    answer: Answer
    reasons: tuple[str, ...] = ()  # sentences, the deciding one first
    winner: str = ""  # with `promote` in an experiment: the group that won
