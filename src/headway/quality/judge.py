"""The verdict on evidence: a function of values, the same on every machine and on every day
that is passed in.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from headway.quality.evidence import Evidence
from headway.quality.flaky import History
from headway.quality.new_code import Diff
from headway.quality.settings import Gates, Quarantine, Waiver
from headway.verdict import Verdict

NO_HISTORY = History()


class Inputs(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a verdict follows from, but for the evidence, which its digest names."""

    evidence: str  # digest
    today: date
    baseline: str = ""  # digest; "" for none
    gates: Gates = Gates()
    waivers: tuple[Waiver, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    diff: Diff | None = None
    history: History = NO_HISTORY


def judge(
    evidence: Evidence,
    gates: Gates,
    *,
    today: date,
    waivers: tuple[Waiver, ...] = (),
    quarantine: tuple[Quarantine, ...] = (),
    baseline: Evidence | None = None,
    diff: Diff | None = None,
    history: History = NO_HISTORY,
) -> Verdict:
    """The worst answer of the gates that block, and every gate's answer."""
    raise NotImplementedError
