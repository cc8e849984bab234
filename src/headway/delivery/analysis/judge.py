"""A rollout judged: comparison, limits and the watch after 100 %, one sample after the other.

Pure: a `Judge` is what was learned, `observe` gives the next one, `assess` what it says. Kept
with the rollout (as JSON) it goes on after a crash as if nothing had been; `replay` repeats
from recorded samples what was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from msgspec import Struct
from msgspec.structs import replace

from headway.delivery.analysis import percentile, sentences, totals
from headway.delivery.analysis.assessment import Assessment, Column, Side
from headway.delivery.analysis.burn import Burn, burn
from headway.delivery.analysis.comparison import Comparison, compare
from headway.delivery.analysis.experiment import Experiment, Subjects, experiment
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
    answers: dict[str, float | None] = {}
    subjects: dict[str, Subjects] = {}  # of experiments, by group
    mark: str = ""  # for plots: a step, a decision
    attempt: int = 1  # of the rollout: each is judged anew


class Judge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was learned of one rollout."""

    comparison: Comparison
    guards: Guards
    enabled: bool = True  # the comparison
    proof: Proof | None = None
    burn: Burn | None = None
    experiment: Experiment | None = None
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
            guards=self.guards.observe(sample.t, sample.stable, sample.canary, sample.answers),
            burn=self.burn.observe(sample.t, sample.canary)
            if self.burn and sample.alone
            else self.burn,
            experiment=self._experiment(sample),
            last=sample,
            heard_stable=sample.t if sample.stable or first else self.heard_stable,
            heard_canary=sample.t if sample.canary or first else self.heard_canary,
        )

    def _experiment(self, sample: Sample) -> Experiment | None:
        found = self.experiment
        if found is None or sample.alone:
            return found
        return found.observe(sample.t, sample.subjects or found.pair(sample.stable, sample.canary))

    def assess(self) -> Assessment:
        """What it says now. A test goes on until it has a winner, unless harm ends it."""
        if self.last is None:
            return Assessment(answer="inconclusive", reasons=("nothing was seen yet",))
        compared = columns(self)
        answer, reasons, wait = _answer(self, self.last, compared)
        rule, winner = self.comparison.rule, ""
        if self.experiment is not None and answer != "rollback" and not self.last.alone:
            said = self.experiment.assess()
            doubts = reasons if answer == "inconclusive" else ()
            answer, winner = said.answer, said.winner
            reasons, wait = (*said.reasons, *doubts), said.wait
        return Assessment(
            answer=answer,
            reasons=reasons,
            winner=winner,
            t=self.last.t,
            share=self.last.share,
            evidence=self.comparison.evidence,
            limit=rule.limit,
            hold=rule.hold,
            bound=1.0 / rule.limit,
            proof=self.proof.evidence if self.proof else None,
            columns=compared,
            stable=_side(self.comparison.stable, self.guards.stable),
            canary=_side(self.comparison.canary, self.guards.canary),
            wait=wait,
            mark=self.last.mark,
        )


def judge(settings: Analysis, control: str = "", variants: tuple[str, ...] = ()) -> Judge:
    """Nothing seen yet. `control` and `variants` are the groups of an experiment: those that
    `Sample.subjects` names, or the stable version and the canary."""
    test = settings.experiment if variants else None
    return Judge(
        experiment=experiment(test, control, variants) if test else None,
        comparison=compare(settings.compare),
        guards=guards(settings.limits),
        enabled=settings.compare.enabled,
        proof=proof(settings.compare) if settings.compare.enabled else None,
        burn=burn(settings.burn),
    )


def replay(
    samples: Iterable[Sample],
    settings: Analysis,
    control: str = "",
    variants: tuple[str, ...] = (),
) -> list[Assessment]:
    """What was said at each sample: the same, always."""
    state, out = judge(settings, control, variants), []
    for sample in samples:
        state = state.observe(sample)
        out.append(state.assess())
    return out


def columns(state: Judge) -> tuple[Column, ...]:
    """What was compared, the strongest evidence first."""
    comparison, windows = state.comparison, (state.guards.stable, state.guards.canary)
    spans = [(0.0, _bad(comparison, comparison.stable), _bad(comparison, comparison.canary))]
    if windows[1].recent.requests < comparison.canary.requests:
        stable, canary = (_bad(comparison, window.recent) for window in windows)
        spans.append((min(window.seconds for window in windows), stable, canary))
    out = []
    for index, (name, evidence) in enumerate(comparison.by_column.items()):
        margin = comparison.rule.errors if index == 0 else comparison.rule.latency or (1.0, 0.0)
        candidates = [
            Column(
                name=name,
                evidence=evidence,
                bad_canary=canary[index][0],
                of_canary=canary[index][1],
                bad_stable=stable[index][0],
                of_stable=stable[index][1],
                ratio=margin[0],
                rise=margin[1],
                seconds=seconds,
            )
            for seconds, stable, canary in spans
        ]
        out.append(max(candidates, key=lambda one: one.excess))
    return tuple(sorted(out, key=lambda column: -column.evidence))


def _bad(state: Comparison, counts: Counts) -> list[tuple[int, int]]:
    """(bad, of) in the order of the comparison's columns."""
    whole = totals.timed(counts)
    slow = totals.slower(counts, state.edges)
    return [(counts.errors, counts.requests), *((count, whole) for count in slow)]


def _answer(
    state: Judge, sample: Sample, compared: tuple[Column, ...]
) -> tuple[Answer, tuple[str, ...], float | None]:
    findings = list(state.guards.findings())
    bad = [finding.reason for finding in findings if finding.answer == "rollback"]
    comparison, rule = state.comparison, state.comparison.rule
    strongest = compared[0]
    if state.enabled and comparison.peak >= rule.limit:
        bad.append(sentences.worse(strongest, comparison.peak, rule.limit, 1.0 / rule.limit))
    if sample.alone and state.burn and (reason := state.burn.finding()):
        bad.append(reason)
    if bad:
        return "rollback", tuple(bad), None
    unsure, wait = _unsure(state, sample, findings, strongest)
    if unsure:
        return "inconclusive", tuple(unsure), wait
    if state.proof and state.proof.proven:
        shown = state.proof
        reason = sentences.proven(shown.errors, min(shown.evidence, 1e9), shown.limit)
        return "promote", (reason,), None
    if not state.enabled or sample.alone:
        return "continue", ("no limit is broken",), None
    errors = next(column for column in compared if column.name == "errors")
    return "continue", (sentences.fine(errors, comparison.evidence, rule.limit),), None


def _unsure(
    state: Judge, sample: Sample, findings: list[Finding], strongest: Column
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
        answers={  # what is no number is no answer, as JSON has it
            name: value if value is not None and isfinite(value) else None
            for name, value in sample.answers.items()
        },
    )
