"""What the standard says about one result, on reports made for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headway.quality.formats import read
from headway.quality.reading.source import ReportError, Source
from headway.quality.report import Finding, Report

from .findings import report


def sarif(results: Any, *, driver: dict[str, Any] | None = None, **run: Any) -> Report:
    tool = {"driver": {"name": "Sample", **(driver or {})}}
    log = {"version": "2.1.0", "runs": [{"tool": tool, "results": results, **run}]}
    return read(Source("report.sarif", json.dumps(log).encode()))


def one(result: dict[str, Any], **more: Any) -> Finding:
    (found,) = sarif([{"message": {"text": "x"}, **result}], **more).findings
    return found


def at(uri: str, **more: Any) -> list[Any]:
    return [{"physicalLocation": {"artifactLocation": {"uri": uri, **more}}}]


def test_rules_of_an_extension_by_index_with_a_message_by_id() -> None:
    first = report("codeql-by-spec/python.sarif").findings[0]
    assert first.message == "This command line depends on a [user-provided value](1)."
    assert (first.severity, first.cvss, first.category) == ("critical", 9.8, "security")
    assert (first.file, first.line, first.column) == ("app/orders.py", 16, 21)
    assert first.context == "d4c2c9e1a6b7f00d:1"


def test_a_place_by_the_artifact_s_index_below_a_relative_base() -> None:
    second = report("codeql-by-spec/python.sarif").findings[1]
    assert second.file == "backend/app/orders old.py"
    assert second.category == "lint"


def test_what_is_suppressed_gone_or_passed_does_not_count() -> None:
    messages = [f.message for f in report("codeql-by-spec/python.sarif").findings]
    assert messages[2:] == ["in dispute"]  # its suppression was rejected
    assert report("snyk-by-spec/code.sarif").measures == {"findings": 1, "findings.suppressed": 1}


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("src\\a.py", "src/a.py"),
        ("file:///repo/src/a.py", "/repo/src/a.py"),
        ("file:///C:/repo/a.py", "C:/repo/a.py"),
        ("file:/repo/a.py", "/repo/a.py"),
        ("src/a%20b.py", "src/a b.py"),
    ],
)
def test_a_uri_as_a_path(uri: str, file: str) -> None:
    assert one({"locations": at(uri)}).file == file


def test_bases_that_refer_to_each_other_end() -> None:
    bases = {"A": {"uri": "a/", "uriBaseId": "B"}, "B": {"uri": "b/", "uriBaseId": "A"}}
    found = one({"locations": at("x.py", uriBaseId="A")}, originalUriBaseIds=bases)
    assert found.file.endswith("b/a/x.py")


@pytest.mark.parametrize(
    ("result", "rule", "severity", "word"),
    [
        ({"level": "error"}, {}, "high", "error"),
        ({"level": "note"}, {}, "low", "note"),
        ({}, {}, "medium", "warning"),
        ({}, {"defaultConfiguration": {"level": "error"}}, "high", "error"),
        ({"kind": "review"}, {}, "info", "none"),
        ({"level": "note"}, {"properties": {"security-severity": "9.1"}}, "critical", "note"),
        ({"level": "note"}, {"properties": {"security-severity": "none"}}, "low", "note"),
        ({"level": "note", "properties": {"issue_severity": "HIGH"}}, {}, "high", "HIGH"),
    ],
)
def test_severity(result: Any, rule: Any, severity: str, word: str) -> None:
    found = one({"ruleId": "R1", **result}, driver={"rules": [{"id": "R1", **rule}]})
    assert (found.severity, found.word) == (severity, word)


def test_a_rule_is_found_by_the_beginning_of_a_longer_id() -> None:
    rules = [{"id": "CA1", "helpUri": "no"}, {"id": "CA2101", "helpUri": "https://example.com"}]
    found = one({"ruleId": "CA2101/1"}, driver={"rules": rules})
    assert (found.rule, found.url) == ("CA2101/1", "https://example.com")


def test_source_text_is_kept_as_a_hash_only() -> None:
    region = {"startLine": 1, "snippet": {"text": "password = 'x'"}}
    found = one({"locations": [{"physicalLocation": {"region": region}}]})
    assert len(found.context) == 64


def test_one_tool_has_one_name_in_every_format() -> None:
    assert report("semgrep-1.182.0/semgrep.sarif").tool == "semgrep"
    assert report("semgrep-1.182.0/semgrep.json").tool == "semgrep"


@pytest.mark.parametrize(
    ("json_path", "sarif_path"),
    [
        ("trivy-0.76.0/trivy.json", "trivy-0.76.0/trivy.sarif"),
        ("hadolint-2.15.1/hadolint.json", "hadolint-2.15.1/hadolint.sarif"),
        ("bandit-1.9.4/bandit.json", "bandit-1.9.4/bandit.sarif"),
        ("semgrep-1.182.0/semgrep.json", "semgrep-1.182.0/semgrep.sarif"),
        ("gitleaks-8.30.1/dir.json", "gitleaks-8.30.1/gitleaks.sarif"),
        ("eslint-10.15.0/eslint.json", "eslint-10.15.0/eslint.sarif"),
        ("ruff-0.17.5/ruff.json", "ruff-0.17.5/ruff.sarif"),
    ],
)
def test_sarif_and_the_tool_s_own_json_agree(json_path: str, sarif_path: str) -> None:
    def seen(path: str) -> list[tuple[str, str, int, str]]:
        # SARIF has no word for "somewhere in this file": Trivy writes line 1.
        return sorted((f.rule, f.file, max(1, f.line), f.severity) for f in report(path).findings)

    assert seen(json_path) == seen(sarif_path)


def test_a_run_without_results_was_no_scan() -> None:
    made = sarif(None)
    assert not made.complete
    assert made.reason == "sample wrote no results"


def test_an_older_version_is_refused() -> None:
    data = b'{"$schema": "http://json.schemastore.org/sarif-2.0.0", "version": "2.0.0", "runs": []}'
    with pytest.raises(ReportError, match=r"SARIF 2\.0\.0 is not read"):
        read(Source("old.sarif", data))


def test_runs_of_several_tools_in_one_file() -> None:
    runs = [{"tool": {"driver": {"name": n}}, "results": [{"message": {"text": n}}]} for n in "AB"]
    data = json.dumps({"version": "2.1.0", "runs": runs}).encode()
    made = read(Source("both.sarif", data))
    assert made.tool == "a, b"
    assert [finding.tool for finding in made.findings] == ["a", "b"]


def test_gitleaks_says_what_was_found_and_not_where_again() -> None:
    found = {f.rule: f.message for f in report("gitleaks-8.30.1/gitleaks.sarif").findings}
    assert found["private-key"].startswith("Identified a Private Key, ")
    assert not any("has detected secret for file" in message for message in found.values())
    same = {f.rule: f.message for f in report("gitleaks-8.30.1/dir.json").findings}
    assert found == same
