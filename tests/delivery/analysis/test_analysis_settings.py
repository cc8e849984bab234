"""The `analysis:` section."""

from __future__ import annotations

import msgspec
import pytest

from headway.delivery.analysis import settings
from headway.delivery.analysis.settings import (
    Analysis,
    Burn,
    Compare,
    Counting,
    Experiment,
    Limits,
    Query,
    Source,
)
from headway.units import Duration, Share

ALL = [
    getattr(settings, name)
    for name in settings.__all__
    if isinstance(getattr(settings, name), type)
]


def test_defaults_are_sound():
    assert list(Analysis().problems()) == []


@pytest.mark.parametrize("struct", ALL)
def test_every_key_is_described(struct):
    for field in msgspec.inspect.type_info(struct).fields:
        assert isinstance(field.type, msgspec.inspect.Metadata) or described(struct, field.name)


def described(struct, name) -> bool:
    hint = struct.__annotations__[name]
    return "description=" in str(hint)


@pytest.mark.parametrize(
    ("section", "path", "message"),
    [
        (Analysis(every=Duration(0.01)), "every", "judging is done every 100ms to 1m"),
        (
            Analysis(compare=Compare(false_rollbacks=Share(0.0))),
            "compare.false_rollbacks",
            "the bound is above 0 % and at most 50 %",
        ),
        (Analysis(compare=Compare(hold_at=200.0)), "compare.hold_at", "would roll back before"),
        (Analysis(source=Counting(url="u", command="c")), "source", "come from url and command"),
        (Analysis(source=Counting(buckets="x")), "source.requests", "of requests is missing"),
        (Analysis(source=Counting(requests="x")), "source.errors", "of errors is missing"),
        (Analysis(source=Counting(pointer="/a")), "source.pointer", "url only"),
        (Analysis(limits=Limits(window=Duration(0.5))), "limits.window", "shorter than a second"),
        (
            Analysis(limits=Limits(p95=Duration(1.0), p99=Duration(0.5))),
            "limits.p99",
            "p99 is below p95",
        ),
        (
            Analysis(limits=Limits(queries={"memory": Query(max=1.0)})),
            "limits.queries.memory",
            "needs exactly one source, none is given",
        ),
        (
            Analysis(limits=Limits(queries={"memory": Query(url="u", command="c", max=1.0)})),
            "limits.queries.memory",
            "url and command is given",
        ),
        (
            Analysis(limits=Limits(queries={"memory": Query(command="c")})),
            "limits.queries.memory",
            "has no limit",
        ),
        (
            Analysis(limits=Limits(queries={"m": Query(command="c", max=1, pointer="/a")})),
            "limits.queries.m.pointer",
            "url only",
        ),
        (
            Analysis(limits=Limits(queries={"m": Query(command="c", max=1, min=2)})),
            "limits.queries.m.min",
            "min 2 is above max 1",
        ),
        (Analysis(burn=Burn(objective=Share(1.0))), "burn.objective", "between 0 % and 100 %"),
        (
            Analysis(experiment=Experiment(metric="conversions", count=Source(command="x"))),
            "experiment.total",
            "conversions need a source of total",
        ),
        (
            Analysis(experiment=Experiment(count=Source())),
            "experiment.count",
            "a total comes from exactly one place",
        ),
        (
            Analysis(experiment=Experiment(confidence=Share(1.0))),
            "experiment.confidence",
            "from 50 % to less than 100 %",
        ),
        (
            Analysis(experiment=Experiment(value_min=2.0)),
            "experiment.value_min",
            "value_min is not below value_max",
        ),
    ],
)
def test_problems_name_the_key(section, path, message):
    (found,) = section.problems()
    assert found[0] == path
    assert message in found[1]
