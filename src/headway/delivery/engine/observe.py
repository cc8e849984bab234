"""Looks at what is so: instances, routing, and what both versions answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from headway.delivery.analysis import totals
from headway.delivery.analysis.assessment import Assessment
from headway.delivery.analysis.experiment import Subjects, from_counts
from headway.delivery.analysis.judge import Judge, Sample
from headway.delivery.desired import ALL
from headway.delivery.engine.samples import Samples
from headway.delivery.judging import after, judge_of
from headway.delivery.metrics.base import Counts, Metrics
from headway.delivery.platforms.base import InstanceStatus, Platform
from headway.delivery.rollout.plan import Plan, to_plain
from headway.delivery.routers.base import Router, Routing
from headway.errors import HeadwayError

LONG = 3600.0  # seconds after which looks get rarer
MOST = 10.0  # times, at most
Queries = Callable[[float, str], dict[str, float | None]]  # now, group → answers that were due

# now, groups → totals of an experiment's subjects, of all of them or of none
Totals = Callable[[float, Sequence[str]], dict[str, Subjects]]


class Seen(Struct, frozen=True, kw_only=True):
    instances: tuple[InstanceStatus, ...] | None
    routing: Routing | None
    assessment: Assessment | None
    problems: tuple[str, ...] = ()  # what could not be asked, as sentences


class Observer:
    """One rollout watched. The samples of an engine before this one are taken in first: the
    same samples give the same answer."""

    def __init__(
        self,
        plan: Plan,
        platform: Platform,
        router: Router,
        metrics: Metrics,
        samples: Samples,
        queries: Queries,
        totals: Totals = lambda now, groups: {},
    ) -> None:
        self._plan = plan
        self._platform, self._router, self._metrics = platform, router, metrics
        self._queries, self._totals = queries, totals
        self.samples = samples
        self._every = float(plan.settings.analysis.every)
        self._next = 0.0
        self._first = samples.earlier[0].t if samples.earlier else 0.0
        self._judge: Judge = judge_of(plan)
        for sample in samples.earlier:
            self._judge = after(plan, self._judge, sample)
        self._assessment = self._judge.assess() if samples.earlier else None
        self._attempt = samples.earlier[-1].attempt if samples.earlier else 1
        samples.earlier = []

    def look(self, now: float, mark: str, attempt: int = 1) -> Seen:
        """`mark` names what goes on, for plots. What was said of an earlier attempt isn't of
        this one."""
        if attempt != self._attempt:
            self._attempt, self._assessment = attempt, None
        problems: list[str] = []
        instances, routing = None, None
        try:
            instances = self._platform.observe()
        except HeadwayError as error:
            problems.append(error.message)
        try:
            routing = self._router.observe()
        except HeadwayError as error:
            problems.append(error.message)
        if now >= self._next:
            # Looks stay a step apart from each other, however long one takes.
            every = self._every * _stretch(now - self._first) if self._first else self._every
            self._next = max(self._next + every, now + every / 2)
            problems += self._measure(now, routing, mark)
        return Seen(
            instances=instances,
            routing=routing,
            assessment=self._assessment,
            problems=tuple(problems),
        )

    def due(self, now: float) -> float:
        """Seconds until the metrics are looked at again."""
        return max(0.0, self._next - now)

    def seen(self) -> dict[str, Any]:
        """What the answer rests on, for the journal and for people."""
        found = self._assessment
        if found is None:
            return {}
        plain = to_plain(found)
        columns = plain.pop("columns", [])
        return {**plain, "columns": columns[:3], "evidence": found.evidence}

    def _measure(self, now: float, routing: Routing | None, mark: str) -> list[str]:
        """Nobody is judged before somebody answers: a new version without traffic isn't."""
        shares = routing.traffic.shares if routing else {}
        new, old = self._plan.new.name, self._plan.old.name if self._plan.old else ""
        share = shares.get(new, 0)
        if not share and not (routing and routing.traffic.mirror == new):
            return []
        problems = []
        self._first = self._first or now
        try:
            counts = self._metrics.read(self._groups(old))
        except HeadwayError as error:
            counts = {}
            problems.append(error.message)
        sample = Sample(
            t=round(now, 3),
            stable=_finite(counts.get(old)),
            canary=_finite(counts.get(new)),
            share=share,
            alone=share == ALL or not old,
            answers=self._queries(now, new),
            subjects=self._subjects(now, counts),
            mark=mark,
            attempt=self._attempt,
        )
        try:
            self.samples.append(sample)
        except OSError as error:
            problems.append(f"what the analysis sees can't be kept: {error.strerror}")
        self._judge = after(self._plan, self._judge, sample)
        self._assessment = self._judge.assess()
        return problems

    def _groups(self, old: str) -> list[str]:
        return [name for name in (old, *(group.name for group in self._plan.entering)) if name]

    def _subjects(self, now: float, counts: dict[str, Counts]) -> dict[str, Subjects]:
        """Of an experiment's groups, when there are totals of all of them."""
        test = self._judge.experiment
        if test is None:
            return {}
        if test.metric not in ("errors", "latency"):
            return self._totals(now, tuple(test.arms))
        if not counts.keys() >= test.arms.keys():
            return {}
        return {name: from_counts(test.metric, test.bound, counts[name]) for name in test.arms}


def _stretch(seconds: float) -> float:
    """How much further apart the looks at a long rollout are, such as an A/B test of weeks: every
    look is kept, so that it can be judged again."""
    return min(max(seconds / LONG, 1.0), MOST)


def _finite(counts: Counts | None) -> Counts | None:
    """As it can be written down: JSON has no infinity."""
    return totals.finite(counts) if counts is not None else None
