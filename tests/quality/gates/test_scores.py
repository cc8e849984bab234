from __future__ import annotations

from headway.quality.report import Finding
from headway.quality.settings import Gates, Score, Waiver
from headway.verdict import Part

from . import sample
from .sample import audit, bandit, case, finding, gitleaks, only, results, ruff, said, verdict
from .sample import vulnerability as known


def unsafe(severity: str, category: str = "security") -> Finding:
    return finding(f"{category}-{severity}", severity, category=category, tool="bandit")


def parts(gates: Gates | None, *reports: sample.Report, number: int = 0) -> dict[str, Part]:
    name = ("security", "quality")[number]
    score = next(one for one in verdict(gates, *reports).scores if one.name == name)
    return {part.name: part for part in score.parts}


def test_security_is_100_less_10_5_and_2() -> None:
    reports = [
        audit(known("CVE-1", "critical"), known("CVE-2", "high", "flask")),
        bandit(unsafe("medium"), unsafe("low"), unsafe("medium", "container")),
        gitleaks(finding("key", "high", category="secret", context="1a")),
    ]
    score = verdict(None, *reports).scores[0]
    assert (score.name, score.value) == ("security", 76)
    assert score.arithmetic == (
        "100 − 15 − 2 − 5 − 2 = 76; not measured: infrastructure and running application"
    )
    shown = parts(None, *reports)
    assert {name: part.cost for name, part in shown.items()} == {
        "dependencies": 15,
        "code": 2,
        "secrets": 5,
        "containers": 2,
        "infrastructure": 0,
        "running application": 0,
    }
    assert shown["dependencies"].arithmetic == "1 critical × 10 + 1 high × 5"
    assert not shown["infrastructure"].measured  # bandit looks at code alone


def test_security_is_never_less_than_0() -> None:
    report = bandit(*[finding("B", "critical", category="security", line=n) for n in range(12)])
    score = verdict(None, report).scores[0]
    assert (score.value, score.arithmetic) == (
        0,
        "100 − 120 = 0 (at least 0); not measured: dependencies, secrets, containers,"
        " infrastructure and running application",
    )


def test_the_gate_of_the_security_score() -> None:
    fine = [unsafe("high"), *(unsafe("high", name) for name in ("iac", "container"))]
    result = only("security_score.min", None, bandit(*fine))
    assert said(result) == ("passed", "the security score is 85, exactly the minimum")
    worse = only("security_score.min", None, bandit(*fine, unsafe("medium")))
    assert said(worse) == (
        "failed", "the security score is 83, 2 points under the minimum of 85",
    )  # fmt: skip
    assert worse.details[0].startswith("100 − 7 − 5 − 5 = 83; not measured: ")
    assert worse.hint == "code cost most: 7 points"


def test_what_nobody_looked_at_has_no_score() -> None:
    assert "security_score.min" not in results(None, ruff())
    asked = only("security_score.min", Gates(security_score=Score(min=85)), ruff())
    assert asked.outcome == "failed"
    assert asked.message.startswith("no evidence")
    assert [one.name for one in verdict(None, ruff()).scores] == ["quality"]
    assert not parts(None, bandit())["dependencies"].measured


def test_waived_findings_cost_nothing() -> None:
    waiver = Waiver(rule="security-high", reason="r", owner="o", until=sample.TODAY)
    score = verdict(None, bandit(unsafe("high"), unsafe("medium")), waivers=(waiver,)).scores[0]
    assert score.value == 98


def test_an_incomplete_scan_makes_it_inconclusive() -> None:
    assert only("security_score.min", None, bandit(complete=False)).outcome == "inconclusive"
    bad = bandit(*(unsafe("critical", name) for name in ("security", "iac")), complete=False)
    assert only("security_score.min", None, bad).outcome == "failed"


def test_quality_adds_up() -> None:
    reports = [
        sample.pytest(case("a", "failed"), case("b", "flaky"), case("c")),
        sample.percent(800),
        ruff(finding("F821"), finding("F401", "medium"), finding("E501", "low")),
        sample.radon(sample.function("a", 11), sample.function("b", 2, line=50)),
        sample.jscpd(25),
    ]
    (score,) = verdict(None, *reports).scores
    assert {part.name: (part.cost, part.arithmetic) for part in score.parts} == {
        "tests": (6, "1 failed × 5 + 1 flaky × 1 = 6"),
        "coverage": (6, "20 % not covered × 0.3 = 6"),
        "lint and types": (2.6, "1 high × 2 + 1 medium × 0.5 + 1 low × 0.1 = 2.6"),
        "complexity": (1, "1 too complex × 1 = 1"),
        "duplication": (2.5, "2.5 % copied × 1 = 2.5"),
    }
    assert (score.value, score.arithmetic) == (81.9, "100 − 6 − 6 − 2.6 − 1 − 2.5 = 81.9")


def test_a_part_costs_no_more_than_its_weight() -> None:
    report = sample.pytest(*(case(f"t{n}", "failed") for n in range(9)))
    part = parts(None, report, number=1)["tests"]
    assert (part.cost, part.most) == (30, 30)
    assert part.arithmetic == "9 failed × 5 = 45, at most 30"


def test_what_was_not_measured_costs_nothing_and_says_so() -> None:
    part = parts(None, ruff(), number=1)["coverage"]
    assert (part.cost, part.measured, part.arithmetic) == (0, False, "not measured")


def test_the_gate_of_the_quality_score() -> None:
    assert "quality_score.min" not in results(None, ruff())
    gates = Gates(quality_score=Score(min=90, target=99))
    found = results(gates, sample.percent(500))
    assert said(found["quality_score.min"]) == (
        "failed", "the quality score is 85, 5 points under the minimum of 90",
    )  # fmt: skip
    assert found["quality_score.target"].message.endswith("under the target of 99")
    assert not found["quality_score.target"].blocking


def test_whoever_does_the_sum_again_comes_out_where_we_do() -> None:
    found = parts(None, sample.percent(935), number=1)["coverage"]
    assert found.arithmetic == "6.5 % not covered × 0.3 = 1.95"
    score = next(one for one in verdict(None, sample.percent(935)).scores if one.name == "quality")
    assert score.arithmetic.startswith("100 − 1.95 = 98.05; not measured: ")
