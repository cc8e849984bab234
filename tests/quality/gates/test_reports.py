from __future__ import annotations

from headway.quality.judge import judge
from headway.quality.new_code import ChangedFile, Diff
from headway.quality.reading import ReportError
from headway.quality.settings import Gates, Lint, Reports

from . import sample
from .sample import only, pytest, ruff, said, verdict


def test_nothing_at_all_is_no_evidence() -> None:
    nothing = verdict(None)
    assert nothing.outcome == "failed"
    (result,) = nothing.results
    assert said(result) == ("failed", "no evidence: there is no report at all")
    assert result.hint


def test_reports_that_no_gate_knows_decide_nothing() -> None:
    unknown = verdict(None, sample.report("spellcheck", "findings"))
    assert unknown.outcome == "inconclusive"
    assert unknown.results[0].message == "no gate applies to these reports (spellcheck)"


def test_a_report_that_cannot_be_read_fails() -> None:
    broken = ReportError("reports/coverage.xml", "it ends in the middle", hint="write it again")
    made = sample.evidence(pytest(sample.case("adds")), errors=[broken])
    found = judge(made, Gates(), today=sample.TODAY)
    assert found.outcome == "failed"
    result = next(one for one in found.results if one.gate == "reports.readable")
    assert result.message.startswith("can't be read: reports/coverage.xml")
    assert result.reports == ("reports/coverage.xml",)


def test_several_that_cannot_be_read_are_all_named() -> None:
    errors = [ReportError(f"{name}.xml", "it is empty") for name in "ab"]
    found = judge(sample.evidence(errors=errors), Gates(), today=sample.TODAY)
    assert [one.gate for one in found.results] == ["reports.readable"]
    assert found.results[0].message == "2 reports can't be read: a.xml and b.xml"


def test_reports_that_must_be_there() -> None:
    gates = Gates(reports=Reports(must_have=("tests", "secrets")))
    missing = only("reports.must_have", gates, pytest(sample.case("adds")))
    assert said(missing) == ("failed", "no evidence: there is no report of a secret scanner")
    assert "gitleaks" in missing.hint
    there = only("reports.must_have", gates, pytest(sample.case("adds")), sample.gitleaks())
    assert said(there) == ("passed", "there are reports of a secret scanner and tests")
    assert there.reports == ("reports/gitleaks.json", "reports/pytest.json")


def test_what_a_tool_looks_for_can_be_said() -> None:
    covers = {"House Rules": ("lint",), "reports/secrets-*.json": ("secrets",)}
    gates = Gates(reports=Reports(covers=covers), lint=Lint(errors=0))  # type: ignore[arg-type]
    own = sample.report("house-rules", "findings")
    # `[]` could be anybody's: only its name tells.
    empty = sample.report("unknown", "findings", source="reports/secrets-app.json")
    assert only("lint.errors", gates, own).outcome == "passed"
    assert only("secrets.max", gates, own, empty).outcome == "passed"
    assert only("lint.errors", Gates(lint=Lint(errors=0)), own).outcome == "failed"


def test_a_scanner_of_infrastructure_has_not_looked_at_packages() -> None:
    config = sample.report("trivy", "findings", format="trivy")
    names = sample.results(None, config)
    assert "security.high" in names
    assert "vulnerabilities.high" not in names


def test_a_bill_of_materials_is_no_scan() -> None:
    bill = sample.report("trivy", "components")
    assert "vulnerabilities.high" not in sample.results(None, bill, ruff())


def test_what_only_git_knows_is_no_verdict_on_reports_that_say_nothing() -> None:
    change = Diff(base="0" * 40, files=(ChangedFile(path="docs/a.md", change="added"),))
    found = verdict(None, sample.report("spellcheck", "findings"), diff=change)
    assert found.outcome == "inconclusive"
    assert {result.gate: result.outcome for result in found.results} == {
        "tests.new_code": "passed",
        "reports.any": "inconclusive",
    }


def test_no_evidence_has_no_value() -> None:
    result = only("lint.errors", Gates(lint=Lint(errors=0)), pytest(sample.case("adds")))
    assert (result.outcome, result.value, result.margin) == ("failed", None, None)
