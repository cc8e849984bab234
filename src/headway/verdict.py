"""What the gates said of a commit, and why: passed, failed, inconclusive, error.

`inconclusive` is its own answer, never a pass: a tool could not do its work, or there was too
little to go by. `error` says that a rule itself could not be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Outcome = Literal["passed", "failed", "inconclusive", "error"]
ORDER: tuple[Outcome, ...] = ("failed", "error", "inconclusive", "passed")  # the worst first


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One gate's answer.

    `margin` is how far the value is on the good side of the limit, negative beyond it, in the
    measure's own unit. `findings` are fingerprints, the worst first.
    """

    gate: str  # the key in headway.yaml: coverage.min, vulnerabilities.critical, rules.NAME
    outcome: Outcome
    message: str  # why, as a sentence
    blocking: bool = True
    measure: str = ""  # the name in Evidence.measures
    value: float | None = None
    comparison: Literal["", "at least", "at most"] = ""
    limit: float | None = None
    margin: float | None = None
    unit: str = ""  # "%", "ms", "/s", "" for counts
    hint: str = ""
    reports: tuple[str, ...] = ()  # sources of the reports it comes from
    findings: tuple[str, ...] = ()
    details: tuple[str, ...] = ()  # what it is about, a line each, the worst first


class Use(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A waiver that changed an answer."""

    waiver: str  # what it names: a rule, a fingerprint, a gate
    reason: str
    owner: str
    until: str  # the last day it holds: 2026-01-31
    gate: str
    count: int = 1  # findings that it covered


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one thing costs a score, with the arithmetic: `2 critical × 10 + 1 high × 5 = 25`."""

    name: str
    cost: float = 0.0
    most: float | None = None  # it costs no more than this
    arithmetic: str = ""
    measured: bool = True  # False: there is no report of it, so it costs nothing


class Score(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """100 less what its parts cost, at least 0."""

    name: str  # security, quality
    value: float
    parts: tuple[Part, ...]
    arithmetic: str = ""


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The worst blocking answer decides."""

    outcome: Outcome
    results: tuple[Result, ...]
    waived: tuple[Use, ...] = ()
    scores: tuple[Score, ...] = ()
    sha: str = ""
    evidence: str = ""  # digest
    baseline: str = ""  # digest of the evidence that was compared with
    when: str = ""  # UTC, 2026-01-31T12:00:00Z


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of several; of none, `passed`."""
    return min(outcomes, key=ORDER.index, default="passed")
