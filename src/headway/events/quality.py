"""The events of evidence and gates. Stream: the id of the verdict."""

from __future__ import annotations

from headway.events import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class EvidenceCollected(Event):
    """Reports became one record; the record itself is a file named by its digest."""

    kind = "evidence.collected"
    digest: str  # SHA-256 (hex) of the evidence: headway.quality.evidence.digest
    sha: str
    branch: str = ""
    dirty: bool = False
    repository: str = ""  # owner/name
    root: str = ""  # the working tree
    run: str = ""  # the run that it came from, if any
    measures: Mapping[str, float] = {}
    number: int = 0  # counts the verdicts of this working tree, from 1: what people type


class VerdictReached(Event):
    """The gates were judged. `verdict` is headway.verdict.Verdict as JSON."""

    kind = "verdict.reached"
    outcome: str  # passed failed inconclusive error
    evidence: str  # digest
    settings: str  # digest of the gates' settings
    baseline: str = ""  # digest of the evidence compared with
    verdict: Mapping[str, Any] = {}
    inputs: str = ""  # digest of headway.quality.judge.Inputs: all that the verdict follows from
    reason: str = ""  # why, in a line


class DeploymentDecided(Event):
    """Whether a commit may go into an environment, and by which rules."""

    kind = "verdict.decided"
    environment: str
    service: str
    answer: str  # deploy hold reject
    sha: str = ""
    verdict: str = ""  # id
    release: str = ""  # digest
    version: str = ""
    facts: Mapping[str, Any] = {}  # headway.delivery.decision.Facts
    rules: tuple[Mapping[str, Any], ...] = ()  # headway.delivery.decision.Rule
    now: float = 0.0  # the moment that windows were asked about, seconds since 1970
