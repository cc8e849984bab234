"""Totals of an experiment's subjects, asked where the settings say, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headway.app.queries import Queries
from headway.delivery.analysis.experiment import Subjects
from headway.delivery.analysis.settings import Experiment, Query, Source
from headway.units import Duration

EVERY = Duration(10.0)


class Totals:
    """Called with the moment and the groups it gives those whose totals are new."""

    def __init__(
        self, experiment: Experiment | None, root: str, variables: Mapping[str, str]
    ) -> None:
        self._root, self._variables = root, variables
        self._queries = _queries(experiment)
        self._asked: dict[str, Queries] = {}
        self._answers: dict[str, dict[str, float]] = {}

    def __call__(self, now: float, groups: Sequence[str]) -> dict[str, Subjects]:
        if not self._queries:
            return {}
        found = {}
        for group in groups:
            asked = self._asked.setdefault(
                group, Queries(self._queries, self._root, self._variables)
            )
            answers = self._answers.setdefault(group, {})
            answers.update({k: v for k, v in asked(now, group).items() if v is not None})
            if answers.keys() >= self._queries.keys():
                found[group] = _subjects(answers)
        if len(found) < len(groups):
            return {}  # all are taken together
        self._answers = {}
        return found


def _queries(experiment: Experiment | None) -> dict[str, Query]:
    if experiment is None or experiment.metric not in ("conversions", "value"):
        return {}
    sources = {"count": experiment.count, "total": experiment.total}
    if experiment.metric == "value":
        sources["squares"] = experiment.squares
    return {name: _query(source) for name, source in sources.items() if source is not None}


def _query(source: Source) -> Query:
    return Query(
        prometheus=source.prometheus,
        url=source.url,
        pointer=source.pointer,
        command=source.command,
        every=EVERY,
    )


def _subjects(answers: Mapping[str, float]) -> Subjects:
    total = answers["total"]
    return Subjects(
        count=round(answers["count"]), total=total, squares=answers.get("squares", total)
    )
