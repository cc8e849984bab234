"""k6, Locust, hey and wrk against the same server, of which every tenth `/flaky` fails."""

from __future__ import annotations

import csv
import json

import pytest

from headway.quality.formats import read
from headway.quality.reading import ReportError, Source
from headway.quality.report import LoadResult

from .. import recorded


def total(name: str) -> LoadResult:
    return next(result for result in recorded.report(name).load if not result.name)


@pytest.mark.parametrize(
    ("name", "requests", "failures", "percentiles"),
    [
        ("k6-1.1.0/handle-summary.json", 80, 4, {"50", "90", "95", "99"}),
        ("k6-1.1.0/summary-export.json", 20, 2, {"50", "90", "95"}),
        ("hey-0.1.4/errors.txt", 200, 20, {"10", "25", "50", "75", "90", "95", "99"}),
        ("hey-0.1.4/slow.txt", 34, 0, {"10", "25", "50", "75", "90", "95"}),
        ("hey-0.1.4/refused.txt", 20, 20, set()),
    ],
)
def test_requests_failures_and_percentiles(
    name: str, requests: int, failures: int, percentiles: set[str]
) -> None:
    result = total(name)
    assert (result.requests, result.failures) == (requests, failures)
    assert result.error_rate == failures / requests
    assert set(result.percentiles) == percentiles
    ordered = [result.percentiles[key] for key in sorted(percentiles, key=float)]
    assert ordered == sorted(ordered)


def test_k6s_summary_is_taken_over_as_it_is() -> None:
    summary = json.loads(recorded.data("k6-1.1.0/handle-summary.json"))
    times = summary["metrics"]["http_req_duration"]["values"]
    result = total("k6-1.1.0/handle-summary.json")
    assert result.percentiles["95"] == times["p(95)"]
    assert result.percentiles["50"] == times["med"]
    assert (result.mean, result.minimum, result.maximum) == (
        times["avg"],
        times["min"],
        times["max"],
    )
    assert result.throughput == summary["metrics"]["http_reqs"]["values"]["rate"]
    assert result.duration == pytest.approx(summary["state"]["testRunDurationMs"] / 1000)


def test_k6s_thresholds_in_both_forms() -> None:
    # The older export says `true` for a threshold that was crossed.
    assert total("k6-1.1.0/handle-summary.json").thresholds == {
        "http_req_failed: rate<0.01": False,
        "http_req_duration: p(95)<2000": True,
        "http_req_duration: p(99)<1": False,
    }
    assert total("k6-1.1.0/summary-export.json").thresholds == {"http_req_failed: rate<0.01": False}
    measures = recorded.report("k6-1.1.0/handle-summary.json").measures
    assert measures == {"checks.passes": 76, "checks.fails": 4, "thresholds.failed": 2}


@pytest.mark.parametrize("version", ["2.47.0", "2.20.0"])
def test_locusts_csv_row_by_row(version: str) -> None:
    name = f"locust-{version}/stats.csv"
    rows = list(csv.DictReader(recorded.data(name).decode().splitlines()))
    results = {result.name: result for result in recorded.report(name).load}
    assert set(results) == {"GET /", "GET /flaky", "GET /slow page", ""}
    for row in rows:
        result = results[f"{row['Type']} {row['Name']}" if row["Type"] else ""]
        assert (result.requests, result.failures) == (
            int(row["Request Count"]),
            int(row["Failure Count"]),
        )
        assert result.percentiles["95"] == float(row["95%"])
        assert result.throughput == float(row["Requests/s"])


@pytest.mark.parametrize("version", ["2.47.0", "2.20.0"])
def test_locusts_json_has_no_total_so_it_is_computed(version: str) -> None:
    results = recorded.report(f"locust-{version}/stats.json").load
    whole = next(result for result in results if not result.name)
    parts = [result for result in results if result.name]
    assert whole.requests == sum(result.requests for result in parts)
    assert whole.failures == sum(result.failures for result in parts)
    assert whole.maximum == max(result.maximum or 0 for result in parts)
    assert whole.percentiles["50"] <= whole.percentiles["99"] <= (whole.maximum or 0) + 1


def test_percentiles_of_a_histogram_are_by_nearest_rank() -> None:
    entry = {
        "name": "/",
        "method": "GET",
        "num_requests": 100,
        "num_failures": 0,
        "start_time": 0,
        "last_request_timestamp": 10,
        "total_response_time": 1000,
        "response_times": {"5": 50, "10": 45, "90": 4, "200": 1},
    }
    (result, _) = read(Source("l.json", json.dumps([entry]).encode())).load
    assert result.percentiles["50"] == 5
    assert result.percentiles["66"] == 10
    assert result.percentiles["95"] == 10
    assert result.percentiles["99"] == 90
    assert result.percentiles["99.9"] == 200
    assert result.throughput == 10


def test_locusts_other_csv_files_are_no_results() -> None:
    report = recorded.report("locust-2.47.0/failures.csv")
    assert report.load == ()
    assert report.measures == {"load.failed_requests": 4}


@pytest.mark.parametrize("name", ["plain.txt", "latency-errors.txt"])
def test_wrk(name: str) -> None:
    text = recorded.data(f"wrk-4.1.0/{name}").decode()
    result = total(f"wrk-4.1.0/{name}")
    assert f"  {result.requests} requests in" in text
    assert f"Requests/sec: {result.throughput:9.2f}" in text
    assert (result.failures > 0) == ("Non-2xx" in text)
    assert set(result.percentiles) == ({"50", "75", "90", "99"} if "errors" in name else set())
    assert result.mean == pytest.approx(42, abs=10)


def test_wrks_units_and_socket_errors() -> None:
    text = (
        "Running 10s test @ http://localhost/\n"
        "    Latency   635.91us    0.89ms  12.92ms   93.69%\n"
        "     99.000%    1.20s \n"
        "  100 requests in 1.50m, 1MB read\n"
        "  Socket errors: connect 1, read 2, write 3, timeout 4\n"
        "Requests/sec:      9.00\n"
    )
    (result,) = read(Source("w.txt", text.encode())).load
    assert result.mean == pytest.approx(0.63591)
    assert result.maximum == pytest.approx(12.92)
    assert result.percentiles == {"99": 1200.0}
    assert (result.requests, result.failures, result.duration) == (110, 10, 90.0)


def test_several_runs_in_one_file_are_told_apart_by_address() -> None:
    text = recorded.data("wrk-4.1.0/plain.txt") + recorded.data("wrk-4.1.0/latency-errors.txt")
    names = [result.name for result in read(Source("w.txt", text)).load]
    assert [name.rpartition("/")[2] for name in names] == ["", "flaky"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Running 1s test @ http://x/\n  1 threads\n", "wrk's run against http://x/ has no result"),
        ("\nSummary:\n  Total:\t1.0 secs\n  Slowest:\t1.0 secs\n", "hey has no requests"),
        (
            "Type,Name,Request Count,Failure Count,Requests/s\nGET,/,many,0,1\n",
            "r:2: Request Count is 'many', not a number",
        ),
        (
            '{"metrics": {"m": {"thresholds": {"a<1": 3}}}, "root_group": {}}',
            "a threshold that neither held nor was crossed at $.metrics.m.thresholds.a<1",
        ),
        ('{"metrics": 3, "root_group": {}}', "Expected `object`, got `int` at $.metrics"),
        (
            '[{"num_requests": 1, "response_times": {}, "num_failures": 0}]',
            "Object missing required field `name` at $[0]",
        ),
    ],
)
def test_mistakes_are_located(text: str, message: str) -> None:
    with pytest.raises(ReportError) as raised:
        read(Source("r", text.encode()))
    assert message in raised.value.message
