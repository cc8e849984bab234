"""Whatever happens to a report of tests, coverage, load, structure or parts on its way, reading
it gives a Report that can be kept, or a ReportError."""

from __future__ import annotations

import json
from contextlib import suppress
from math import isfinite

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headway.quality.evidence import Commit, build, decode, encode
from headway.quality.formats import load, read
from headway.quality.reading import ReportError, Source
from headway.quality.report import Report

from .. import recorded

SAMPLES = {
    "junit": "pytest-9.2.0/reruns-xunit1.xml",
    "cobertura": "coverage-7.17.3/branches.xml",
    "jacoco": "jacoco-0.8.6/jacoco.xml",
    "coverage_json": "coverage-5.5/branches.json",
    "lcov": "vitest-4.1.12/lcov.info",
    "go_cover": "go-1.19.8/cover.out",
    "k6": "k6-1.1.0/handle-summary.json",
    "locust_json": "locust-2.20.0/stats.json",
    "locust_csv": "locust-2.47.0/stats.csv",
    "hey": "hey-0.1.4/errors.txt",
    "wrk": "wrk-4.1.0/latency-errors.txt",
    "radon": "radon-6.0.1/cc.json",
    "lizard_csv": "lizard-1.24.3/verbose.csv",
    "lizard_xml": "lizard-1.24.3/cppncss.xml",
    "complexipy": "complexipy-8.3.0/functions.json",
    "jscpd": "jscpd-4.3.0/report.json",
    "cyclonedx": "cyclonedx-py-7.5.0/bom.json",
    "cyclonedx_xml": "syft-1.18.1/cyclonedx-xml",
    "spdx": "syft-1.18.1/spdx-json",
    "spdx_tag": "syft-1.18.1/spdx-tag-value",
}

bounded = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def survives(data: bytes, name: str) -> None:
    """As what it looks like now, and as the format that it was."""
    for attempt in (read, load(name).parse):
        with suppress(ReportError):
            report = attempt(Source("report", data))
            assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
            assert all(isfinite(value) for value in report.measures.values())
            evidence = build([report], commit=Commit(sha="0" * 40), when="2026-01-01T00:00:00Z")
            assert encode(decode(encode(evidence))) == encode(evidence)


@pytest.mark.parametrize("name", sorted(SAMPLES))
@bounded
@given(data=st.data())
def test_bytes_changed_lost_and_put_in(name: str, data: st.DataObject) -> None:
    content = recorded.data(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.sampled_from([0, 1, 2, 40]))
        new = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from(ODD)))
        content = content[:at] + new + content[at + gone :]
    survives(content, name)


ODD = [
    b"-1",
    b"1e999",
    b"99999999999999999999999999",
    b"nan",
    b"\xc2\xb2",
    b'"',
    b"<",
    b"&x;",
    b"null",
    b"{}",
    b"[",
    b"\0",
    b"\n",
    b",",
]


@pytest.mark.parametrize("name", sorted(SAMPLES))
@bounded
@given(data=st.data())
def test_every_number_may_be_another(name: str, data: st.DataObject) -> None:
    import re

    content = recorded.data(SAMPLES[name])
    numbers = [match.span() for match in re.finditer(rb"\d+(?:\.\d+)?", content)]
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = data.draw(st.sampled_from(numbers))
        content = content[:start] + data.draw(st.sampled_from(ODD)) + content[end:]
    survives(content, name)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_cut_off_at_any_place(name: str) -> None:
    content = recorded.data(SAMPLES[name])
    for at in range(0, len(content), max(1, len(content) // 150)):
        survives(content[:at], name)


@pytest.mark.parametrize("name", [n for n in sorted(SAMPLES) if load(n).SYNTAX == "json"])
@bounded
@given(data=st.data())
def test_every_value_may_be_another(name: str, data: st.DataObject) -> None:
    document = json.loads(recorded.data(SAMPLES[name]))
    spot = document
    for _ in range(data.draw(st.integers(1, 6))):
        keys = sorted(spot) if isinstance(spot, dict) else list(range(len(spot)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], (dict, list)) or data.draw(st.booleans()):
            spot[key] = data.draw(
                st.sampled_from([None, True, -1, 10**30, 1e308, "", "x", [], {}, [[]], [{}]])
            )
            break
        spot = spot[key]
    survives(json.dumps(document).encode(), name)
