"""Lists of runs, and what people type to name one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from headway import events
from headway.errors import UsageError
from headway.journal import Journal, process
from headway.journal.ids import new_id

Start = Callable[..., events.RunStarted]


def finished(
    journal: Journal, run: events.RunStarted, at: float, conclusion: str = "success"
) -> None:
    journal.append(run.run, [run], at)
    journal.append(run.run, [events.RunFinished(conclusion, 2.5)], at + 2.5)


def test_a_run_is_summed_up_from_its_events(journal: Journal, start: Start) -> None:
    journal.append("r1", [start("r1", number=7, dirty=True)], at=100)
    journal.append("r1", [events.JobQueued(j, j, j.title()) for j in ("lint", "test")], at=100)
    journal.append("r1", [events.JobStarted("test")], at=101)
    journal.append("r1", [events.Annotation("test", 2, "error", "no")], at=102)
    journal.append("r1", [events.JobFinished("test", "failure", "failure", 3.0, "exit 1")], at=104)

    run = journal.run("r1")
    assert run is not None
    assert (run.number, run.status, run.conclusion, run.dirty) == (7, "running", "", True)
    assert (run.jobs, run.finished_jobs, run.failed_jobs, run.errors) == (2, 1, 1, 1)
    lint, test = journal.jobs("r1")
    assert (lint.status, lint.started) == ("queued", None)
    assert (test.name, test.status, test.conclusion) == ("Test", "completed", "failure")
    assert (test.started, test.finished, test.seconds, test.reason) == (101, 104, 3.0, "exit 1")

    journal.append("r1", [events.RunFinished("failure", 5.0)], at=105)
    run = journal.run("r1")
    assert run is not None
    assert (run.status, run.conclusion, run.state) == ("completed", "failure", "failure")
    assert (run.started, run.finished, run.seconds) == (100, 105, 5.0)


def test_newest_first_and_only_what_is_asked_for(journal: Journal, start: Start) -> None:
    for n, root in enumerate(["/a", "/b", "/a", "/a"]):
        finished(journal, start(f"r{n}", root=root, repository=f"ada{root}"), at=100.0 + n)

    assert [r.id for r in journal.runs()] == ["r3", "r2", "r1", "r0"]
    assert [r.id for r in journal.runs(root="/a", limit=2)] == ["r3", "r2"]
    assert [r.id for r in journal.runs(repository="ada/b")] == ["r1"]
    assert journal.runs(workflow="other.yml") == []


RUNS = [("01k9aaaa00000001", 1, "/a"), ("01k9aabb00000002", 2, "/a"), ("01k9bbbb00000003", 1, "/b")]


@pytest.mark.parametrize(
    ("text", "root", "found"),
    [
        ("", "/a", "01k9aabb00000002"),
        ("latest", "", "01k9bbbb00000003"),
        ("1", "/a", "01k9aaaa00000001"),
        ("#1", "/b", "01k9bbbb00000003"),
        ("2", "/b", "01k9aabb00000002"),  # not here, but only one in all
        ("01K9aab", "/b", "01k9aabb00000002"),
        ("01k9b", "", "01k9bbbb00000003"),
    ],
)
def test_a_run_is_found_by(
    journal: Journal, start: Start, text: str, root: str, found: str
) -> None:
    for n, (run, number, where) in enumerate(RUNS):
        finished(journal, start(run, number=number, root=where), at=100.0 + n)
    assert journal.find_run(text, root=root).id == found


@pytest.mark.parametrize(
    ("text", "root", "message", "hint"),
    [
        ("1", "/c", "more than one run", "01k9bbbb00000003 (/b), 01k9aaaa00000001 (/a)"),
        ("01k9", "", "more than one run", "give more of the id"),
        ("12", "/a", 'no run "12"', "the latest is 2"),
        ("01k", "/a", 'no run "01k"', "headway runs"),
        ("%", "/a", 'no run "%"', "headway runs"),
        ("latest", "/c", "nothing has been run in /c yet", "headway run"),
    ],
)
def test_a_run_is_not_found(
    journal: Journal, start: Start, text: str, root: str, message: str, hint: str
) -> None:
    for n, (run, number, where) in enumerate(RUNS):
        finished(journal, start(run, number=number, root=where), at=100.0 + n)
    with pytest.raises(UsageError) as caught:
        journal.find_run(text, root=root)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_ids_sort_by_time() -> None:
    ids = [new_id(t) for t in (0.001, 1.7e9, 1.7e9 + 0.001, 4e9)]
    assert ids == sorted(ids)
    assert {len(i) for i in ids} == {16}
    assert new_id(1.7e9) != new_id(1.7e9)


# --- runs whose process is gone ----------------------------------------------------------------


def test_a_run_goes_on_as_long_as_its_process(journal: Journal, start: Start) -> None:
    journal.append("r1", [start("r1", pid=os.getpid(), process=process.identity())], at=100)
    assert journal.settle() == []
    assert journal.runs()[0].status == "running"


def test_a_run_whose_process_is_gone_is_interrupted(journal: Journal, start: Start) -> None:
    pid, identity = _process_that_ended()
    journal.append("r1", [start("r1", pid=pid, process=identity)], at=100)
    journal.append("r1", [events.JobQueued("a", "a", "a"), events.JobQueued("b", "b", "b")], at=100)
    journal.append("r1", [events.JobFinished("a", "success", "success")], at=160)

    (run,) = journal.runs()
    assert (run.status, run.conclusion, run.state) == ("interrupted", "", "interrupted")
    assert (run.finished, run.seconds) == (160, 60)
    assert [j.status for j in journal.jobs("r1")] == ["completed", "interrupted"]
    last = journal.read("r1")[-1].event
    assert isinstance(last, events.RunInterrupted)
    assert f"pid {pid}" in last.reason
    journal.runs()
    assert len(journal.read("r1")) == 5  # said once


def test_a_later_process_with_the_same_pid_is_another(journal: Journal, start: Start) -> None:
    _, _, place = process.identity().partition("@")
    journal.append("r1", [start("r1", pid=os.getpid(), process=f"1@{place}")], at=100)
    assert journal.runs()[0].status == "interrupted"


def _identity(boot: str = "", namespace: str = "", host: str = "") -> str:
    """This process's identity, but for the parts that are given."""
    start, _, place = process.identity().partition("@")
    parts = zip((boot, namespace, host), place.split("/"), strict=True)
    return f"{start}@" + "/".join(given or own for given, own in parts)


@pytest.mark.parametrize(
    ("differs", "expected"),
    [
        ({}, process.ALIVE),
        ({"boot": "before"}, process.GONE),  # this host was started anew
        ({"boot": "other", "host": "elsewhere"}, process.UNKNOWN),
        ({"namespace": "4026530000"}, process.UNKNOWN),  # a container
    ],
)
def test_what_can_be_known_of_a_process(differs: dict[str, str], expected: str) -> None:
    assert process.state(os.getpid(), _identity(**differs)) == expected


def test_nothing_can_be_known_without_an_identity() -> None:
    assert process.state(os.getpid(), "") == process.UNKNOWN


def test_an_unknowable_process_is_given_up_after_a_day(journal: Journal, start: Start) -> None:
    elsewhere = _identity(namespace="4026530000")
    journal.append("r1", [start("r1", pid=1, process=elsewhere)], at=1000)
    assert journal.settle(now=1000 + 3600) == []
    (run,) = journal.settle(now=1000 + 25 * 3600)
    assert run.status == "interrupted"


def test_a_zombie_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    start = process._start(child.pid)
    assert start
    child.stdin.close()  # type: ignore[union-attr]
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, not collected yet
    identity = f"{start}@{process.identity().partition('@')[2]}"
    assert process.state(child.pid, identity) == process.GONE
    child.wait()


def _process_that_ended() -> tuple[int, str]:
    code = "from headway.journal import process; import os; print(os.getpid(), process.identity())"
    out = subprocess.check_output([sys.executable, "-c", code], text=True)
    pid, identity = out.split()
    return int(pid), identity
