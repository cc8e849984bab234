"""The verdict on evidence: a function of values, the same on every machine and on every day
that is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from headway.errors import HeadwayError, did_you_mean
from headway.quality.case import Case
from headway.quality.evidence import Evidence
from headway.quality.flaky import History
from headway.quality.gate import blocking, stated
from headway.quality.gates import GATES
from headway.quality.new_code import Diff
from headway.quality.settings import Gates, Quarantine, Waiver, quantity
from headway.quality.waiver import matcher
from headway.quality.words import listed
from headway.verdict import Result, Verdict, worst

NO_HISTORY = History()
SCHEMA = 1


class Inputs(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a verdict follows from, but for the evidence, which its digest names."""

    evidence: str  # digest
    today: date
    schema: int = SCHEMA
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
    waivers: Iterable[Waiver] = (),
    quarantine: Iterable[Quarantine] = (),
    baseline: Evidence | None = None,
    diff: Diff | None = None,
    history: History = NO_HISTORY,
) -> Verdict:
    """The worst answer of the gates that block, and every gate's answer.

    Leaves `evidence`, `baseline` and `when` of the verdict to `again`, which knows the digests.
    """
    case = Case(
        evidence,
        gates,
        today=today,
        waivers=waivers,
        quarantine=quarantine,
        baseline=baseline,
        diff=diff,
        history=history,
    )
    results = [result for gate in GATES.values() for result in gate.judge(case)]
    if not any(result.reports or result.blocking for result in results):
        results.append(_nothing_judged(evidence))
    results = [_excused(case, result) for result in results]
    results += _waivers(case, results)
    return Verdict(
        outcome=worst(result.outcome for result in results if result.blocking),
        results=tuple(results),
        waived=case.uses,
        scores=case.known_scores,
        sha=evidence.commit.sha,
    )


def _nothing_judged(evidence: Evidence) -> Result:
    names = listed(sorted({one.tool for one in evidence.reports}))
    return stated(
        "reports.any",
        "inconclusive",
        f"no gate applies to these reports ({names})",
        blocking=True,
        hint="set limits in `gates`, or say what they are evidence of in `gates.reports.covers`",
    )


def _excused(case: Case, result: Result) -> Result:
    """A failing gate with a waiver still fails, but stops nothing."""
    if result.outcome == "passed" or not result.blocking:
        return result
    waiver = case.waivers.of_gate(result.gate)
    if waiver is None:
        return result
    case.note(waiver, result.gate)
    message = f"{result.message}; waived until {waiver.until} by {waiver.owner}: {waiver.reason}"
    return replace(result, blocking=False, message=message)


def _waivers(case: Case, results: Sequence[Result]) -> Iterator[Result]:
    """`waivers.expired` fails while what it is for is still there; `waivers.unused` only tells."""
    names = {result.gate for result in results}
    troubled = {result.gate for result in results if result.outcome != "passed"}
    expired = [one for one in case.waivers.expired if _still_there(case, one, troubled)]
    unused = [
        one
        for one in case.waivers.all
        if one not in expired and not case.is_used(one) and not _still_there(case, one, troubled)
    ]
    if expired:
        yield _expired(case, expired)
    if unused:
        hint = "remove what isn't needed any more"
        unknown = next((one.gate for one in unused if one.gate and one.gate not in names), "")
        if unknown:
            hint = did_you_mean(unknown, names)
        yield stated(
            "waivers.unused",
            "passed",
            f"nothing to waive was found for {listed([one.subject for one in unused])}",
            blocking=False,
            hint=hint,
            details=[_line(one) for one in unused],
        )


def _still_there(case: Case, waiver: Waiver, troubled: set[str]) -> bool:
    if waiver.gate:
        return any(fnmatchcase(gate, waiver.gate) for gate in troubled)
    return any(map(matcher(waiver), case.candidates(waiver)))


def _expired(case: Case, expired: Sequence[Waiver]) -> Result:
    first = expired[0]
    message = f"the waiver of {first.subject} ended on {first.until}, and it is still there"
    message += f"; {first.owner} answers for it ({first.reason})"
    if len(expired) > 1:
        names = listed([one.subject for one in expired])
        message = f"{len(expired)} waivers have ended and what they are for is still there: {names}"
    return stated(
        "waivers.expired",
        "failed",
        message,
        blocking=blocking(case, "waivers.expired", None),
        hint="mend it, or agree on a later `until`",
        details=[_line(one) for one in expired],
    )


def _line(waiver: Waiver) -> str:
    return f"{waiver.subject} until {waiver.until}, {waiver.owner}: {waiver.reason}"


def again(kept: Inputs, evidence: Evidence, baseline: Evidence | None = None) -> Verdict:
    """The verdict that follows from these inputs, with the evidence that their digests name."""
    verdict = judge(
        evidence,
        kept.gates,
        today=kept.today,
        waivers=kept.waivers,
        quarantine=kept.quarantine,
        baseline=baseline,
        diff=kept.diff,
        history=kept.history,
    )
    return replace(verdict, evidence=kept.evidence, baseline=kept.baseline, when=evidence.when)


def encode(kept: Inputs) -> bytes:
    """Canonical JSON: equal inputs, equal bytes."""
    same = _read(msgspec.json.encode(kept, enc_hook=float))  # in which 80 is 80.0
    return msgspec.json.encode(same, order="deterministic", enc_hook=float)


def decode(data: bytes) -> Inputs:
    """Inputs that `encode` wrote. Raises HeadwayError for anything else."""
    try:
        found = _read(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise HeadwayError(f"not the inputs of a verdict: {error}") from None
    if found.schema != SCHEMA:
        raise HeadwayError(
            f"inputs of schema {found.schema}; this version reads schema {SCHEMA}",
            hint="use the version of Headway that wrote them, or a newer one",
        )
    return found


def _read(data: bytes) -> Inputs:
    return msgspec.json.decode(data, type=Inputs, dec_hook=quantity)
