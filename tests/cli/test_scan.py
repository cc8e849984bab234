"""`headway scan`: what it does with tools, whatever they do. The tools here are small programs in
the repository's own `.venv`; test_scan_tools.py has the real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from waiting import alive, wait_for

TOTALS = {"CONFIDENCE.HIGH": 0, "SEVERITY.HIGH": 0, "loc": 1}
CLEAN = json.dumps(
    {"errors": [], "generated_at": "2026-01-01", "metrics": {"_totals": TOTALS}, "results": []}
)
ISSUE = {
    "filename": "./shop.py", "issue_confidence": "HIGH", "issue_severity": "HIGH",
    "issue_text": "planted", "line_number": 1, "test_id": "B602", "test_name": "x",
    "code": "1 total", "issue_cwe": {}, "line_range": [1], "more_info": "",
}  # fmt: skip
FOUND = json.dumps({**json.loads(CLEAN), "results": [ISSUE]})
SETTINGS = """
scan:
  tools:
    ruff: {run: false}
    radon: {run: false}
    complexipy: {run: false}
    jscpd: {run: false}
    gitleaks: {run: false}
"""


@pytest.fixture
def repository(project):
    """Python, with Bandit as the only tool."""
    project.env["PATH"] = "/usr/bin:/bin"
    project.write("shop.py", "total = 1\n")
    project.write(".gitignore", ".venv\n")
    project.write("headway.yaml", SETTINGS)
    project.write("bandit.yaml", "")
    project.commit()
    return project


def tool(project, script, name="bandit"):
    """A tool; `$report` is where it is to write."""
    find = 'while [ $# -gt 0 ]; do [ "$1" = --output ] && report=$2; shift; done\n'
    path = project.write(f".venv/bin/{name}", "")
    path.write_text(f'#!/bin/bash\nsaid="$*"\n{find}{script}\n')
    path.chmod(0o755)


def scan(project, *arguments):
    done = project.headway("scan", "--json", *arguments)
    text = done.stdout.decode()
    return done, json.loads(text) if text else None


def only(data, name="bandit"):
    (found,) = [one for one in data["tools"] if one["name"] == name]
    return found


def test_clean(repository):
    tool(repository, f"echo '{CLEAN}' > $report")
    done, data = scan(repository)
    assert only(data)["state"] == "clean"
    assert data["verdict"]["outcome"] == "passed"
    assert done.returncode == 0, done.stderr


def test_findings_are_judged(repository):
    tool(repository, f"echo '{FOUND}' > $report; exit 1")
    done, data = scan(repository)
    assert only(data) | {"seconds": 0} == {
        "name": "bandit", "group": "security", "state": "found", "said": "1 finding",
        "report": ".headway/reports/scan/bandit.json", "findings": 1, "seconds": 0,
        "part": "", "hint": "",
    }  # fmt: skip
    assert done.returncode == 1
    shown = repository.headway("scan")
    assert "security.high" in shown.stdout.decode()
    assert "shop.py:1 B602 planted" in shown.stdout.decode()


def test_without_gates_findings_are_no_failure(repository):
    tool(repository, "echo '" + CLEAN + "' > $report; exit 1")
    done, data = scan(repository, "--no-gate")
    assert (done.returncode, data["verdict"]) == (0, None)


BAD = {
    "crashes": ("echo 'RuntimeError: planted error' >&2; exit 70", "RuntimeError: planted error"),
    "crashes and says nothing": ("kill -SEGV $$", "ended by signal SEGV"),
    "ends well and leaves no report of its format": ("echo planted > $report", "can't be read"),
    "is cut off": ("echo '{\"results\": [' > $report", "can't be read"),
    "fails without a report": ("exit 1", "exit code 1: it wrote nothing"),
    "can't be started": ("", ""),
}


@pytest.mark.parametrize("how", BAD)
def test_a_tool_that_could_not_do_its_work_is_inconclusive(repository, how):
    script, why = BAD[how]
    tool(repository, script)
    if not script:
        (repository.root / ".venv/bin/bandit").write_text("#!/nowhere/at/all\n")
    done, data = scan(repository)
    assert only(data)["state"] == "inconclusive"
    assert why in only(data)["said"]
    assert done.returncode == 3
    assert b"inconclusive: bandit" in done.stderr
    assert data["verdict"]["outcome"] == "inconclusive"
    # Whoever gates later learns of it as well.
    assert repository.headway("gate").returncode == 3


def test_a_tool_that_prints_nothing_when_all_is_well_was_there(repository):
    tool(repository, "exit 0")
    done, data = scan(repository)
    assert only(data)["state"] == "clean"
    assert data["verdict"]["reports"][0]["tool"] == "bandit"
    assert done.returncode == 0


def test_a_tool_that_is_wanted_and_absent_is_inconclusive(repository):
    done, data = scan(repository)
    assert only(data)["said"] == "not installed (bandit.yaml)"
    assert only(data)["hint"] == "pip install bandit"
    assert done.returncode == 3


def test_also_where_no_gate_would_notice(repository):
    repository.write("pyproject.toml", "[tool.black]\n")
    tool(repository, f"echo '{CLEAN}' > $report")
    done = repository.headway("scan")
    assert done.returncode == 3
    assert b"scan inconclusive: black could not do its work" in done.stdout


def test_a_tool_that_nobody_asks_for_may_be_absent(repository):
    (repository.root / "bandit.yaml").unlink()
    repository.write("headway.yaml", SETTINGS.replace("    ruff: {run: false}\n", ""))
    tool(repository, "exit 0", "ruff")
    done, data = scan(repository)
    assert done.returncode == 0
    assert "not installed, so not run: bandit" in done.stderr.decode()
    assert [one["choice"] for one in data["not_run"] if one["name"] == "bandit"] == ["absent"]


def test_a_time_limit(repository):
    limited = SETTINGS + "    bandit: {time_limit: 300ms}\n"
    repository.write("headway.yaml", limited)
    tool(repository, "sleep 60")
    done, data = scan(repository)
    assert only(data)["said"] == "stopped at its time limit of 300ms"
    assert "time_limit" in only(data)["hint"]
    assert done.returncode == 3


def test_failed_is_worse_than_inconclusive(repository):
    repository.write("pyproject.toml", "[tool.black]\n")
    tool(repository, f"echo '{FOUND}' > $report; exit 1")
    assert scan(repository)[0].returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_tools_and_what_they_started(repository, number):
    tool(repository, "trap '' TERM INT\nsleep 600 &\necho $! > child\nwait; sleep 600")
    process = subprocess.Popen(
        repository.command("scan"), cwd=repository.root, env=repository.env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    child = repository.root / "child"
    wait_for(lambda: child.exists() and child.read_text().strip())
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    wait_for(lambda: not alive(int(child.read_text())))


class TestChoosing:
    def test_list(self, repository):
        tool(repository, "exit 0")
        done = repository.headway("scan", "--list")
        lines = {line.split()[0]: line for line in done.stdout.decode().splitlines()[1:]}
        assert "runs" in lines["bandit"]
        assert ".venv/bin/bandit" in lines["bandit"]
        assert "switched off in headway.yaml" in lines["ruff"]
        assert "no rules" in lines["semgrep"]

    def test_list_as_json(self, repository):
        data = json.loads(repository.headway("scan", "quality", "--list", "--json").stdout)
        assert {one["group"] for one in data} == {"quality"}

    def test_an_unknown_tool(self, repository):
        done = repository.headway("scan", "--only", "bandid")
        assert done.returncode == 2
        assert b'did you mean "bandit"?' in done.stderr

    def test_only_makes_a_tool_wanted(self, repository):
        done, data = scan(repository, "--only", "flake8")
        assert only(data, "flake8")["state"] == "inconclusive"
        assert done.returncode == 3

    def test_skip(self, repository):
        done = repository.headway("scan", "--skip", "bandit")
        assert done.returncode == 2
        assert b"no tool can look at this repository" in done.stderr

    def test_mistakes_in_headway_yaml(self, repository):
        repository.write("headway.yaml", "scan:\n  tools:\n    ruf: {}\n")
        done = repository.headway("scan")
        assert done.returncode == 2
        assert done.stderr.decode().startswith("headway.yaml:3:5: error: ")
        assert b'did you mean "ruff"?' in done.stderr


class TestReports:
    def test_git_sees_nothing_of_them(self, repository):
        tool(repository, "exit 0")
        repository.headway("scan")
        assert repository.git("status", "--porcelain") == ""

    def test_those_of_an_earlier_scan_are_gone(self, repository):
        tool(repository, "exit 0")
        old = repository.write(".headway/reports/scan/bandit-old.json", CLEAN)
        other = repository.write(".headway/reports/scan/mine.json", CLEAN)
        repository.headway("scan")
        assert not old.exists()
        assert other.exists()

    def test_what_a_tool_prints_besides_is_kept(self, repository):
        tool(repository, "echo 'planted words' >&2; exit 70")
        repository.headway("scan")
        log = repository.root / ".headway/reports/scan/bandit.log"
        assert log.read_text() == "planted words\n"

    def test_no_evidence_is_demanded_of_what_nobody_looked_for(self, repository):
        gates = "gates:\n  coverage: {min: 80}\n  reports: {must_have: [tests, security]}\n"
        repository.write("headway.yaml", SETTINGS + gates)
        tool(repository, f"echo '{CLEAN}' > $report")
        assert scan(repository)[0].returncode == 0
        assert repository.headway("gate").returncode == 1

    def test_but_of_what_was(self, repository):
        repository.write("headway.yaml", SETTINGS + "gates:\n  secrets: {max: 0}\n")
        tool(repository, f"echo '{CLEAN}' > $report")
        done = repository.headway("scan", "security")
        assert done.returncode == 1
        assert b"no evidence: there is no report of a secret scanner" in done.stdout

    def test_reports_of_older_code_are_left_out(self, repository):
        tool(repository, f"echo '{CLEAN}' > $report")
        failed = '<testsuite tests="1"><testcase name="a"><failure/></testcase></testsuite>'
        old = repository.write(".headway/reports/test/unit/shop/junit.xml", failed)
        os.utime(old, (1, 1))
        done = repository.headway("scan")
        assert done.returncode == 0
        assert b"left out: .headway/reports/test/unit/shop/junit.xml" in done.stderr
        os.utime(old)
        assert repository.headway("scan").returncode == 1
