"""SARIF of everything: what our own reader reads back, and GitHub's limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headway.quality.formats import read_report
from headway.quality.render import sarif
from headway.quality.report import Finding

from . import made


def runs(*findings: Finding, **fields: Any) -> list[dict[str, Any]]:
    by_tool: dict[str, list[Finding]] = {}
    for one in findings:
        by_tool.setdefault(one.tool, []).append(one)
    reports = [made.report("findings", tool, findings=tuple(f)) for tool, f in by_tool.items()]
    return sarif.log(made.of(*reports), **fields)["runs"]  # type: ignore[no-any-return]


def test_a_run_for_each_tool_even_without_findings() -> None:
    clean = made.report("findings", "bandit", tool_version="1.9")
    dirty = made.report("findings", findings=(made.finding(),))
    found = sarif.log(made.of(clean, dirty, made.report("tests")))["runs"]
    assert [(run["tool"]["driver"]["name"], len(run["results"])) for run in found] == [
        ("bandit", 0),
        ("ruff", 1),
    ]
    assert found[0]["tool"]["driver"]["version"] == "1.9"


def test_a_result() -> None:
    one = made.finding(column=5, end_line=4)
    (run,) = runs(one)
    (result,) = run["results"]
    assert result["ruleId"] == "F401"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "F401"
    assert result["level"] == "warning"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "src/cart.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 4},
    }
    prints = result["partialFingerprints"]
    assert prints["primaryLocationLineHash"] == f"{prints['headway/v1']}:1"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ("critical", "error"),
        ("high", "error"),
        ("medium", "warning"),
        ("low", "note"),
        ("info", "note"),
    ],
)
def test_levels(severity: str, level: str) -> None:
    assert runs(made.finding(severity=severity))[0]["results"][0]["level"] == level


def test_security_rules_have_a_score_and_a_tag() -> None:
    one = made.finding("B602", category="security", severity="high", tool="bandit")
    vulnerable = made.finding(
        "CVE-1",
        category="dependency",
        severity="critical",
        cvss=9.8,
        package="flask",
        version="0.12",
        tool="pip-audit",
        file="",
    )
    first, second = runs(one, vulnerable)
    assert first["tool"]["driver"]["rules"][0]["properties"] == {
        "security-severity": "8.0",
        "tags": ["security"],
    }
    assert second["tool"]["driver"]["rules"][0]["properties"] == {
        "security-severity": "9.8",
        "tags": ["dependency", "security"],
    }
    assert second["results"][0]["message"]["text"].startswith("flask 0.12: ")
    assert (
        "security-severity"
        not in runs(made.finding())[0]["tool"]["driver"]["rules"][0]["properties"]
    )


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("src/a b#.py", "src/a%20b%23.py"),
        ("/etc/x", "file:///etc/x"),
        ("C:/a.py", "file:///C%3A/a.py"),
        ("", "."),  # GitHub takes no result without a place
    ],
)
def test_places(file: str, uri: str) -> None:
    (run,) = runs(made.finding(file=file))
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == uri


def test_waived_findings_are_suppressed() -> None:
    evidence = made.of(made.report("findings", findings=(made.finding(),)))
    name = evidence.findings[0].fingerprint
    (run,) = sarif.log(evidence, {name: "a false alarm"})["runs"]
    assert run["results"][0]["suppressions"] == [
        {"kind": "external", "justification": "a false alarm"}
    ]


def test_a_tool_that_could_not_work() -> None:
    broken = made.report("dependencies", "pip-audit", complete=False, reason="no network")
    (run,) = sarif.log(made.of(broken))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "no network"


def test_no_more_than_github_takes() -> None:
    many = [made.finding(line=n + 1, message=f"number {n}") for n in range(sarif.RESULTS + 7)]
    (run,) = runs(*many, made.finding("E9", severity="critical", file="z.py"))
    assert len(run["results"]) == sarif.RESULTS
    assert run["properties"] == {"headway/leftOut": 8}
    assert run["results"][0]["ruleId"] == "E9"  # the worst stay
    tools = [made.finding(tool=f"tool-{n:02}", file=f"{n}.py") for n in range(30)]
    found = runs(*tools)
    assert len(found) == sarif.RUNS
    assert sum(len(run["results"]) for run in found) == 30
    assert found[-1]["tool"]["driver"]["name"] == "headway"


def test_nothing_at_all_is_a_valid_log() -> None:
    assert len(sarif.log(made.of(made.report("tests")))["runs"]) == 1


def test_our_own_reader_reads_it_back(tmp_path: Path) -> None:
    findings = (
        made.finding(),
        made.finding("E501", severity="low", line=7),
        made.finding("E999", severity="high", file="b.py"),
    )
    file = tmp_path / "out.sarif"
    evidence = made.of(made.report("findings", findings=findings))
    file.write_text(json.dumps(sarif.log(evidence)))
    report = read_report(str(file))
    assert report.tool == "ruff"
    assert {(f.rule, f.file, f.line) for f in report.findings} == {
        (f.rule, f.file, f.line) for f in findings
    }
