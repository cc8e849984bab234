"""What holds of every verdict, whatever the evidence."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from headway.errors import HeadwayError
from headway.quality import lines
from headway.quality.evidence import Evidence, digest
from headway.quality.flaky import History
from headway.quality.judge import Inputs, again, decode, encode, judge
from headway.quality.new_code import ChangedFile, Diff
from headway.quality.report import Finding, Report
from headway.quality.settings import (
    Coverage,
    Gates,
    Licenses,
    Lint,
    NewFindings,
    Performance,
    Quarantine,
    Ratchet,
    Rule,
    Score,
    Tests,
    Waiver,
)
from headway.units import Duration, Rate, Share
from headway.verdict import ORDER, Outcome, Verdict

from . import recorded
from .gates import sample
from .gates.sample import TODAY, case, covered, evidence

STRICT = Gates(
    coverage=Coverage(min=70, target=90, changed=80, small_diff=0),
    tests=Tests(failed=0, skipped=3, flaky=0, min=1, new_code=0),
    lint=Lint(errors=0, warnings=2, total=4, format=0),
    licenses=Licenses(allow=("MIT",), deny=("GPL-*",)),
    security_score=Score(min=85, target=95),
    quality_score=Score(min=70),
    performance=Performance(
        p95=Duration(0.2), error_rate=Share(0.01), throughput=Rate(10), regression=Share(0.1)
    ),
    new_findings=NewFindings(max=2),
    ratchets={"coverage.percent": Ratchet(), "findings.total": Ratchet(tolerance=1)},
    rules={"few": Rule(require="findings.size() < 4 && tests.exists(t, t.outcome == 'passed')")},
)

# A rule has one severity: that two tools disagree is told by merging, not by gates.
RULES = {
    "F821": ("high", "lint"),
    "F401": ("medium", "lint"),
    "E501": ("low", "lint"),
    "B602": ("high", "security"),
    "B101": ("medium", "security"),
    "key": ("critical", "secret"),
    "type": ("high", "type"),
    "DL3002": ("low", "container"),
}
findings = st.builds(
    lambda rule, file, line: sample.finding(
        rule, RULES[rule][0], category=RULES[rule][1], file=file, line=line, context=rule
    ),
    st.sampled_from(sorted(RULES)),
    st.sampled_from(["src/shop/cart.py", "src/shop/tax.py", "tests/test_cart.py"]),
    st.integers(1, 9),
)
TOOLS = ["ruff", "bandit", "gitleaks", "mypy"]
scans = st.builds(
    lambda tool, found, complete, number: sample.report(
        tool, "findings", findings=tuple(found), complete=complete, source=f"{tool}-{number}.json"
    ),
    st.sampled_from(TOOLS),
    st.lists(findings, max_size=4),
    st.sampled_from([True, True, True, False]),
    st.integers(1, 3),
)
suites = st.builds(
    lambda cases, number: sample.pytest(*cases, source=f"junit-{number}.xml"),
    st.lists(
        st.builds(
            case,
            st.sampled_from(["adds", "pays", "ships"]),
            st.sampled_from(["passed", "failed", "skipped", "flaky", "error"]),
        ),
        max_size=3,
        unique_by=lambda one: one.id,
    ),
    st.integers(1, 3),
)
coverages = st.builds(
    lambda path, missing: sample.coverage(covered(path, 30, missing)),
    st.sampled_from(["src/shop/cart.py", "src/shop/tax.py"]),
    st.sets(st.integers(1, 30)),
)
others = st.sampled_from(
    [
        sample.jscpd(25),
        sample.jscpd(40),
        sample.radon(sample.function("add", 11)),
        sample.parts(("flask", "MIT"), ("gpl", "GPL-3.0")),
        sample.k6(sample.load(p95=150.0)),
        sample.audit(sample.vulnerability("CVE-2026-1", "high")),
    ]
)
reports = st.lists(st.one_of(scans, suites, coverages, others), max_size=6)
waivers = st.lists(
    st.builds(
        lambda rule, path, until: Waiver(rule=rule, path=path, reason="r", owner="o", until=until),
        st.sampled_from([*sorted(RULES), "B*"]),
        st.sampled_from(["", "src/**", "tests"]),
        st.sampled_from([date(2026, 6, 14), TODAY, date(2026, 7, 1)]),
    ),
    max_size=3,
)
active = st.builds(
    lambda named: Waiver(reason="r", owner="o", until=TODAY, **named),
    st.sampled_from(
        [
            {"rule": "F821"},
            {"rule": "B*", "path": "src"},
            {"path": "tests/**"},
            {"gate": "coverage.*"},
            {"gate": "lint.total"},
            {"package": "requests"},
        ]
    ),
)
gates = st.sampled_from([Gates(), STRICT])
diffs = st.sampled_from(
    [
        None,
        Diff(),
        Diff(
            files=(
                ChangedFile(
                    path="src/shop/cart.py", change="modified", lines=lines.pack(range(1, 25))
                ),
            )
        ),
    ]
)


def rank(outcome: Outcome) -> int:
    """Higher is better."""
    return ORDER.index(outcome)


def made(found: list[Report], settings: Gates, **more: Any) -> Verdict:
    return judge(evidence(*found), settings, today=TODAY, **more)


@settings(deadline=None)
@given(reports, gates, waivers, diffs, st.randoms(use_true_random=False))
def test_the_order_of_reports_and_waivers_changes_nothing(
    found: list[Report],
    settings: Gates,
    waiving: list[Waiver],
    diff: Diff | None,
    shuffle: random.Random,
) -> None:
    first = made(found, settings, waivers=waiving, diff=diff)
    shuffle.shuffle(found)
    shuffle.shuffle(waiving)
    assert made(found, settings, waivers=waiving, diff=diff) == first


def with_one_more(found: list[Report], at: int, more: Finding) -> list[Report]:
    """Another finding in one of the reports that have findings."""
    scans = [n for n, report in enumerate(found) if report.kind == "findings"]
    if not scans:
        return found
    n = scans[at % len(scans)]
    grown = replace(found[n], findings=(*found[n].findings, more))
    return [*found[:n], grown, *found[n + 1 :]]


@settings(deadline=None)
@given(reports, gates, waivers, diffs, st.integers(0, 9), findings)
def test_another_finding_never_makes_it_better(
    found: list[Report],
    settings: Gates,
    waiving: list[Waiver],
    diff: Diff | None,
    at: int,
    more: Finding,
) -> None:
    before = evidence(*found)  # the baseline is the same for both
    shared = {"waivers": waiving, "diff": diff, "baseline": before}
    less = made(found, settings, **shared)
    worse = made(with_one_more(found, at, more), settings, **shared)
    assert rank(worse.outcome) <= rank(less.outcome)
    scores = {one.name: one.value for one in less.scores}
    assert all(one.value <= scores.get(one.name, 100) for one in worse.scores)


@settings(deadline=None)
@given(reports, gates, waivers, active, diffs)
def test_another_waiver_that_holds_never_makes_it_worse(
    found: list[Report],
    settings: Gates,
    waiving: list[Waiver],
    more: Waiver,
    diff: Diff | None,
) -> None:
    shared = {"diff": diff, "baseline": evidence(*found)}
    less = made(found, settings, waivers=waiving, **shared)
    waived = made(found, settings, waivers=[*waiving, more], **shared)
    assert rank(waived.outcome) >= rank(less.outcome)
    scores = {one.name: one.value for one in less.scores}
    assert all(one.value >= scores.get(one.name, 0) for one in waived.scores)


MEASURES = ["coverage.percent", "findings.total", "findings.lint", "score.security", "tests.failed"]


@settings(deadline=None)
@given(
    reports,
    reports,
    st.sampled_from(MEASURES),
    st.floats(0, 20),
    st.floats(0, 20),
)
def test_more_tolerance_never_makes_a_ratchet_worse(
    now: list[Report], before: list[Report], measure: str, first: float, second: float
) -> None:
    strict, loose = (
        made(
            now,
            Gates(ratchets={measure: Ratchet(tolerance=tolerance)}),
            baseline=evidence(*before),
        )
        for tolerance in sorted((first, second))
    )
    assert rank(loose.outcome) >= rank(strict.outcome)


@settings(deadline=None)
@given(reports, st.integers(0, 9), findings)
def test_a_worse_baseline_never_makes_a_ratchet_worse(
    found: list[Report], at: int, more: Finding
) -> None:
    settings = Gates(ratchets={"findings.total": Ratchet(), "score.security": Ratchet()})
    strict = made(found, settings, baseline=evidence(*found))
    loose = made(found, settings, baseline=evidence(*with_one_more(found, at, more)))
    assert rank(loose.outcome) >= rank(strict.outcome)


@settings(deadline=None)
@given(reports, gates)
def test_nothing_is_changed_and_against_itself_nothing_is_worse(
    found: list[Report], settings: Gates
) -> None:
    verdict = made(found, settings, baseline=evidence(*found))
    ratchets = [one for one in verdict.results if one.gate.startswith("ratchets.")]
    incomplete = any(not report.complete for report in found)
    for one in ratchets:
        assert one.outcome != "failed" or "there is no measure" in one.message or incomplete


KEPT = {
    "today": TODAY,
    "waivers": (Waiver(rule="F401", reason="r", owner="o", until=TODAY),),
    "quarantine": (Quarantine(test="tests/*", reason="r", owner="o", until=TODAY),),
    "diff": Diff(
        base="0" * 40,
        files=(
            ChangedFile(
                path="b.py", old_path="a.py", change="renamed", lines=lines.pack([1, 9, 400])
            ),
        ),
    ),
    "history": History(outcomes={"tests/test_cart.py::adds": ("failed", "passed")}),
}


def everything() -> Evidence:
    return evidence(*(recorded.report(name) for name in recorded.names()))


def kept_of(of: str, baseline: str) -> Inputs:
    return Inputs(evidence=of, baseline=baseline, gates=STRICT, **KEPT)  # type: ignore[arg-type]


def test_the_inputs_of_a_verdict_come_back_from_their_text() -> None:
    kept = kept_of("ab" * 32, "cd" * 32)
    text = encode(kept)
    assert decode(text) == kept
    assert encode(decode(text)) == text
    least = Inputs(evidence="ab", today=TODAY)
    assert decode(encode(least)) == least


def test_the_same_verdict_again() -> None:
    now, before = everything(), evidence(sample.ruff(), sample.percent(900))
    first = judge(now, STRICT, baseline=before, **KEPT)  # type: ignore[arg-type]
    kept = kept_of(digest(now), digest(before))
    assert again(decode(encode(kept)), now, before) == replace(
        first, evidence=digest(now), baseline=digest(before), when=now.when
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not the inputs of a verdict"),
        (b"{}", "missing required field `evidence`"),
        (b'{"evidence": "", "today": "2026-01-01", "schema": 9}', "inputs of schema 9"),
        (b'{"evidence": "", "today": "2026-01-01", "gates": {"x": 1}}', "unknown field `x`"),
    ],
)
def test_what_are_no_inputs(data: bytes, message: str) -> None:
    with pytest.raises(HeadwayError) as raised:
        decode(data)
    assert message in raised.value.message


def test_a_repository_without_settings_gets_a_sensible_verdict() -> None:
    good = [
        sample.pytest(case("adds"), case("pays")),
        sample.percent(910),
        sample.ruff(sample.finding("E501", "low")),
        sample.mypy(),
        sample.bandit(),
        sample.audit(),
        sample.gitleaks(),
    ]
    verdict = made(good, Gates())
    assert verdict.outcome == "passed"
    assert verdict.sha == sample.COMMIT.sha
    assert {one.outcome for one in verdict.results} == {"passed"}
    failing = made([*good, sample.pytest(case("ships", "failed"), source="b.xml")], Gates())
    assert failing.outcome == "failed"


def test_every_answer_is_a_sentence_with_its_gate() -> None:
    verdict = judge(everything(), STRICT, baseline=everything(), **KEPT)  # type: ignore[arg-type]
    assert {one.outcome for one in verdict.results} >= {"passed", "failed", "inconclusive"}
    for one in verdict.results:
        assert one.gate.count(".")
        assert one.message
        assert not one.message.endswith(".")
        assert "  " not in one.message
        if one.outcome == "failed" and one.blocking:
            assert one.hint, one
        if one.margin is not None and one.value is not None and one.limit is not None:
            assert (one.margin < 0) == (one.outcome == "failed") or one.outcome == "inconclusive"
