"""A rollout judged: comparison, limits and the watch after 100 %, one sample after the other.

Pure: a `Judge` is what was learned, `observe` gives the next one, `assess` what it says. Kept
with the rollout (as JSON) it goes on after a crash as if nothing had been; `replay` repeats
from recorded samples what was said.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import percentile, sentences, totals
from headway.delivery.analysis.assessment import Assessment, Column, Side
from headway.delivery.analysis.burn import Burn, burn
from headway.delivery.analysis.comparison import Comparison, compare
from headway.delivery.analysis.guards import Finding, Guards, guards
from headway.delivery.analysis.proof import Proof, proof
from headway.delivery.analysis.settings import Analysis
from headway.delivery.analysis.window import Window
from headway.delivery.assessment import Answer
from headway.delivery.metrics.base import Counts

SILENCE = 10.0  # seconds without counts after which nothing can be said


class Sample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was seen at one moment; None: could not be read. `t` is in seconds of any clock.

    `stable` and `canary` are totals as their source gives them. `alone`: the canary has all
    traffic, nothing to compare with. `answers` are those of queries just asked."""

    t: float
    stable: Counts | None = None
    canary: Counts | None = None
    share: int = 0  # basis points
    alone: bool = False
    failed_checks: int = 0
    answers: dict[str, float | None] = {}
    mark: str = ""  # for plots: a step, a decision


class Judge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was learned of one rollout."""

    comparison: Comparison
    guards: Guards
    enabled: bool = True  # the comparison
    proof: Proof | None = None
    burn: Burn | None = None
    last: Sample | None = None
    heard_stable: float | None = None  # when counts came last
    heard_canary: float | None = None

    def observe(self, sample: Sample) -> Judge:
        sample = _plain(sample)
        comparison, shown = self.comparison, self.proof
        if self.enabled and not sample.alone:
            comparison = comparison.observe(sample.t, sample.stable, sample.canary)
            shown = shown.observe(self.comparison, comparison) if shown else None
        first = self.last is None
        return replace(
            self,
            comparison=comparison,
            proof=shown,
            guards=self.guards.observe(
                sample.t, sample.stable, sample.canary, sample.failed_checks, sample.answers
            ),
            burn=self.burn.observe(sample.t, sample.canary)
            if self.burn and sample.alone
            else self.burn,
            last=sample,
            heard_stable=sample.t if sample.stable or first else self.heard_stable,
            heard_canary=sample.t if sample.canary or first else self.heard_canary,
        )

    def assess(self) -> Assessment:
        """What it says now."""
        if self.last is None:
            return Assessment(answer="inconclusive", reasons=("nothing was seen yet",))
        answer, reasons, wait = _answer(self, self.last)
        rule = self.comparison.rule
        return Assessment(
            answer=answer,
            reasons=reasons,
            t=self.last.t,
            share=self.last.share,
            evidence=self.comparison.evidence,
            limit=rule.limit,
            hold=rule.hold,
            bound=1.0 / rule.limit,
            proof=self.proof.evidence if self.proof else None,
            columns=columns(self.comparison),
            stable=_side(self.comparison.stable, self.guards.stable),
            canary=_side(self.comparison.canary, self.guards.canary),
            wait=wait,
            mark=self.last.mark,
        )


def judge(settings: Analysis) -> Judge:
    """Nothing seen yet."""
    return Judge(
        comparison=compare(settings.compare),
        guards=guards(settings.limits),
        enabled=settings.compare.enabled,
        proof=proof(settings.compare) if settings.compare.enabled else None,
        burn=burn(settings.burn),
    )


def replay(samples: Iterable[Sample], settings: Analysis) -> list[Assessment]:
    """What was said at each sample: the same, always."""
    state, out = judge(settings), []
    for sample in samples:
        state = state.observe(sample)
        out.append(state.assess())
    return out


def columns(state: Comparison) -> tuple[Column, ...]:
    """What was compared, the strongest evidence first."""
    stable, canary = state.stable, state.canary
    found = state.by_column
    ratio, rise = state.rule.errors
    out = [
        Column(
            name="errors",
            evidence=found["errors"],
            bad_canary=canary.errors,
            of_canary=canary.requests,
            bad_stable=stable.errors,
            of_stable=stable.requests,
            ratio=ratio,
            rise=rise,
        )
    ]
    if state.rule.latency is not None:
        ratio, rise = state.rule.latency
        slow = zip(
            state.edges,
            totals.slower(canary, state.edges),
            totals.slower(stable, state.edges),
            strict=True,
        )
        for edge, bad_canary, bad_stable in slow:
            out.append(
                Column(
                    name=f"over {edge:g} ms",
                    evidence=found[f"over {edge:g} ms"],
                    bad_canary=bad_canary,
                    of_canary=totals.timed(canary),
                    bad_stable=bad_stable,
                    of_stable=totals.timed(stable),
                    ratio=ratio,
                    rise=rise,
                )
            )
    return tuple(sorted(out, key=lambda column: -column.evidence))


def _answer(state: Judge, sample: Sample) -> tuple[Answer, tuple[str, ...], float | None]:
    findings = list(state.guards.findings())
    bad = [finding.reason for finding in findings if finding.answer == "rollback"]
    comparison, rule = state.comparison, state.comparison.rule
    strongest = columns(comparison)[0]
    if state.enabled and comparison.peak >= rule.limit:
        bad.append(sentences.worse(strongest, comparison.peak, rule.limit, 1.0 / rule.limit))
    if sample.alone and state.burn and (reason := state.burn.finding()):
        bad.append(reason)
    if bad:
        return "rollback", tuple(bad), None
    unsure, wait = _unsure(state, sample, findings)
    if unsure:
        return "inconclusive", tuple(unsure), wait
    if state.proof and state.proof.proven:
        shown = state.proof
        reason = sentences.proven(shown.errors, min(shown.evidence, 1e9), shown.limit)
        return "promote", (reason,), None
    if not state.enabled or sample.alone:
        return "continue", ("no limit is broken",), None
    return (
        "continue",
        (sentences.fine(_errors_first(columns(comparison)), comparison.evidence, rule.limit),),
        None,
    )


def _errors_first(all_columns: tuple[Column, ...]) -> Column:
    return next(column for column in all_columns if column.name == "errors")


def _unsure(
    state: Judge, sample: Sample, findings: list[Finding]
) -> tuple[list[str], float | None]:
    reasons = [finding.reason for finding in findings]
    wait: float | None = None
    heard = [("the canary", state.heard_canary)]
    if state.enabled and not sample.alone:
        heard.append(("the stable version", state.heard_stable))
    for who, when in heard:
        quiet = sample.t - when if when is not None else 0.0
        if quiet >= SILENCE:
            reasons.append(sentences.silent(who, quiet))
    if sample.alone:
        return reasons, None
    comparison, rule = state.comparison, state.comparison.rule
    seen = comparison.canary.requests if state.enabled else state.guards.canary.total.requests
    needed = rule.min_requests if state.enabled else state.guards.min_requests
    if seen < needed:
        text, wait = sentences.too_few(seen, needed, state.guards.canary.rate)
        reasons.append(text)
    if state.enabled and comparison.evidence >= rule.hold:
        strongest = columns(comparison)[0]
        reasons.append(sentences.doubtful(strongest, comparison.evidence, rule.hold, rule.limit))
    return reasons, wait


def _side(total: Counts, window: Window) -> Side:
    recent = window.recent
    return Side(
        requests=total.requests,
        errors=total.errors,
        rate=window.rate,
        error_rate=recent.errors / recent.requests if recent.requests else 0.0,
        p50=percentile.interpolated(recent, 0.5),
        p95=percentile.interpolated(recent, 0.95),
        p99=percentile.interpolated(recent, 0.99),
    )


def _plain(sample: Sample) -> Sample:
    stable, canary = sample.stable, sample.canary
    return replace(
        sample,
        stable=totals.finite(stable) if stable else None,
        canary=totals.finite(canary) if canary else None,
    )
