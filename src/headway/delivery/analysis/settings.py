"""The `analysis:` key of an environment in headway.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from headway.units import Duration, Share

Problem = tuple[str, str, str]  # path below the section, message, hint


class Margin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much worse the canary may be before it counts: p_canary <= ratio x p_stable + rise."""

    ratio: Annotated[
        float, Meta(ge=1.0, description="Tolerated multiple of the stable version's rate.")
    ] = 1.1
    rise: Annotated[
        Share, Meta(description="Tolerated rise beside the multiple, in points: `0.1%`.")
    ] = Share(0.001)


class LatencyMargin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same for the share of requests slower than each bound: about 7 % of latency."""

    ratio: Annotated[
        float, Meta(ge=1.0, description="Tolerated multiple of the stable version's share.")
    ] = 1.15
    rise: Annotated[
        Share, Meta(description="Tolerated rise beside the multiple, in points: `0.5%`.")
    ] = Share(0.005)


class Compare(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The canary against the stable version that serves beside it."""

    enabled: Annotated[bool, Meta(description="Compare at all; limits hold either way.")] = True
    errors: Annotated[Margin, Meta(description="Margin on the share of failed requests.")] = (
        Margin()
    )
    latency: Annotated[
        LatencyMargin,
        Meta(description="Margin on the share of requests slower than each latency bound."),
    ] = LatencyMargin()
    watch_latency: Annotated[bool, Meta(description="Compare latencies too, not only errors.")] = (
        True
    )
    false_rollbacks: Annotated[
        Share,
        Meta(description="At most this share of good releases is rolled back, a whole rollout."),
    ] = Share(0.01)
    hold_at: Annotated[
        float,
        Meta(gt=1.0, description="Evidence from which the rollout waits instead of advancing."),
    ] = 4.0
    min_requests: Annotated[
        int, Meta(ge=1, description="Canary requests before a step can pass; fewer: inconclusive.")
    ] = 60
    promote_early: Annotated[
        Share,
        Meta(
            description="Advance before a step's time is up once it is proven that errors rose by"
            " less than this many points; `0%` never does."
        ),
    ] = Share(0.0)
    promote_early_latency: Annotated[
        Share,
        Meta(
            description="And that the share of requests slower than any latency bound rose by less"
            " than this many points."
        ),
    ] = Share(0.05)
    false_promotions: Annotated[
        Share,
        Meta(description="At most this share of releases worse than that is advanced early."),
    ] = Share(0.05)


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of your own, asked for the canary: give exactly one source and a limit."""

    prometheus: Annotated[
        str, Meta(description="PromQL; `{group}` stands for the group of instances.")
    ] = ""
    url: Annotated[str, Meta(description="JSON over HTTP; `{group}` stands for the group.")] = ""
    pointer: Annotated[
        str, Meta(description="Where the number is in the JSON: `/data/value` (RFC 6901).")
    ] = ""
    command: Annotated[
        str, Meta(description="A command that prints the number; HEADWAY_GROUP names the group.")
    ] = ""
    max: Annotated[float | None, Meta(description="Rolls back above this.")] = None
    min: Annotated[float | None, Meta(description="Rolls back below this.")] = None
    unit: Annotated[str, Meta(description="For messages: `%`, `ms`, `MiB`.")] = ""
    every: Annotated[Duration, Meta(description="How often it is asked.")] = Duration(10.0)
    failures: Annotated[
        int, Meta(ge=1, description="Answers beyond the limit, one after the other, to roll back.")
    ] = 3

    def problems(self) -> Iterator[Problem]:
        sources = [n for n in ("prometheus", "url", "command") if getattr(self, n)]
        if len(sources) != 1:
            given = " and ".join(sources) or "none"
            yield (
                "",
                f"a query needs exactly one source, {given} is given",
                "give one of prometheus, url, command",
            )
        if self.max is None and self.min is None:
            yield "", "the query has no limit", "give max or min"
        elif self.max is not None and self.min is not None and self.min > self.max:
            yield "min", f"min {self.min:g} is above max {self.max:g}", ""
        if self.pointer and not self.url:
            yield "pointer", "pointer is of use with url only", ""
        if self.every <= 0:
            yield "every", "a query can't be asked every 0s", "1s is the shortest that makes sense"


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hard limits of a service, whatever the stable version does."""

    error_rate: Annotated[
        Share | None, Meta(description="Failed requests in the window; unset: no limit.")
    ] = None
    p95: Annotated[
        Duration | None, Meta(description="95 % of requests are faster; unset: no limit.")
    ] = None
    p99: Annotated[
        Duration | None, Meta(description="99 % of requests are faster; unset: no limit.")
    ] = None
    window: Annotated[Duration, Meta(description="The window that limits look at.")] = Duration(
        60.0
    )
    min_requests: Annotated[
        int, Meta(ge=1, description="Requests in the window before a limit can be broken.")
    ] = 20
    queries: Annotated[
        dict[str, Query], Meta(description="Numbers of your own, by name, with their limits.")
    ] = {}

    def problems(self) -> Iterator[Problem]:
        if self.window < 1:
            yield "window", "the window is shorter than a second", "60s is usual"
        if self.p95 is not None and self.p99 is not None and self.p99 < self.p95:
            yield "p99", "p99 is below p95", "99 % of requests can't be faster than 95 % of them"
        for name, query in self.queries.items():
            for path, message, hint in query.problems():
                yield f"queries.{name}" + (f".{path}" if path else ""), message, hint


class Inconclusive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When there is too little to go by at the end of a step."""

    wait: Annotated[
        Duration, Meta(description="A step is extended by at most this much to get an answer.")
    ] = Duration(600.0)
    then: Annotated[
        Literal["hold", "promote", "rollback"],
        Meta(
            description="Afterwards: wait for a person, go on (recorded as unproven), or take back."
        ),
    ] = "hold"


class Burn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After 100 % nothing is left to compare with: the error budget's burn rate decides."""

    objective: Annotated[
        Share | None,
        Meta(description="The service's objective for good answers, such as `99.9%`; unset: off."),
    ] = None
    period: Annotated[Duration, Meta(description="The time that the objective is about.")] = (
        Duration(30 * 86400.0)
    )

    def problems(self) -> Iterator[Problem]:
        if self.objective is not None and not 0 < self.objective < 1:
            yield "objective", "an objective is between 0 % and 100 %", "99.9% is usual"


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a total comes from: give exactly one."""

    prometheus: Annotated[
        str, Meta(description="PromQL; `{group}` stands for the group of instances.")
    ] = ""
    url: Annotated[str, Meta(description="JSON over HTTP; `{group}` stands for the group.")] = ""
    pointer: Annotated[
        str, Meta(description="Where the number is in the JSON: `/data/value` (RFC 6901).")
    ] = ""
    command: Annotated[
        str, Meta(description="A command that prints the number; HEADWAY_GROUP names the group.")
    ] = ""

    def problems(self) -> Iterator[Problem]:
        if len([n for n in ("prometheus", "url", "command") if getattr(self, n)]) != 1:
            yield "", "a total comes from exactly one place", "give prometheus, url or command"


class Experiment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An A/B test: which variant does better, with a stated confidence."""

    metric: Annotated[
        Literal["conversions", "errors", "latency", "value"],
        Meta(
            description="`errors`, `latency`: from requests; `conversions`: a share of subjects;"
            " `value`: a mean of numbers between `value_min` and `value_max`."
        ),
    ] = "errors"
    count: Annotated[
        Source | None, Meta(description="Subjects so far, of `conversions` and `value`.")
    ] = None
    total: Annotated[
        Source | None, Meta(description="Those that converted so far; the sum of the values.")
    ] = None
    squares: Annotated[
        Source | None, Meta(description="Of `value`: the sum of the values' squares.")
    ] = None
    better: Annotated[
        Literal["higher", "lower"], Meta(description="Which way is good; of errors always lower.")
    ] = "higher"
    confidence: Annotated[
        Share, Meta(description="That no stated effect is wrong, however often one looks.")
    ] = Share(0.95)
    margin: Annotated[
        Share, Meta(description="An effect smaller than this (in points) makes no difference.")
    ] = Share(0.0)
    latency: Annotated[
        Duration, Meta(description="For `metric: latency`: the bound that requests should meet.")
    ] = Duration(0.25)
    value_min: Annotated[float, Meta(description="For `metric: value`: the least value.")] = 0.0
    value_max: Annotated[float, Meta(description="For `metric: value`: the greatest value.")] = 1.0
    min_subjects: Annotated[
        int, Meta(ge=1, description="Of each variant before the test can end.")
    ] = 200
    max_time: Annotated[
        Duration, Meta(description="Ends without a winner after this; `0` never does.")
    ] = Duration(14 * 86400.0)

    def problems(self) -> Iterator[Problem]:
        needed = {"conversions": ("count", "total"), "value": ("count", "total", "squares")}
        for name in ("count", "total", "squares"):
            source = getattr(self, name)
            if source is not None:
                yield from ((f"{name}{path}", *rest) for path, *rest in source.problems())
            elif name in needed.get(self.metric, ()):
                yield name, f"{self.metric} need a source of {name}", "give it a command or a url"
        if not 0.5 <= self.confidence < 1:
            yield "confidence", "a confidence is from 50 % to less than 100 %", "95% is usual"
        if self.value_min >= self.value_max:
            yield "value_min", "value_min is not below value_max", ""


class Counting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts of requests that aren't the router's: of Prometheus, of a URL or of a command."""

    requests: Annotated[
        str, Meta(description="PromQL: requests so far; `{group}` stands for the group.")
    ] = ""
    errors: Annotated[str, Meta(description="PromQL: those that failed.")] = ""
    buckets: Annotated[
        str, Meta(description="PromQL: a number for each `le`, in seconds; unset: no latencies.")
    ] = ""
    url: Annotated[
        str,
        Meta(
            description='Answers `{"requests": 10, "errors": 1}` of `{group}`; with latencies'
            ' also `"edges": [50, 100]` (ms) and `"buckets": [7, 9]`.'
        ),
    ] = ""
    pointer: Annotated[
        str, Meta(description="With url: where in the answer that is (RFC 6901).")
    ] = ""
    command: Annotated[
        str, Meta(description="A command that prints the same; HEADWAY_GROUP names the group.")
    ] = ""

    def problems(self) -> Iterator[Problem]:
        given = [n for n in ("requests", "url", "command") if getattr(self, n)]
        if len(given) > 1:
            yield "", f"counts come from {' and '.join(given)}", "give one of them"
        if (self.errors or self.buckets) and not self.requests:
            yield "requests", "PromQL of requests is missing", "errors and buckets need it"
        if self.requests and not self.errors:
            yield "errors", "PromQL of errors is missing", "give the total of failed requests"
        if self.pointer and not self.url:
            yield "pointer", "pointer is of use with url only", ""


class Analysis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a rollout is judged. Everything has a default: no key at all compares and decides."""

    every: Annotated[Duration, Meta(description="How often counts are read and judged.")] = (
        Duration(1.0)
    )
    source: Annotated[Counting, Meta(description="Where counts come from; unset: the router.")] = (
        Counting()
    )
    compare: Annotated[
        Compare, Meta(description="The canary against the stable version beside it.")
    ] = Compare()
    limits: Annotated[Limits, Meta(description="Hard limits and numbers of your own.")] = Limits()
    inconclusive: Annotated[
        Inconclusive, Meta(description="What happens when there is too little to go by.")
    ] = Inconclusive()
    burn: Annotated[
        Burn,
        Meta(description="The watch after 100 %, while the old version is kept warm (`keep`)."),
    ] = Burn()
    experiment: Annotated[
        Experiment | None, Meta(description="For `strategy: ab`: what ends the test.")
    ] = None

    def problems(self) -> Iterator[Problem]:
        """(path, message, hint) of what types can't express."""
        if not 0.1 <= self.every <= 60:
            yield "every", "judging is done every 100ms to 1m", "1s is the default"
        for name, share in (
            ("false_rollbacks", self.compare.false_rollbacks),
            ("false_promotions", self.compare.false_promotions),
        ):
            if not 0 < share <= 0.5:
                yield f"compare.{name}", "the bound is above 0 % and at most 50 %", "1% is usual"
        if self.compare.hold_at * self.compare.false_rollbacks > 1:
            yield "compare.hold_at", "it would roll back before it holds", "4 is the default"
        for name, part in (
            ("source", self.source),
            ("limits", self.limits),
            ("burn", self.burn),
            ("experiment", self.experiment),
        ):
            for path, message, hint in part.problems() if part is not None else ():
                yield f"{name}.{path}" if path else name, message, hint


__all__ = [
    "Analysis",
    "Burn",
    "Compare",
    "Counting",
    "Experiment",
    "Inconclusive",
    "LatencyMargin",
    "Limits",
    "Margin",
    "Query",
    "Source",
]
