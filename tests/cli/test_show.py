"""`headway show`."""

from __future__ import annotations

import json
from collections.abc import Callable

from history import History

from headway import events, home

Headway = Callable[..., object]


def test_a_failed_run(headway: Headway, history: History) -> None:
    history.failed_run(at=1_700_000_000)
    answer = headway("show")
    assert answer.code == 0
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    folder = home.run("01k9aaaa00000001")
    assert lines[:6] == [
        "CI · push · main 68b834f · run 1",
        "workflow .github/workflows/ci.yml",
        "started 2023-11-14, 2023-11-14 22:13:20, took 5.0s",
        f"commit 68b834f{'0' * 33} refs/heads/main",
        "command headway run ci.yml -q",
        f"files {folder}",
    ]
    assert lines[6:] == [
        "",
        "✓ lint 1.0s",
        "✓ Style 0.5s",
        "✗ test (1) failed in 3.0s",
        "✓ Set up Python 0ms",
        "✗ Run pytest exit code 1, 2.0s",
        "– test (2) skipped: no",
        "",
        "summary of lint",
        "## Style",
        "",
        "all good",
        "",
        "warning: a.py:3: too long",
        "",
        "artifact report 2 files, 2 KiB",
        "",
        "✗ test (1) › Run pytest exit code 1, 2.0s",
        *(f"│ test {n} ok" for n in range(11, 30)),
        "│ boom",
        "",
        "run 1 failed in 5.0s: headway logs 1 --failed",
    ]


def test_a_run_that_goes_on_with_its_last_lines(headway: Headway, history: History) -> None:
    history.start("01k9aaaa00000001", "build", "test")
    log = "logs/build/1.log"
    history.add("01k9aaaa00000001", events.JobStarted("build"))
    history.add("01k9aaaa00000001", events.StepStarted("build", 1, "make", log=log))
    history.write("01k9aaaa00000001", log, b"##[group]Long\nx\n##[endgroup]\ncc a.c\n")
    out = headway("show").out
    assert "● build" in out
    assert "│ ▸ Long\n    │ cc a.c\n○ test  waits\n" in out
    assert out.endswith("run 1 is running\n")


def test_json(headway: Headway, history: History) -> None:
    history.failed_run()
    run = json.loads(headway("show", "1", "--json").out)
    assert (run["id"], run["state"], run["arguments"]) == (
        "01k9aaaa00000001",
        "failure",
        ["ci.yml", "-q"],
    )
    job = run["jobs"][1]
    assert (job["job"], job["state"]) == ("test (1)", "failure")
    step = job["steps"][1]
    assert (step["name"], step["exit_code"], step["lines"]) == ("Run pytest", 1, 31)
    assert run["annotations"][0]["file"] == "a.py"
    assert run["artifacts"][0]["size"] == 2048


def test_an_interrupted_run_says_why(headway: Headway, history: History) -> None:
    from headway.journal import process

    gone = "1@" + process.identity().partition("@")[2]
    history.start("01k9aaaa00000001", "a", at=1000.0, process=gone)
    history.add("01k9aaaa00000001", events.JobStarted("a"), at=1000.0)
    history.add("01k9aaaa00000001", events.StepStarted("a", 1, "Sleep"), at=1010.0)
    out = headway("show").out
    assert "why       its process (pid" in out
    assert "⊘ a › Sleep" in out
    assert out.endswith("run 1 was interrupted after 10.0s: headway logs 1 --failed\n")


def test_unknown_runs(headway: Headway, history: History) -> None:
    answer = headway("show")
    assert answer.code == 2
    assert "nothing has been run" in answer.err
    history.failed_run()
    answer = headway("show", "7")
    assert answer.code == 2
    assert 'no run "7"' in answer.err
    assert "the latest is 1" in answer.err


def test_names_cannot_drive_the_terminal(headway: Headway, history: History) -> None:
    history.start("01k9aaaa00000001", "a\x1b[2J", name="CI\x1b]0;x\x07", workflow="w\n.yml")
    history.add("01k9aaaa00000001", events.Notice("no\x1b[Htice\nnext"))
    out = headway("show").out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "workflow  w .yml" in out
