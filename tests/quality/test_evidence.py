from __future__ import annotations

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from headway.errors import HeadwayError
from headway.quality import lines
from headway.quality.evidence import Commit, Evidence, build, decode, digest, encode
from headway.quality.formats import read_reports
from headway.quality.paths import Paths
from headway.quality.reading import ReportError
from headway.quality.report import (
    Complexity,
    Component,
    FileCoverage,
    Finding,
    Report,
    TestCase,
)

from . import recorded

COMMIT = Commit(sha="4a0e5c1f" * 5, branch="main")
WHEN = "2026-11-21T05:00:00Z"
PATHS = Paths("/repo", ["src/shop/pricing.py", "src/shop/orders.py", "src/shop/refunds.py"])


def evidence(*reports: Report, errors: tuple[ReportError, ...] = ()) -> Evidence:
    return build(reports, commit=COMMIT, when=WHEN, errors=errors, paths=PATHS)


def everything() -> list[Report]:
    return [recorded.report(name) for name in recorded.names()]


def test_everything_recorded_as_one_record_in_any_order() -> None:
    reports = everything()
    first = evidence(*reports)
    assert len(first.reports) == len({(r.digest, r.variant) for r in reports})
    for seed in range(3):
        random.Random(seed).shuffle(reports)
        assert encode(evidence(*reports)) == encode(first)


def test_it_comes_back_from_its_canonical_text() -> None:
    whole = evidence(*everything())
    text = encode(whole)
    assert decode(text) == whole
    assert encode(decode(text)) == text
    assert digest(decode(text)) == digest(whole)


def test_text_has_keys_in_order_and_no_defaults() -> None:
    report = recorded.report("coverage-7.17.3/branches.xml")
    record = json.loads(encode(evidence(report)))
    assert list(record["measures"]) == sorted(record["measures"])
    assert "tests" not in record
    assert record["commit"] == {"branch": "main", "sha": COMMIT.sha}
    backwards = replace(report, measures=dict(reversed(report.measures.items())))
    assert encode(evidence(backwards)) == encode(evidence(report))


def test_a_report_given_twice_counts_once() -> None:
    lint = next(report for report in everything() if report.findings)
    moved = replace(lint, source="elsewhere/report.json")
    assert evidence(lint, moved).measures == evidence(lint).measures
    assert len(evidence(lint, moved, lint).reports) == 1


def test_reports_keep_what_the_tools_stated() -> None:
    (source,) = evidence(recorded.report("coverage-7.17.3/branches.xml")).reports
    assert (source.tool, source.tool_version, source.kind) == ("coverage.py", "7.17.3", "coverage")
    assert source.measures["coverage.lines"] == 62
    assert len(source.digest) == 64
    assert source.complete


def test_reports_that_could_not_be_read_are_part_of_it() -> None:
    _, errors = read_reports(["absent.xml", "also/absent.xml", "absent.xml"])
    (first, second) = evidence(errors=tuple(errors + errors)).unreadable
    assert (first.source, second.source) == ("absent.xml", "also/absent.xml")
    assert "there is no such report" in first.message


def test_load_tests_are_not_added_up() -> None:
    record = evidence(
        recorded.report("k6-1.1.0/handle-summary.json"),
        recorded.report("locust-2.47.0/stats.csv"),
        recorded.report("locust-2.47.0/failures.csv"),
    )
    assert [run.tool for run in record.load] == ["k6", "locust"]
    assert record.load[1].results[0].name == ""


def test_source_lines_make_fingerprints() -> None:
    finding = Finding(
        rule="F401",
        message="unused",
        severity="low",
        category="lint",
        tool="ruff",
        file="/repo/src/shop/pricing.py",
        line=2,
    )
    asked = []

    def line_of(file: str, line: int) -> str:
        asked.append((file, line))
        return "import os"

    report = Report(tool="ruff", kind="findings", findings=(finding,))
    record = build([report], commit=COMMIT, when=WHEN, paths=PATHS, line_of=line_of)
    assert asked == [("src/shop/pricing.py", 2)]
    assert record.findings[0].fingerprint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a record of evidence"),
        (b'{"commit": {"sha": "1"}}', "missing required field `when`"),
        (b'{"commit": {"sha": "1"}, "when": "", "schema": 99}', "evidence of schema 99"),
        (b"[" * 100_000, "not a record of evidence"),
    ],
)
def test_what_is_no_evidence(data: bytes, message: str) -> None:
    with pytest.raises(HeadwayError) as raised:
        decode(data)
    assert message in raised.value.message


names = st.sampled_from(["a", "b", "c"])
ids = st.sampled_from(["CVE-2026-1", "CVE-2026-2", "GHSA-a", "GHSA-b", "PYSEC-1", "X-1"])
findings = st.builds(
    Finding,
    rule=ids,
    message=st.sampled_from(["one", "two 1", "two 2"]),
    severity=st.sampled_from(["critical", "high", "medium", "low", "info"]),
    category=st.sampled_from(["lint", "dependency", "secret"]),
    tool=names,
    cvss=st.sampled_from([None, 5.0, 9.0]),
    file=st.sampled_from(["", "a.py", "src/a.py", "/repo/src/a.py"]),
    line=st.integers(0, 3),
    package=st.sampled_from(["", "", "Lib_A", "lib-a"]),
    version=st.sampled_from(["", "1.0", "v1.0", "<2", "2.0"]),
    aliases=st.lists(ids, max_size=3).map(tuple),
    context=st.sampled_from(["", "x = 1", "y = 2"]),
)
cases = st.builds(
    TestCase,
    id=names,
    name=names,
    outcome=st.sampled_from(["passed", "failed", "skipped", "error", "flaky"]),
    seconds=st.floats(0, 10),
    message=st.sampled_from(["", "no"]),
    passes=st.integers(0, 2),
    failures=st.integers(0, 2),
)
bitmaps = st.frozensets(st.integers(1, 20)).map(lines.pack)
coverage = st.builds(
    FileCoverage,
    path=st.sampled_from(["src/a.py", "/repo/src/a.py", "a.py", "b.py"]),
    coverable=bitmaps,
    covered=bitmaps,
    branch_data=st.sampled_from(["", "2:1/2:a", "2:1/2:b", "2:1/2", "3:0/3:a,b,c"]),
)
functions = st.builds(
    Complexity,
    file=st.sampled_from(["a.py", "src/a.py"]),
    name=st.sampled_from(["f", "A.f", "B.f", "g"]),
    line=st.integers(0, 3),
    cyclomatic=st.sampled_from([None, 1.0, 12.0]),
    cognitive=st.sampled_from([None, 3.0]),
)
parts = st.builds(
    Component,
    name=names,
    version=names,
    purl=names,
    licenses=st.lists(names, max_size=2).map(tuple),
)
made = st.builds(
    Report,
    tool=names,
    kind=st.just("findings"),
    findings=st.lists(findings, max_size=4).map(tuple),
    tests=st.lists(cases, max_size=4, unique_by=lambda c: c.id).map(tuple),
    coverage=st.lists(coverage, max_size=3).map(tuple),
    complexity=st.lists(functions, max_size=4).map(tuple),
    components=st.lists(parts, max_size=3).map(tuple),
    variant=st.sampled_from(["", "3.11", "3.12"]),
    digest=st.integers(0, 10**9).map(str),
)
several = st.lists(made, max_size=5, unique_by=lambda report: report.digest)
unhurried = settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))


def of(reports: list[Report]) -> Evidence:
    return build(reports, commit=COMMIT, when=WHEN, paths=Paths("/repo", ["src/a.py", "b.py"]))


@unhurried
@given(several, st.randoms(use_true_random=False))
def test_the_order_of_reports_never_matters(reports: list[Report], chance: random.Random) -> None:
    shuffled = list(reports)
    chance.shuffle(shuffled)
    assert encode(of(shuffled)) == encode(of(reports))
    assert decode(encode(of(reports))) == of(reports)


@unhurried
@given(several, made)
def test_one_more_report_never_hides_anything(reports: list[Report], more: Report) -> None:
    few, many = of(reports), of([*reports, replace(more, variant="another", digest="-1")])
    failed = {case.id for case in few.tests if case.outcome in ("failed", "error")}
    assert failed <= {case.id for case in many.tests if case.outcome in ("failed", "error")}
    hits = {file.path: file.hit for file in many.coverage}
    assert all(hits[file.path] >= file.hit for file in few.coverage)
    assert {part.name for part in few.components} <= {part.name for part in many.components}


@unhurried
@given(several)
def test_ids_are_counted_once(reports: list[Report]) -> None:
    whole = of(reports)
    assert len({case.id for case in whole.tests}) == len(whole.tests)
    assert len({file.path for file in whole.coverage}) == len(whole.coverage)
    assert len({one.fingerprint for one in whole.findings}) == len(whole.findings)
