"""`headway gate`: verdicts, what they are compared with, what they are written to."""

from __future__ import annotations

import gzip
import json
import os
import pathlib
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from shop import Shop

from headway import events, home
from headway.app import evidence_keeping
from headway.journal import Journal
from headway.quality.formats import read_report

Headway = Callable[..., Any]
JUNIT = '<testsuite name="s"><testcase classname="t" name="a"/></testsuite>'
LENIENT = "gates: {coverage: {min: off, changed: off}, security_score: {min: off}}\n"


def last(answer: Any) -> str:
    return str(answer.out.splitlines()[-1])


def verdict(headway: Headway, *arguments: str) -> dict[str, Any]:
    answer = headway("gate", "--json", *arguments)
    found: dict[str, Any] = json.loads(answer.out)
    found["code"] = answer.code
    return found


def results(found: dict[str, Any]) -> dict[str, str]:
    return {result["gate"]: result["outcome"] for result in found["results"]}


# --- the verdict -------------------------------------------------------------------------


def test_passed(headway: Headway, shop: Shop) -> None:
    shop.junit()
    shop.coverage(range(1, 10))
    shop.ruff()
    answer = headway("gate")
    assert answer.code == 0
    sha = shop.git("rev-parse", "--short=7", "HEAD")
    lines = answer.out.splitlines()
    assert lines[:2] == [
        f"main {sha}",
        "3 reports: reports/coverage.xml, reports/junit.xml, reports/ruff.json",
    ]
    assert any(line.startswith("✓ coverage.min") and "90 %" in line for line in lines)
    assert last(answer).startswith("gate 1 passed: ")


def test_failed_first_with_place_reason_and_mend(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", LENIENT)
    shop.junit(["test_sum"], ["test_tax"])
    shop.ruff(("F821", 3))
    answer = headway("gate")
    assert answer.code == 1
    rows = [line for line in answer.out.splitlines() if line.startswith(("✗", "✓"))]
    assert [row.split()[1] for row in rows[:2]] == ["tests.failed", "lint.errors"]
    assert all(row.startswith("✓") for row in rows[2:])
    assert "src/cart.py:3" in answer.out
    assert "1 test failed of 2" in answer.out
    assert last(answer).startswith("gate 1 failed: 2 of ")
    assert last(answer).endswith("(tests.failed, lint.errors)")


def test_inconclusive_is_no_pass(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", "gates: {new_findings: {max: 0}}\n")
    shop.commit("Gates")
    shop.ruff()
    answer = headway("gate")  # with nothing to compare with
    assert answer.code == 3
    assert last(answer).startswith("gate 1 inconclusive: 1 of ")


def test_without_any_report_nothing_passes(headway: Headway, shop: Shop) -> None:
    answer = headway("gate")
    assert answer.code == 1
    assert "no report was found" in answer.err
    assert last(answer).startswith("gate 1 failed: ")


def test_a_report_that_is_missing_or_broken_fails(headway: Headway, shop: Shop) -> None:
    answer = headway("gate", "reports/junit.xml")
    assert answer.code == 1
    assert "can't be read: reports/junit.xml: there is no such report" in answer.out
    shop.write("reports/coverage.xml", '<?xml version="1.0"?><coverage line-rate="1"><packages>')
    assert headway("gate").code == 1


def test_mistakes_in_headway_yaml(headway: Headway, shop: Shop) -> None:
    shop.junit()
    shop.write("headway.yaml", "gates:\n  coverage:\n    minimum: 80\n")
    answer = headway("gate")
    assert answer.code == 2
    assert "headway.yaml:3:5" in answer.err
    shop.write("headway.yaml", "")
    shop.write("strict.yaml", "gates:\n  tests: {min: 5}\n")
    assert verdict(headway, "--config", "strict.yaml")["code"] == 1
    assert headway("gate", "--config", "gone.yaml").code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replay", "1", "--list"], "--replay and --list exclude each other"),
        (["--list", "--for", "production"], "--list and --for exclude each other"),
        (["--replay", "1", "junit.xml"], "--replay judges nothing new"),
        (["--base", "main", "--baseline", "x.json"], "--base and --baseline exclude each other"),
        (["--incident", "down"], "--incident is about a deployment"),
        (["--base", "mian"], 'there is no commit "mian" here'),
        (["--baseline", "gone.json"], "gone.json can't be read"),
        (["--run", "7"], "nothing has been run"),
        (["--replay", "7"], "no verdict was reached here yet"),
    ],
)
def test_wrong_usage(headway: Headway, shop: Shop, arguments: list[str], message: str) -> None:
    answer = headway("gate", *arguments)
    assert answer.code == 2
    assert message in answer.err


def test_verbose_shows_how_scores_come_about(headway: Headway, shop: Shop) -> None:
    shop.junit(["a"], ["b"])
    assert "1 failed × 5 = 5" not in headway("gate").out
    assert "1 failed × 5 = 5" in headway("gate", "--verbose").out


def test_waivers_are_told(headway: Headway, shop: Shop) -> None:
    shop.write(
        "headway.yaml",
        "waivers:\n  - rule: F821\n    reason: a plugin defines it\n    owner: ada\n"
        "    until: 2999-01-31\n",
    )
    shop.ruff(("F821", 3))
    answer = headway("gate", "--sarif", "out.sarif")
    assert answer.code == 0
    assert "F821 in lint: a plugin defines it; ada, until 2999-01-31" in answer.out
    (run,) = json.loads((shop.root / "out.sarif").read_text())["runs"]
    assert run["results"][0]["suppressions"][0]["justification"] == "a plugin defines it"


# --- compared with -----------------------------------------------------------------------


def test_what_is_new_on_a_branch(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", "gates: {new_findings: {max: 0}}\n")
    shop.commit("Gates")
    shop.ruff(("F401", 3))
    assert headway("gate").code == 3
    shop.git("switch", "-q", "-c", "topic")
    shop.write("src/cart.py", "new = 0\n" + (shop.root / "src/cart.py").read_text())
    shop.commit("A line above")
    shop.ruff(("F401", 4))  # the same, moved
    found = verdict(headway)
    assert results(found)["new_findings.max"] == "passed"
    assert found["base"] == shop.git("rev-parse", "main")
    shop.ruff(("F401", 4), ("F401", 7))
    found = verdict(headway)
    assert (found["code"], results(found)["new_findings.max"]) == (1, "failed")
    assert [one["line"] for one in found["changes"]["new"]] == [7]
    assert "1 new finding" in headway("gate").out


def test_coverage_of_changed_lines(headway: Headway, shop: Shop) -> None:
    shop.write(
        "headway.yaml",
        "gates: {coverage: {min: off, changed: 100, small_diff: 0}}\n",
    )
    base = shop.commit("Gates")
    text = (shop.root / "src/cart.py").read_text()
    shop.write("src/cart.py", text.replace("line_5 = 5", "line_5 = 6"))
    shop.coverage([1, 2, 5])
    found = verdict(headway)  # the tree has changes: against its own commit
    assert (found["base"], found["commit"]["dirty"]) == (base, True)
    assert results(found)["coverage.changed"] == "passed"
    shop.coverage([1, 2])
    assert results(verdict(headway))["coverage.changed"] == "failed"
    shop.commit("Changed")
    found = verdict(headway)  # on the default branch: against the commit before
    assert found["base"] == base
    assert results(found)["coverage.changed"] == "failed"
    assert results(verdict(headway, "--base", "HEAD~2"))["coverage.changed"] == "failed"


def test_a_baseline_from_a_file(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", LENIENT)
    shop.coverage(range(1, 10))
    shop.junit()
    headway("gate", "--save-evidence", "base.json.gz")
    packed = gzip.decompress((shop.root / "base.json.gz").read_bytes())
    assert json.loads(packed)["measures"]["coverage.percent"] == 90.0
    headway("gate", "--save-evidence", "base.json")
    shop.coverage(range(1, 6))
    for file in ("base.json", "base.json.gz"):
        found = verdict(headway, "--baseline", file)
        (figure,) = found["changes"]["figures"]
        assert (figure["name"], figure["difference"]) == ("coverage", "-40 points")
        assert found["baseline"]
    shop.write("other.json", "{}")
    answer = headway("gate", "--baseline", "other.json")
    assert answer.code == 2
    assert "other.json: not a record of evidence" in answer.err


def test_flaky_by_the_history_of_a_commit(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", LENIENT)
    shop.commit("Gates")
    shop.junit(["test_sum"], ["test_net"])
    assert headway("gate").code == 1
    shop.junit(["test_sum", "test_net"])
    answer = headway("gate")
    assert answer.code == 0
    assert "✗ tests.flaky" in answer.out
    assert "tests.t::test_net" in answer.out
    shop.write("more.txt", "another commit\n")
    shop.commit("More")
    assert "✓ tests.flaky" in headway("gate").out


def test_reports_in_the_artifacts_of_the_last_run(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", LENIENT)
    sha = shop.commit("Gates")
    run = "01k9aaaa00000001"
    journal = Journal.open(home.journal())
    started = events.RunStarted(
        run=run,
        workflow="ci.yml",
        name="CI",
        event="push",
        ref="refs/heads/main",
        sha=sha,
        actor="ada",
        repository="ada/shop",
        root=str(shop.root),
        number=4,
    )
    stored = events.ArtifactStored(
        job="test (3.11)", name="results", path="artifacts/results", files=1, size=9
    )
    journal.append(run, [started, stored, events.RunFinished(conclusion="success")], 1e9)
    journal.close()
    text = (shop.root / shop.junit(["in_the_run"])).read_text()
    folder = pathlib.Path(home.run(run)) / "artifacts" / "results"
    folder.mkdir(parents=True)
    (folder / "junit.xml").write_text(text)
    shop.junit(["in_the_tree"])
    found = verdict(headway)
    assert [(r["source"], r.get("variant", "")) for r in found["reports"]] == [
        ("reports/junit.xml", ""),
        ("results/junit.xml", "test (3.11)"),
    ]
    found = verdict(headway, "--run", "4")
    assert [r["source"] for r in found["reports"]] == ["results/junit.xml"]
    shop.write("new.txt", "")  # another tree than the one that ran
    assert [r["source"] for r in verdict(headway)["reports"]] == ["reports/junit.xml"]


# --- the journal -------------------------------------------------------------------------


def test_the_same_verdict_again(headway: Headway, shop: Shop) -> None:
    shop.junit(["test_sum"], ["test_tax"])
    shop.coverage(range(1, 9))
    first = verdict(headway)
    shop.junit()
    shop.write("headway.yaml", "gates: {tests: {failed: 9}}\n")
    for name in ("1", first["id"], first["id"][:8], "latest"):
        answer = headway("gate", "--json", "--replay", name)
        again = json.loads(answer.out)
        assert (again["results"], answer.code) == (first["results"], 1)
        assert f"the same verdict as on {first['when']}" in answer.err
    assert not headway("gate", "--replay", "1").err


def test_evidence_that_was_changed_is_refused(headway: Headway, shop: Shop) -> None:
    shop.junit()
    found = verdict(headway)
    file = pathlib.Path(home.state()) / "evidence" / f"{found['evidence']}.json.gz"
    data = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(data.replace(b"test_sum", b"test_SUM")))
    answer = headway("gate", "--replay", "1")
    assert answer.code == 1
    assert "its content was changed" in answer.err
    file.write_bytes(b"\x1f\x8b\x08")
    assert headway("gate", "--replay", "1").code == 1
    file.unlink()
    answer = headway("gate", "--replay", "1")
    assert answer.code == 1
    assert "isn't there any more" in answer.err


def test_a_journal_that_was_changed_is_refused(headway: Headway, shop: Shop) -> None:
    shop.junit([], ["test_tax"])
    assert headway("gate").code == 1
    db = sqlite3.connect(home.journal())
    db.execute("UPDATE event SET body = replace(body, 'failed', 'passed')")
    db.commit()
    db.close()
    answer = headway("gate", "--replay", "1")
    assert answer.code == 1
    assert "the journal of verdict 1 was changed" in answer.err


def test_a_list_of_verdicts(headway: Headway, shop: Shop) -> None:
    assert "no verdict was reached here yet" in headway("gate", "--list").out
    shop.junit()
    headway("gate")
    shop.junit([], ["test_tax"])
    headway("gate")
    lines = headway("gate", "--list").out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["2", "✗", "failed"], ["1", "✓", "passed"]]
    assert [row["number"] for row in json.loads(headway("gate", "--list", "--json").out)] == [2, 1]


def test_without_a_journal_the_verdict_stands(headway: Headway, shop: Shop) -> None:
    shop.junit()
    pathlib.Path(home.journal()).write_text("not a database, but long enough to be read as one")
    answer = headway("gate")
    assert answer.code == 0
    assert "the verdict is not recorded" in answer.err


def test_outside_of_a_repository(
    headway: Headway, shop: Shop, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = (shop.root / shop.junit()).read_text()
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "junit.xml").write_text(report)
    monkeypatch.chdir(folder)
    answer = headway("gate")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "1 report: junit.xml"


# --- files -------------------------------------------------------------------------------


def test_every_file(headway: Headway, shop: Shop) -> None:
    shop.junit(["test_sum"], ["test_tax"])
    shop.coverage(range(1, 9))
    shop.ruff(("F401", 3))
    flags = [
        f"--{name}=out/{name}"
        for name in ("html", "sarif", "junit", "markdown", "comment", "save-evidence")
    ]
    (shop.root / "out").mkdir()
    assert headway("gate", *flags).code == 1
    out = shop.root / "out"
    assert 'id="gates"' in (out / "html").read_text()
    assert [f.rule for f in read_report(str(out / "sarif")).findings] == ["F401"]
    gates = {case.name: case.outcome for case in read_report(str(out / "junit")).tests}
    assert gates["tests.failed"] == "failed"
    assert (out / "comment").read_text().startswith("<!-- headway-gate -->\n## ❌ Gate failed")
    assert (out / "markdown").read_text().startswith("## ❌ Gate failed")
    assert json.loads((out / "save-evidence").read_text())["measures"]["tests.failed"] == 1


def test_in_a_workflow(
    headway: Headway, shop: Shop, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, output = tmp_path / "summary.md", tmp_path / "output"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    summary.write_text("before\n")
    shop.junit(["test_sum"], ["test_tax"])
    answer = headway("gate")
    assert answer.code == 1
    commands = [line for line in answer.out.splitlines() if line.startswith("::")]
    assert commands == [
        "::error title=tests.failed::1 test failed of 2",
        "::error file=tests/t.py,line=7,title=tests.t%3A%3Atest_tax::AssertionError: 3 != 4",
    ]
    assert summary.read_text().startswith("before\n## ❌ Gate failed")
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert outputs["outcome"] == "failed"
    assert outputs["quality-score"] == "95"
    assert headway("gate", "--replay", outputs["verdict"]).code == 1
    answer = headway("gate", "--json")
    assert json.loads(answer.out)["outcome"] == "failed"
    assert answer.err.count("::error") == 2
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "gone" / "summary"))
    assert headway("gate").code == 1  # the verdict, not a complaint about the file


def test_names_cannot_drive_the_terminal(headway: Headway, shop: Shop) -> None:
    shop.write("reports/lcov.info", "TN:\nSF:src/\x1b[2Ja.py\nDA:1,0\nend_of_record\n")
    answer = headway("gate")
    assert answer.code == 1
    assert "\x1b" not in answer.out


# --- what it loads -----------------------------------------------------------------------


def test_it_loads_nothing_that_takes_long(shop: Shop) -> None:
    shop.junit()
    code = (
        "import sys; from headway.cli.main import main; main(['gate', 'reports/junit.xml']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    loaded = set(done.stderr.split())
    assert not loaded & {"rich", "asyncio", "jinja2", "headway.quality.render.page", "celpy"}


# --- deployments -------------------------------------------------------------------------

ENVIRONMENTS = """\
environments:
  staging: {command: python app.py}
  production:
    command: python app.py
    requires: [staging]
    approvals: {count: 1, from: [grace]}
  careful:
    command: python app.py
    error_budget: {objective: 99.9%}
"""


def answers(headway: Headway, *arguments: str) -> tuple[str, int, dict[str, str]]:
    answer = headway("gate", "--json", *arguments)
    found = json.loads(answer.out)
    return found["answer"], answer.code, {r["rule"]: r["answer"] for r in found["rules"]}


def test_deploy_hold_reject(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", ENVIRONMENTS)
    shop.commit("Environments")
    assert answers(headway, "--for", "staging")[:2] == ("hold", 3)  # no verdict
    shop.junit()
    assert headway("gate").code == 0
    assert answers(headway, "--for", "staging")[:2] == ("deploy", 0)
    answer, code, rules = answers(headway, "--for", "production")
    assert (answer, code) == ("hold", 3)
    assert {rule for rule, said in rules.items() if said == "hold"} == {"requires", "approvals"}
    shop.junit([], ["test_tax"])
    assert answers(headway, "--for", "staging")[:2] == ("deploy", 0)  # by the journal
    assert answers(headway, "--for", "staging", "reports")[:2] == ("reject", 1)
    answer = headway("gate", "--for", "staging")
    assert answer.out.splitlines()[-1] == "staging: reject, the gates have failed: tests.failed"


def test_what_the_journal_cannot_know(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", ENVIRONMENTS)
    shop.commit("Environments")
    shop.junit()
    headway("gate")
    assert answers(headway, "--for", "careful")[:2] == ("hold", 3)
    assert answers(headway, "--for", "careful", "--budget-left", "40%")[:2] == ("deploy", 0)
    assert answers(headway, "--for", "careful", "--budget-left", "4%")[:2] == ("hold", 3)
    answer = headway("gate", "--for", "staging", "--incident", "checkout is down")
    assert answer.code == 3
    assert "an incident is open: checkout is down" in answer.out


def test_an_unknown_environment_is_said_first(headway: Headway, shop: Shop) -> None:
    shop.write("headway.yaml", ENVIRONMENTS)
    answer = headway("gate", "--for", "prodution")
    assert answer.code == 2
    assert 'did you mean "production"?' in answer.err
    assert not answer.out


def test_decisions_are_journaled(headway: Headway, shop: Shop) -> None:
    from headway.events.quality import DeploymentDecided

    shop.write("headway.yaml", ENVIRONMENTS)
    shop.commit("Environments")
    shop.junit()
    found = verdict(headway)
    headway("gate", "--for", "production")
    journal = Journal.open(home.journal())
    decided = journal.read(found["id"])[-1].event
    assert isinstance(decided, DeploymentDecided)
    assert (decided.environment, decided.answer) == ("production", "hold")
    assert [rule["rule"] for rule in decided.rules][:2] == ["gates", "requires"]
    assert journal.verify(found["id"]) is None
    assert headway("gate", "--replay", found["id"]).code == 0


def test_what_has_no_figures_is_told_in_its_row(headway: Headway, shop: Shop) -> None:
    shop.coverage(range(1, 11))
    shop.write("src/cart.py", (shop.root / "src/cart.py").read_text() + "more = 1\n")
    answer = headway("gate")
    row = next(line for line in answer.out.splitlines() if "coverage.changed" in line)
    assert row.endswith("no changed line can be covered, so there is nothing to judge")


def test_files_that_are_no_reports_are_named(headway: Headway, shop: Shop) -> None:
    shop.junit()
    shop.write("reports/clover.xml", '<coverage generated="1"><project/></coverage>')
    answer = headway("gate")
    assert answer.code == 0
    assert "no reports by their content, passed over: reports/clover.xml" in answer.out


def test_records_that_no_verdict_needs_any_more_go(
    headway: Headway, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = shop.root.parent / "home" / "evidence"

    def days_pass() -> None:
        for file in records.iterdir():
            os.utime(file, (1, 1))

    monkeypatch.setattr(evidence_keeping, "NEWEST", 2)
    shop.write("headway.yaml", LENIENT)
    shop.commit("Gates")
    for number in range(4):  # on a tree with changes, so that none of them is a baseline
        shop.write("src/new.py", f"n = {number}\n")
        shop.junit([f"test_{number}"])
        assert headway("gate").code == 0
        days_pass()
    assert headway("gate", "--replay", "3").code == 0
    forgotten = headway("gate", "--replay", "1")
    assert forgotten.code != 0
    assert "isn't there any more" in forgotten.err
    assert headway("gate", "--list").out.count("passed") == 4


def test_a_verdict_in_a_job_belongs_to_the_repository_that_was_run(
    headway: Headway, shop: Shop
) -> None:
    program = os.path.join(os.path.dirname(sys.executable), "headway")
    script = f"mkdir -p reports && echo {shlex.quote(JUNIT)} > reports/junit.xml && {program} gate"
    job = {"runs-on": "ubuntu-latest", "steps": [{"run": script}]}
    shop.write(".github/workflows/ci.yml", json.dumps({"on": "push", "jobs": {"gate": job}}))
    shop.commit("Workflow")
    assert headway("run").code == 0
    (verdict,) = json.loads(headway("gate", "--list", "--json").out)
    assert (verdict["outcome"], verdict["root"]) == ("passed", str(shop.root))
    assert verdict["run"]
    assert headway("gate", "--replay", "1").code == 0


def test_names_whose_bytes_are_no_text(headway: Headway, shop: Shop) -> None:
    shop.git("checkout", "-q", "-b", "caf\udce9")
    report = shop.root / shop.junit()
    os.rename(report, report.parent / "junit\udcff.xml")
    answer = headway("gate", "--comment", "comment.md", "--sarif", "findings.sarif")
    assert answer.code == 0
    assert answer.out.startswith("caf\ufffd ")
    assert "1 report: reports/junit\ufffd.xml" in answer.out
    assert headway("gate", "--replay", "latest").code == 0


def test_a_clone_without_its_history_says_so(
    headway: Headway, shop: Shop, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("more.txt", "more\n")
    shop.commit("Two")
    clone = tmp_path / "clone"
    shop.git("clone", "-q", "--depth", "1", f"file://{shop.root}", str(clone))
    monkeypatch.chdir(clone)
    report = clone / "junit.xml"
    report.write_text(JUNIT)
    answer = headway("gate", "junit.xml")
    assert answer.code == 0
    assert "nothing to compare with: this is a shallow clone" in answer.err


def test_reports_that_lie_about_are_no_change(headway: Headway, shop: Shop) -> None:
    shop.write(".gitignore", "out/\n")
    shop.commit("Reports are not ignored")
    shop.junit()
    shop.write("coverage.xml", (shop.root / shop.coverage(range(1, 11))).read_text())
    assert not verdict(headway)["commit"].get("dirty")
    shop.write("reports/tool.py", "code = 1\n")  # a package of the same name
    assert verdict(headway)["commit"].get("dirty")
