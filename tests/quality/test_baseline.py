from __future__ import annotations

import pytest

from headway.quality.baseline import Change, better, changes, gone, new, worse_by

from .gates.sample import evidence, finding, ruff

A, B = finding("A", context="a"), finding("B", context="b")


def test_new_and_gone() -> None:
    before, now = evidence(ruff(A)), evidence(ruff(B))
    assert [one.rule for one in new(now.findings, before)] == ["B"]
    assert [one.rule for one in gone(now, before)] == ["A"]
    assert new(now.findings, now) == []


def test_a_second_one_on_a_line_alike_is_new() -> None:
    before = evidence(ruff(A))
    now = evidence(ruff(A, finding("A", context="a", line=9)))
    assert [one.line for one in new(now.findings, before)] == [9]


@pytest.mark.parametrize(
    ("measure", "way"),
    [
        ("coverage.percent", "higher"),
        ("tests.total", "higher"),
        ("tests.failed", "lower"),
        ("findings.total", "lower"),
        ("load.p95", "lower"),
        ("load.throughput", "higher"),
        ("score.security", "higher"),
        ("lines", None),
    ],
)
def test_which_way_is_better(measure: str, way: str | None) -> None:
    assert better(measure) == way


def test_worse_by() -> None:
    assert worse_by("coverage.percent", 79, 80) == 1
    assert worse_by("coverage.percent", 81, 80) == -1
    assert worse_by("findings.total", 3, 1) == 2
    assert worse_by("findings.total", 3, 1, "higher") == -2


def test_changes() -> None:
    now = {"coverage.percent": 79.0, "tests.total": 3.0, "own": 1.0, "tests.failed": 0.0}
    before = {"coverage.percent": 80.0, "tests.total": 3.0, "own": 2.0, "load.p95": 9.0}
    assert changes(now, before) == (
        Change(measure="coverage.percent", before=80.0, now=79.0, worse=True),
        Change(measure="load.p95", before=9.0, now=None, worse=None),
        Change(measure="own", before=2.0, now=1.0, worse=None),
        Change(measure="tests.failed", before=None, now=0.0, worse=None),
    )
