"""Programs outlive whoever started them, and the supervisor itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headway.clients import keeper
from headway.clients.supervisor import Program, Status, Supervisor, socket_path
from headway.testing.supervised import gone, kill_all

PATH = {"PATH": os.defpath}
FOREVER = ("/bin/sh", "-c", 'echo "$GREETING from $$"; exec sleep 1000')


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    made = Supervisor()
    yield made
    kill_all(tmp_path / "home")


def program(name: str = "web", *argv: str, **more: object) -> Program:
    return Program(name=name, argv=argv or FOREVER, env=PATH, **more)  # type: ignore[arg-type]


def until(met: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def running(supervisor: Supervisor, name: str = "web") -> Status:
    until(lambda: supervisor.status().get(name, Status(name=name, state="stopped")).pid)
    return supervisor.status()[name]


def supervisord(supervisor: Supervisor) -> int:
    return int(Path(supervisor.folder, "supervisord.pid").read_text())


def test_a_program_runs_and_what_it_says_is_kept(supervisor: Supervisor):
    secret = {**PATH, "GREETING": "50% of\na secret; '\""}
    supervisor.ensure(Program(name="web", argv=FOREVER, env=secret))
    pid = running(supervisor).pid
    log = Path(supervisor.output("web"))
    until(lambda: log.exists() and str(pid) in log.read_text())
    assert log.read_text() == f"{secret['GREETING']} from {pid}\n"


def test_secrets_are_in_no_argument_list_and_in_no_file_for_others(supervisor: Supervisor):
    supervisor.ensure(Program(name="web", argv=FOREVER, env={**PATH, "GREETING": "s3cret"}))
    pid = running(supervisor).pid
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            assert b"s3cret" not in Path(f"/proc/{entry}/cmdline").read_bytes()
        except OSError:
            continue
    assert b"s3cret" in Path(f"/proc/{pid}/environ").read_bytes()
    for path in Path(supervisor.folder).rglob("*"):
        if path.is_file():
            readable = path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
            assert not (readable and "s3cret" in path.read_text(errors="replace"))
    assert os.stat(supervisor.folder).st_mode & 0o077 == 0


def test_the_same_again_changes_nothing(supervisor: Supervisor):
    supervisor.ensure(program())
    before = running(supervisor)
    supervisor.ensure(program())
    supervisor.ensure(program("other"))
    running(supervisor, "other")
    assert supervisor.status()["web"].pid == before.pid
    supervisor.remove("other")
    assert supervisor.status().keys() == {"web"}
    assert supervisor.status()["web"].pid == before.pid


def test_a_killed_program_is_started_again(supervisor: Supervisor):
    supervisor.ensure(program())
    first = running(supervisor)
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: supervisor.status()["web"].pid not in (0, first.pid))
    assert supervisor.status()["web"].starts == 2


def test_a_program_that_ends_well_may_stay_ended_until_it_is_wanted_again(supervisor: Supervisor):
    once = program("once", "/bin/true", restart="failure", start_seconds=0)
    supervisor.ensure(once)
    until(lambda: supervisor.status()["once"].state == "exited")
    supervisor.add(once)
    assert supervisor.status()["once"].starts == 1
    supervisor.ensure(once)
    until(lambda: supervisor.status()["once"].starts == 2)


def test_a_killed_supervisor_ends_nothing_and_its_successor_takes_over(supervisor: Supervisor):
    supervisor.ensure(program())
    before = running(supervisor)
    os.kill(supervisord(supervisor), signal.SIGKILL)
    supervisor.ensure(program())
    until(lambda: supervisor.status()["web"].state == "running")
    after = supervisor.status()["web"]
    assert (after.pid, after.starts, after.reason) == (before.pid, 1, "")
    # The successor can end what it didn't start, and start it again when it crashes.
    os.kill(after.pid, signal.SIGKILL)
    until(lambda: supervisor.status()["web"].pid not in (0, after.pid))
    os.kill(supervisord(supervisor), signal.SIGKILL)
    pid = running(supervisor).pid
    supervisor.remove("web")
    assert gone(pid)
    assert supervisor.status() == {}


def test_what_nobody_keeps_any_more_is_ended_with_grace(supervisor: Supervisor):
    """Whoever stops a program may be killed in the middle of it, and then the supervisor."""
    polite = ("/bin/sh", "-c", 'trap "echo bye; exit" TERM; echo hi; while :; do sleep 0.1; done')
    supervisor.ensure(program("web", *polite))
    pid = running(supervisor).pid
    until(lambda: "hi" in Path(supervisor.output("web")).read_text())
    os.unlink(Path(supervisor.folder, "programs", "web.conf"))
    os.kill(supervisord(supervisor), signal.SIGKILL)
    supervisor.start()
    supervisor.reap()
    until(lambda: gone(pid))
    assert Path(supervisor.output("web")).read_text() == "hi\nbye\n"
    supervisor.reap()
    assert not os.path.exists(Path(supervisor.folder, "records", "web.json"))


def test_nobody_needs_to_call_for_a_killed_supervisor_to_come_back(supervisor: Supervisor):
    supervisor.ensure(program())
    running(supervisor)
    first = supervisord(supervisor)
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.running() and supervisord(supervisor) != first)


def test_a_program_without_its_supervisor_shows_as_running(supervisor: Supervisor):
    supervisor.ensure(program())
    before = running(supervisor)
    record = Path(supervisor.folder, "records/keeper.json")
    until(record.exists)
    keeping = int(json.loads(record.read_text())["pid"])
    os.kill(keeping, signal.SIGSTOP)
    try:
        os.kill(supervisord(supervisor), signal.SIGKILL)
        until(lambda: not supervisor.running())
        shown = supervisor.status()["web"]
        assert (shown.state, shown.pid) == ("running", before.pid)
        assert shown.reason == "the supervisor isn't running"
    finally:
        os.kill(keeping, signal.SIGCONT)


def test_what_a_crashed_program_leaves_behind_is_ended_before_the_next_start(
    supervisor: Supervisor,
):
    supervisor.ensure(program("web", "/bin/sh", "-c", "sleep 1234.5 & wait"))
    first = running(supervisor)
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children")
    until(lambda: children.read_text().split())
    child = children.read_text().split()[0]
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: supervisor.status()["web"].pid not in (0, first.pid))
    until(lambda: gone(int(child)))


def test_a_port_that_is_taken_is_said_so(supervisor: Supervisor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        supervisor.ensure(program(port=port, start_retries=0))
        until(lambda: supervisor.status()["web"].state == "failed")
    said = Path(supervisor.output("web")).read_text()
    assert said == f"headway: port {port} is taken by another program\n"


def test_sigterm_then_sigkill(supervisor: Supervisor):
    stubborn = ("/bin/sh", "-c", 'trap "echo no" TERM; echo ready; while :; do sleep 0.1; done')
    supervisor.ensure(program("web", *stubborn, stop_seconds=1))
    pid = running(supervisor).pid
    until(lambda: "ready" in Path(supervisor.output("web")).read_text())
    supervisor.stop("web")
    assert supervisor.status()["web"].kept is False
    until(lambda: gone(pid))
    assert Path(supervisor.output("web")).read_text() == "ready\nno\n"


def test_logs_are_turned_over(tmp_path: Path):
    log = tmp_path / "web.log"
    kept = {"path": str(log), "bytes": 10, "keep": 2, "reopen": ""}
    writer = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for text in (b"first\n", b"second\n", b"third\n", b"fourth\n"):
        os.write(writer, text)
        keeper.turn_over(kept)
    os.close(writer)
    assert [p.read_text() for p in sorted(tmp_path.iterdir())] == ["", "fourth\n", "third\n"]


def test_a_large_log_is_turned_over_while_the_program_runs(supervisor: Supervisor):
    chatty = ("/bin/sh", "-c", "while :; do echo 0123456789; sleep 0.05; done")
    supervisor.ensure(program("web", *chatty, log_bytes=100, log_keep=1))
    old = Path(supervisor.output("web") + ".1")
    until(lambda: old.exists() and old.read_text().startswith("0123456789\n"))


def test_all_of_it_can_be_shut_down(supervisor: Supervisor):
    supervisor.ensure(program())
    pid, parent = running(supervisor).pid, supervisord(supervisor)
    supervisor.shutdown()
    assert gone(pid)
    assert gone(parent)


def test_a_socket_has_a_short_path(tmp_path: Path):
    assert socket_path(str(tmp_path), "a.sock").startswith(str(tmp_path))
    deep = str(tmp_path / ("x" * 120))
    elsewhere = socket_path(deep, "a.sock")
    assert len(elsewhere) < 100
    assert os.stat(os.path.dirname(elsewhere)).st_mode & 0o077 == 0
    assert elsewhere != socket_path(deep + "y", "a.sock")
