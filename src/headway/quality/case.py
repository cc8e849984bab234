"""What the gates judge, with what several of them need worked out once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from msgspec import Struct

from headway.quality import score
from headway.quality.evidence import Evidence, Source
from headway.quality.flaky import Confined, History
from headway.quality.merge import findings as merge
from headway.quality.new_code import Diff
from headway.quality.report import Category, Finding
from headway.quality.settings import Gates, Quarantine, Subject, Waiver
from headway.quality.subject import BY_CATEGORY, areas, subjects
from headway.quality.waiver import Waivers, is_pattern
from headway.verdict import Score, Use


class Sources(Struct, frozen=True):
    """The reports that are evidence of one subject."""

    reports: tuple[Source, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.source or one.tool for one in self.reports))

    @property
    def incomplete(self) -> tuple[Source, ...]:
        return tuple(one for one in self.reports if not one.complete)


class Case:
    """The arguments of `judge`, findings without those that are waived."""

    def __init__(
        self,
        evidence: Evidence,
        gates: Gates,
        *,
        today: date,
        waivers: Iterable[Waiver] = (),
        quarantine: Iterable[Quarantine] = (),
        baseline: Evidence | None = None,
        diff: Diff | None = None,
        history: History,
    ) -> None:
        self.evidence = evidence
        self.gates = gates
        self.today = today
        self.waivers = Waivers(waivers, today)
        self.quarantine = Confined(quarantine, today)
        self.baseline = baseline
        self.diff = diff
        self.history = history
        self.made: list[Finding] = []  # what gates stated as findings, before waivers
        self._used: dict[tuple[Waiver, str], int] = {}
        self.open = self.unwaived(evidence.findings)

    def sources(self, subject: Subject) -> Sources:
        return self._sources.get(subject, Sources())

    @cached_property
    def _sources(self) -> dict[Subject, Sources]:
        return sources(self.evidence, self.gates)

    @cached_property
    def _by_category(self) -> dict[Category, list[Finding]]:
        found: dict[Category, list[Finding]] = {}
        for finding in self.open:
            found.setdefault(finding.category, []).append(finding)
        return found

    def of(self, *categories: Category) -> list[Finding]:
        """Open findings of these categories, the worst first."""
        if len(categories) == 1:
            return self._by_category.get(categories[0], [])
        return [finding for finding in self.open if finding.category in categories]

    def unwaived(self, findings: Iterable[Finding], gate: str = "") -> tuple[Finding, ...]:
        """Those that no waiver covers; each use is noted for `gate` (that of their category)."""
        findings = tuple(findings)
        if gate:
            self.made += findings
        if not self.waivers.active:
            return findings
        left = []
        for finding in findings:
            waiver = self.waivers.of(finding)
            if waiver is None:
                left.append(finding)
            else:
                self.note(waiver, gate or BY_CATEGORY[finding.category])
        return tuple(left)

    def note(self, waiver: Waiver, gate: str) -> None:
        self._used[(waiver, gate)] = self._used.get((waiver, gate), 0) + 1

    @property
    def uses(self) -> tuple[Use, ...]:
        found = [
            Use(
                waiver=waiver.subject,
                reason=waiver.reason,
                owner=waiver.owner,
                until=waiver.until.isoformat(),
                gate=gate,
                count=count,
            )
            for (waiver, gate), count in self._used.items()
        ]
        return tuple(sorted(found, key=lambda use: (use.gate, use.waiver, use.until, use.owner)))

    def is_used(self, waiver: Waiver) -> bool:
        return any(used == waiver for used, _ in self._used)

    def candidates(self, waiver: Waiver) -> Iterable[Finding]:
        """The findings, waived ones too, that a waiver may be for."""
        if waiver.rule and not is_pattern(waiver.rule):
            return self._by_rule.get(waiver.rule.lower(), ())
        return (*self.evidence.findings, *self.made)

    @cached_property
    def _by_rule(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in (*self.evidence.findings, *self.made):
            for rule in (finding.rule, *finding.aliases):
                found.setdefault(rule.lower(), []).append(finding)
        return found

    @cached_property
    def scores(self) -> tuple[Score, Score]:
        """Security and quality."""
        looked = frozenset(name for name, found in self._sources.items() if found.reports)
        return (
            score.security(self.open, looked_at(self.evidence, self.gates)),
            score.quality(self.evidence, self.open, looked, self.quarantine.holds),
        )

    @property
    def known_scores(self) -> tuple[Score, ...]:
        """Those that something was measured for."""
        return tuple(one for one in self.scores if score.is_known(one))

    @cached_property
    def measures(self) -> dict[str, float]:
        """Those of the evidence, findings without the waived ones, with scores and load."""
        return {
            **measures(self.evidence),
            **{name: 0.0 for name in self.evidence.measures if name.startswith("findings.")},
            **merge.measures(self.open),
            **{f"score.{one.name}": one.value for one in self.known_scores},
        }

    @cached_property
    def baseline_measures(self) -> dict[str, float]:
        """The same of the baseline, its findings as they were (nothing waived)."""
        baseline = self.baseline
        if baseline is None:
            return {}
        looked = frozenset(sources(baseline, self.gates))
        scores = (
            score.security(baseline.findings, looked_at(baseline, self.gates)),
            score.quality(baseline, baseline.findings, looked, lambda test: False),
        )
        known = {f"score.{one.name}": one.value for one in scores if score.is_known(one)}
        return {**measures(baseline), **known}


def together(case: Case, wanted: Iterable[Subject]) -> Sources:
    """The reports that are evidence of any of these subjects, each once."""
    found = {
        (one.source, one.digest, one.variant, one.tool): one
        for subject in wanted
        for one in case.sources(subject).reports
    }
    return Sources(tuple(found[key] for key in sorted(found)))


def sources(evidence: Evidence, gates: Gates) -> dict[Subject, Sources]:
    """The reports that are evidence of each subject."""
    found: dict[Subject, list[Source]] = {}
    for source in evidence.reports:
        for subject in subjects(source, gates.reports.covers):
            found.setdefault(subject, []).append(source)
    return {subject: Sources(tuple(reports)) for subject, reports in found.items()}


def looked_at(evidence: Evidence, gates: Gates) -> frozenset[Category]:
    """The categories of findings that some report would have."""
    covers = gates.reports.covers
    found = (areas(source, subjects(source, covers)) for source in evidence.reports)
    return frozenset().union(*found)


def measures(evidence: Evidence) -> dict[str, float]:
    """The evidence's own, with the worst results of its load tests."""
    from headway.quality.load import measures as of_load

    return {**evidence.measures, **of_load(evidence.load)}
