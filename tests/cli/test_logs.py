"""`headway logs`."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from history import History

from headway import events, home
from headway.journal import process as processes
from headway.journal.logs import LogWriter

Headway = Callable[..., object]
Process = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(history: History) -> str:
    history.failed_run()
    return "01k9aaaa00000001"


PYTEST = [f"test {n} ok" for n in range(30)] + ["boom"]


def test_all_of_the_latest_run(headway: Headway, run: str) -> None:
    lines = headway("logs").out.splitlines()
    assert lines[:8] == [
        "CI · push · main 68b834f · run 1",
        "lint     | ▸ Style",
        "lint     | checking",
        "lint     | warning: long",
        "lint     | ✓ Style  0.5s",
        "lint     | ✓ job passed in 1.0s",
        "test (1) | ▸ Set up Python",
        "test (1) | 3.11",
    ]
    assert lines[-4:] == [
        "test (1) | boom",
        "test (1) | ✗ Run pytest  exit code 1, 2.0s",
        "test (1) | ✗ job failed in 3.0s",
        "test (2) | – job skipped: no",
    ]


@pytest.mark.parametrize(
    "argv", [["1", "test (1)"], ["01k9aaaa", "TEST (1)"], ["test (1)"], ["latest", "test (1)"]]
)
def test_of_one_job_without_its_name_in_front(headway: Headway, run: str, argv: list[str]) -> None:
    lines = headway("logs", *argv).out.splitlines()
    assert lines[:3] == ["▸ Set up Python", "3.11", "✓ Set up Python  0ms"]
    assert lines[3:-2] == ["▸ Run pytest", *PYTEST]


def test_of_all_of_a_matrix(headway: Headway, run: str) -> None:
    lines = headway("logs", "test").out.splitlines()
    assert lines[0] == "test (1) | ▸ Set up Python"
    assert lines[-1] == "test (2) | – job skipped: no"


@pytest.mark.parametrize("step", ["2", "Run pytest", "pytest"])
def test_of_one_step_and_nothing_else(headway: Headway, run: str, step: str) -> None:
    assert headway("logs", "test (1)", step).out.splitlines() == PYTEST


def test_one_step_into_a_file_is_byte_for_byte(
    process: Process, history: History, tmp_path: pathlib.Path
) -> None:
    printed = b"##[group]x\n\xff\x00\x1b[2J\r\nno newline at the end"
    history.start("01k9aaaa00000001", "a")
    history.step("01k9aaaa00000001", "a", 1, "make", printed)
    argv = [sys.executable, "-m", "headway", "logs", "a", "1"]
    assert subprocess.check_output(argv) == printed


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["--tail", "2"], ["test (1) | test 29 ok", "test (1) | boom"]),
        (["--tail", "0"], []),
        (["test (1)", "--tail", "1"], ["boom"]),
        (["test (1)", "2", "--tail", "1"], ["boom"]),
        (["--tail", "33", "--failed"], [f"test (1) | {line}" for line in PYTEST]),
        (["lint", "--tail", "9"], ["checking", "warning: long"]),
    ],
)
def test_the_last_lines(headway: Headway, run: str, argv: list[str], expected: list[str]) -> None:
    assert headway("logs", *argv).out.splitlines() == expected


def test_the_last_lines_of_several_steps(headway: Headway, run: str) -> None:
    lines = headway("logs", "--tail", "33").out.splitlines()
    assert [line.partition("| ")[2] for line in lines] == ["checking", "warning: long", *PYTEST]


def test_of_failed_steps_only(headway: Headway, run: str) -> None:
    lines = headway("logs", "--failed").out.splitlines()
    assert lines[1] == "test (1) | ▸ Run pytest"
    assert lines[-1] == "test (1) | ✗ job failed in 3.0s"
    assert not any("lint" in line for line in lines)


def test_times(headway: Headway, run: str) -> None:
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
    for argv in (["test (1)", "2"], ["test (1)", "2", "--tail", "4"]):
        lines = headway("logs", *argv, "--timestamps").out.splitlines()
        assert all(re.match(stamp, line) for line in lines)
        assert re.sub(stamp, "", lines[-1]) == "boom"
    assert re.search(rf"test \(1\) \| {stamp}boom\n", headway("logs", "-t").out)


def test_events(headway: Headway, run: str) -> None:
    kinds = [json.loads(line)["kind"] for line in headway("logs", "--json").out.splitlines()]
    assert kinds[0] == "run.started"
    assert kinds[-1] == "run.finished"
    lint = [json.loads(line) for line in headway("logs", "lint", "--json").out.splitlines()]
    assert {d["job"] for d in lint} == {"lint"}


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (["7"], 'no run "7"', "the latest is 1"),
        (["lnt"], 'no job "lnt"', 'did you mean "lint"?'),
        (["deploy"], 'no job "deploy"', "known: lint, test"),
        (["te", "1"], '"te" is more than one job', "test (1), test (2)"),
        (["test", "1"], '"test" is more than one job', 'name one of "test (1)"'),
        (["test (1)", "9"], 'no step "9"', "known: 1 Set up Python, 2 Run pytest"),
        (["test (1)", "run pytst"], 'no step "run pytst"', 'did you mean "2 Run pytest"?'),
        (["1", "a", "b", "c"], "expected RUN JOB STEP, not 4 words", ""),
        (["--tail", "-1"], "expected a number from 0", ""),
        (["-f", "--tail", "1"], "--follow shows what comes", ""),
    ],
)
def test_what_cannot_be_found(
    headway: Headway, run: str, argv: list[str], message: str, hint: str
) -> None:
    answer = headway("logs", *argv)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
    assert hint in answer.err


def test_steps_of_composite_actions(headway: Headway, history: History) -> None:
    run = "01k9aaaa00000001"
    history.start(run, "a")
    history.add(run, events.StepStarted("a", 1, "Outer"))
    history.add(run, events.StepStarted("a", 2, "Inner", parent=1, log="logs/a/2.log"))
    history.write(run, "logs/a/2.log", b"inside\n")
    for number in (2, 1):
        history.add(run, events.StepFinished("a", number, "success", "success"))
    assert headway("logs", "a").out.splitlines() == [
        "▸ Outer",
        "  ▸ Inner",
        "inside",
        "  ✓ Inner  0ms",
        "✓ Outer  0ms",
    ]


def test_nobody_reads_any_more(history: History) -> None:
    history.start("01k9aaaa00000001", "a")
    history.step("01k9aaaa00000001", "a", 1, "yes", b"y\n" * 1_000_000)
    for argv in ([], ["a"], ["a", "1"], ["--json"], ["--tail", "900000"]):
        command = f"{sys.executable} -m headway logs {' '.join(argv)} | head -1; echo $PIPESTATUS"
        child = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        assert child.stderr == ""
        assert child.stdout.splitlines()[-1] in ("141", "0")


# --- runs that go on --------------------------------------------------------------------------


class Going:
    """A run of this process, with a step that prints."""

    def __init__(self, history: History) -> None:
        self.run = "01k9aaaa00000001"
        self.history = history
        history.start(self.run, "build", "test")
        self.begin("build", 1, "make")

    def begin(self, job: str, step: int, name: str) -> None:
        log = f"logs/{job}/{step}.log"
        self.history.add(self.run, events.JobStarted(job))
        self.history.add(self.run, events.StepStarted(job, step, name, log=log))
        self.writer = LogWriter(os.path.join(home.run(self.run), log))

    def end(self, job: str, step: int) -> None:
        lines = self.writer.close()
        self.history.add(
            self.run, events.StepFinished(job, step, "success", "success", lines=lines)
        )
        self.history.add(self.run, events.JobFinished(job, "success", "success"))


@pytest.fixture
def going(history: History) -> Going:
    return Going(history)


def _next_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().rstrip("\n")


def test_following_another_process(process: Process, going: Going) -> None:
    going.writer.write(b"before\n")
    child = process("logs", "--follow")
    assert _next_line(child) == "CI · push · main 68b834f · run 1"
    assert [_next_line(child), _next_line(child)] == ["build | ▸ make", "build | before"]
    going.writer.write(b"half ")
    going.writer.write(b"a line\n")
    assert _next_line(child) == "build | half a line"
    going.writer.write(b"last, without a newline")
    going.end("build", 1)
    assert _next_line(child) == "build | last, without a newline"
    going.begin("test", 1, "pytest")
    going.end("test", 1)
    going.history.finish(going.run)
    rest = child.communicate(timeout=60)
    assert child.returncode == 0
    assert rest[0].splitlines()[-1] == "run 1 passed in 5.0s"
    assert rest[1] == ""


def test_following_one_job_ends_with_it(process: Process, going: Going) -> None:
    child = process("logs", "build", "-f", "--timestamps")
    assert _next_line(child) == "▸ make"
    going.writer.write(b"one\n")
    assert re.fullmatch(r"\d{4}-\S+Z one", _next_line(child))
    going.end("build", 1)
    child.communicate(timeout=60)
    assert child.returncode == 0


def test_following_ends_when_the_run_is_killed(process: Process, history: History) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = processes._start(sleeper.pid)
    identity = f"{start}@{processes.identity().partition('@')[2]}"
    history.start("01k9aaaa00000001", "a", pid=sleeper.pid, process=identity)
    child = process("logs", "-f")
    assert "run 1" in _next_line(child)
    sleeper.kill()
    sleeper.wait()
    sleeper.stdin.close()  # type: ignore[union-attr]
    out, _ = child.communicate(timeout=60)
    assert out.splitlines()[-1].startswith("run 1 was interrupted after ")


def test_ctrl_c_ends_following_not_the_run(process: Process, going: Going) -> None:
    import signal

    child = process("logs", "-f")
    _next_line(child)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, "")
    assert going.history.journal.runs()[0].status == "running"


def test_following_a_run_that_has_ended(headway: Headway, run: str) -> None:
    lines = headway("logs", "-f").out.splitlines()
    assert "test (1) | boom" in lines
    assert lines[-1] == "run 1 failed in 5.0s: headway show 1"


def test_a_run_that_goes_on_as_far_as_it_is(headway: Headway, going: Going) -> None:
    going.writer.write(b"so far\n")
    assert headway("logs").out.splitlines()[1:] == ["build | ▸ make", "build | so far"]


def test_many_threads_and_one_reader(headway: Headway, history: History) -> None:
    """Jobs at the same time: every line arrives once and in order."""
    run = "01k9aaaa00000001"
    jobs = [f"job{n}" for n in range(4)]
    history.start(run, *jobs)

    def work(job: str) -> None:
        log = f"logs/{job}/1.log"
        history.add(run, events.JobStarted(job), events.StepStarted(job, 1, "count", log=log))
        writer = LogWriter(os.path.join(home.run(run), log))
        for n in range(2000):
            writer.write(b"%d\n" % n)
        history.add(run, events.StepFinished(job, 1, "success", "success", lines=writer.close()))

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    ended = threading.Thread(
        target=lambda: [*map(threading.Thread.join, threads), history.finish(run)]
    )
    for thread in (*threads, ended):
        thread.start()
    lines = headway("logs", "-f").out.splitlines()
    ended.join()
    for job in jobs:
        prefix = f"{job} | "
        numbers = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        assert [n for n in numbers if n.isdecimal()] == [str(n) for n in range(2000)]
