"""`headway cancel`, against real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from history import History

from headway import home
from headway.journal import process as processes
from headway.journal.ids import new_id

Headway = Callable[..., object]

# Of this test process alone: runs are looked for among all processes of the machine.
RUN = new_id(time.time())

# A stand-in for a run's process: what it does at each SIGINT is up to the test.
RUNNER = """
import os, signal, subprocess, sys, time
from headway import events
from headway.journal import Journal, process
path, root, on_signal, run = sys.argv[1:]
journal = Journal.open(path)
def end(conclusion):
    journal.append(run, [events.RunFinished(conclusion, 1.5)], time.time())
    os._exit(0)
presses = 0
def interrupt(*_):
    global presses
    presses += 1
    exec(on_signal)
signal.signal(signal.SIGINT, interrupt)
journal.append(run, [events.RunStarted(run, "ci.yml", "CI", "push", "main", "s", "ada", "a/b", root,
    pid=os.getpid(), process=process.identity(), number=1)], time.time())
env = {**os.environ, "RUNNER_TRACKING_ID": f"headway_{run}_1"}
step = subprocess.Popen(["sleep", "1000"], env=env, start_new_session=True, stdout=2)
print(step.pid, flush=True)
while True:
    time.sleep(0.01)
"""
GRACEFUL = (
    "journal.append(run, [events.RunCancelling('x')], time.time()); step.kill(); end('cancelled')"
)
TWICE = """
journal.append(run, [events.RunCancelling('x')], time.time())
if presses == 2: step.kill(); end('cancelled')
"""
NEVER = "pass"

Start = Callable[[str], "tuple[subprocess.Popen[str], int]"]


@pytest.fixture
def runner(history: History) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []
    steps: list[int] = []

    def start(on_signal: str) -> tuple[subprocess.Popen[str], int]:
        child = subprocess.Popen(
            [sys.executable, "-c", RUNNER, home.journal(), history.root, on_signal, RUN],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        assert child.stdout is not None
        steps.append(int(child.stdout.readline()))
        return child, steps[-1]

    yield start
    for child in started:
        child.kill()
        child.communicate()
    for pid in steps:
        if processes._start(pid):
            os.kill(pid, 9)


def ends(pid: int) -> bool:
    """Whether a process ends, which it may take a moment to do."""
    deadline = time.monotonic() + 30
    while processes._start(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not processes._start(pid)


def test_asks_as_ctrl_c_would(headway: Headway, runner: Start) -> None:
    child, _ = runner(GRACEFUL)
    answer = headway("cancel")
    assert answer.code == 0
    assert answer.out == (
        f"run 1: asking process {child.pid} to stop\n"
        "run 1 was cancelled after 1.5s: headway show 1\n"
    )
    assert child.wait() == 0


def test_json(headway: Headway, runner: Start) -> None:
    runner(GRACEFUL)
    answer = headway("cancel", "1", "--json")
    assert json.loads(answer.out) == {
        "run": RUN,
        "number": 1,
        "state": "cancelled",
        "ended": True,
    }


def test_force_asks_twice(headway: Headway, runner: Start) -> None:
    child, _ = runner(TWICE)
    assert "was cancelled" in headway("cancel", "--force").out
    assert child.wait() == 0


def test_a_run_that_takes_its_time(
    headway: Headway, runner: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headway.cli.cancel.PATIENCE", 0.2)
    child, _ = runner(NEVER)
    answer = headway("cancel", "1")
    assert answer.code == 0
    assert answer.out.endswith("it is still stopping; --force ends it at once\n")
    assert child.poll() is None


def test_force_ends_what_does_not_listen_and_its_steps(
    headway: Headway, runner: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headway.cli.cancel.SHORT", 0.3)
    child, step = runner(NEVER)
    answer = headway("cancel", "--force")
    assert answer.code == 0
    assert "run 1 was interrupted after" in answer.out
    assert child.wait() == -9
    assert ends(step)


def test_what_a_killed_run_left_behind(headway: Headway, runner: Start) -> None:
    child, step = runner(NEVER)
    child.kill()
    child.wait()
    answer = headway("cancel", "1")
    assert answer.code == 0
    assert "run 1 was interrupted; 1 of its processes were left, and killed" in answer.out
    assert ends(step)
    answer = headway("cancel", "1")
    assert (answer.code, answer.out) == (1, "")
    assert "run 1 isn't running: interrupted" in answer.err


def test_nothing_goes_on(headway: Headway, history: History) -> None:
    history.failed_run()
    answer = headway("cancel")
    assert (answer.code, answer.out) == (1, "")
    assert "no run goes on in this repository" in answer.err
    answer = headway("cancel", "1")
    assert answer.code == 1
    assert "run 1 isn't running: failure" in answer.err


def test_never_another_process_with_the_same_number(headway: Headway, history: History) -> None:
    bystander = subprocess.Popen(["sleep", "1000"])
    before = "1@" + processes.identity().partition("@")[2]  # started long before
    history.start("01k9aaaa00000001", "a", pid=bystander.pid, process=before)
    answer = headway("cancel", "1")
    assert answer.code == 1
    assert "interrupted" in answer.err
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_run_elsewhere(headway: Headway, history: History) -> None:
    history.start("01k9aaaa00000001", "a", process="1@otherboot/1/builder-7")
    answer = headway("cancel")
    assert answer.code == 1
    assert "can't reach it (host builder-7)" in answer.err


def test_several_go_on(headway: Headway, history: History) -> None:
    history.start("01k9aaaa00000001", "a", name="CI", process="1@otherboot/1/h", pid=1)
    history.start("01k9aaaa00000002", "a", name="Docs", process="1@otherboot/1/h", pid=2)
    answer = headway("cancel")
    assert answer.code == 1
    assert "name one: 2 (Docs), 1 (CI)" in answer.err
