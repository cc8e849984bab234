from __future__ import annotations

import pytest

from headway.quality.settings import Gates, Limits, Performance
from headway.units import Duration, Rate, Share

from . import sample
from .sample import k6, load, only, results, said

FAST = load(p50=40.0, p95=180.0, p99=250.0, failures=5)


def limits(**values: object) -> Gates:
    return Gates(performance=Performance(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gate", "gates", "expected"),
    [
        (
            "p50", limits(p50=Duration(0.05)),
            ("passed", "the median latency is 40 ms, within the maximum of 50 ms"),
        ),
        (
            "p95", limits(p95=Duration(0.15)),
            ("failed",
             "the latency of 95 % of requests is 180 ms, 30 ms over the maximum of 150 ms"),
        ),
        (
            "p99", limits(p99=Duration(0.25)),
            ("passed", "the latency of 99 % of requests is 250 ms, exactly the maximum"),
        ),
        (
            "error_rate", limits(error_rate=Share(0.001)),
            ("failed", "the error rate is 0.5 %, 0.4 points over the maximum of 0.1 %"),
        ),
        (
            "throughput", limits(throughput=Rate(120)),
            ("failed", "the throughput is 100/s, 20/s under the minimum of 120/s"),
        ),
    ],
)  # fmt: skip
def test_limits(gate: str, gates: Gates, expected: tuple[str, str]) -> None:
    assert said(only(f"performance.{gate}", gates, k6(FAST))) == expected


def test_nothing_is_judged_that_nobody_asked_for() -> None:
    assert not [name for name in results(None, k6(FAST), sample.ruff()) if "perf" in name]


def test_no_evidence() -> None:
    gates = limits(p95=Duration(0.3))
    assert said(only("performance.p95", gates, sample.ruff())) == (
        "failed", "no evidence: there is no report of a load test",
    )  # fmt: skip
    silent = only("performance.p95", gates, k6(load(p50=1.0)))
    assert said(silent) == ("failed", "no evidence: reports/k6.json says nothing of load.p95")
    nightly = limits(p95=Duration(0.3), required=False)
    assert "performance.p95" not in results(nightly, sample.ruff())


def test_of_several_runs_the_worst_counts() -> None:
    other = sample.report("wrk", "load", load=(load(p95=300.0, throughput=40.0),))
    gates = limits(p95=Duration(0.2), throughput=Rate(1))
    found = results(gates, k6(FAST), other)
    assert found["performance.p95"].value == 300
    assert found["performance.throughput"].value == 40


def test_a_single_request() -> None:
    gates = limits(requests={"GET /cart": Limits(p95=Duration(0.1))})
    report = k6(FAST, load(name="GET /cart", p95=120.0))
    result = only("performance.requests.GET /cart.p95", gates, report)
    assert said(result) == (
        "failed",
        "the latency of 95 % of requests of GET /cart is 120 ms, 20 ms over the maximum of 100 ms",
    )


def test_the_tools_own_thresholds() -> None:
    report = k6(load(thresholds={"p(95)<500": True, "rate<0.01": False}))
    result = only("performance.thresholds", None, report)
    assert said(result) == ("failed", "1 threshold of the load test crossed: rate<0.01")
    held = only("performance.thresholds", None, k6(load(thresholds={"p(95)<500": True})))
    assert said(held) == ("passed", "1 of 1 threshold of the load test held")
    none = only("performance.thresholds", limits(thresholds=0), k6(FAST))
    assert said(none) == ("failed", "no evidence: reports/k6.json says nothing of thresholds")


def test_regression() -> None:
    gates = limits(regression=Share(0.1))
    before = sample.evidence(k6(load(p50=40.0, p95=150.0, throughput=105.0)))
    found = results(gates, k6(FAST), baseline=before)
    assert said(found["performance.regression.p95"]) == (
        "failed",
        "the latency of 95 % of requests is 180 ms,"
        " 20 % more than the baseline's 150 ms (10 % is tolerated)",
    )
    assert found["performance.regression.p95"].limit == 165
    assert said(found["performance.regression.p50"]) == (
        "passed", "the median latency is 40 ms, as in the baseline",
    )  # fmt: skip
    assert said(found["performance.regression.throughput"]) == (
        "passed",
        "the throughput is 100/s, 4.8 % less than the baseline's 105/s (10 % is tolerated)",
    )
    assert "performance.regression.p99" not in found  # the baseline hasn't measured it


@pytest.mark.parametrize(
    ("baseline", "reason"),
    [(None, "is missing"), (sample.evidence(sample.ruff()), "has no load test")],
)
def test_nothing_to_compare_with(baseline: sample.Evidence | None, reason: str) -> None:
    gates = limits(regression=Share(0.1))
    result = only("performance.regression", gates, k6(FAST), baseline=baseline)
    assert result.outcome == "inconclusive"
    assert result.message.startswith(f"the baseline {reason}")
    without = only("performance.regression", gates, sample.ruff(), baseline=baseline)
    assert without.outcome == "failed"
