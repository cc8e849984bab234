"""Numbers of a user's own for the analysis, asked beside the loop so that none holds it up."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from headway.delivery.analysis.settings import Query, Source
from headway.delivery.metrics.base import Values
from headway.errors import HeadwayError

PROMETHEUS = "HEADWAY_PROMETHEUS_URL"
_DEFAULT = "http://127.0.0.1:9090"


class Queries:
    """`variables` are the deployer's, for commands; `root` the repository."""

    def __init__(
        self, queries: Mapping[str, Query], root: str, variables: Mapping[str, str]
    ) -> None:
        self._queries, self._root, self._variables = queries, root, variables
        self._due: dict[str, float] = {}
        self._asking: set[str] = set()
        self._answers: dict[str, float | None] = {}
        self._lock = threading.Lock()

    def __call__(self, now: float, group: str) -> dict[str, float | None]:
        """The answers since the last call; None for one that failed. Asks what is due."""
        for name, query in self._queries.items():
            with self._lock:
                if name in self._asking or now < self._due.get(name, 0.0):
                    continue
                self._asking.add(name)
            self._due[name] = now + float(query.every)
            threading.Thread(target=self._ask, args=(name, query, group), daemon=True).start()
        with self._lock:
            answers, self._answers = self._answers, {}
        return answers

    def _ask(self, name: str, query: Query, group: str) -> None:
        answer: float | None = None
        try:
            source, text = _source(query, self._root, self._variables)
            answer = source.value(text, group)
        except HeadwayError:
            answer = None  # no evidence, never good news
        with self._lock:
            self._answers[name] = answer
            self._asking.discard(name)


def value_of(
    source: Source, root: str, variables: Mapping[str, str], *, window: str
) -> float | None:
    """One number about all groups, asked now; `{window}` stands for the time that it is about.
    Raises HeadwayError when it can't be asked."""
    values, text = _source(source, root, variables)
    return values.value(text.replace("{window}", window), "")


def _source(query: Query | Source, root: str, variables: Mapping[str, str]) -> tuple[Values, str]:
    if query.prometheus:
        from headway.delivery.metrics.prometheus import Prometheus

        return Prometheus(prometheus_url(variables)), query.prometheus
    if query.url:
        from headway.delivery.metrics.http import HttpMetrics

        return HttpMetrics(), f"{query.url} {query.pointer}".strip()
    from headway.delivery.metrics.command import CommandMetrics

    return CommandMetrics(cwd=root, env=variables), query.command


def prometheus_url(variables: Mapping[str, str]) -> str:
    return variables.get(PROMETHEUS, _DEFAULT)
