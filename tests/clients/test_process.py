"""Programs are started, read and ended for good."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from headway.clients.process import Process, find_marked, kill_group, processes
from headway.errors import HeadwayError


def start(script, tmp_path, **env):
    return Process(["bash", "-c", script], cwd=str(tmp_path), env={**os.environ, **env})


def gone(pid):
    for _ in range(200):
        try:
            if " Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_output_and_exit_code(tmp_path):
    chunks = []
    code = start("pwd; echo oops >&2; exit 3", tmp_path).wait(chunks.append)
    assert (code, b"".join(chunks)) == (3, f"{tmp_path}\noops\n".encode())


def test_standard_input_is_empty(tmp_path):
    assert start("! read line", tmp_path).wait(lambda chunk: None) == 0


def test_a_signal_is_an_exit_code_above_128(tmp_path):
    assert start("kill -9 $$", tmp_path).wait(lambda chunk: None) == 137


def test_a_time_limit_asks_first(tmp_path):
    chunks = []
    process = start("trap 'echo asked; exit 7' INT; while :; do sleep 0.05; done", tmp_path)
    assert process.wait(chunks.append, timeout=0.3) == 7
    assert process.timed_out
    assert b"asked" in b"".join(chunks)


def test_stop_ends_the_children_too(tmp_path):
    chunks = []
    process = start("sleep 60 & echo $!; wait", tmp_path)
    threading.Timer(0.3, process.kill).start()
    assert process.wait(chunks.append) == 128 + signal.SIGKILL
    assert gone(int(b"".join(chunks)))


def test_a_daemon_that_keeps_the_pipe_is_left(tmp_path):
    chunks = []
    began = time.monotonic()
    process = start("(while :; do echo tick; sleep 1; done) & echo $!", tmp_path)
    assert process.wait(chunks.append) == 0
    assert process.left_open
    assert time.monotonic() - began < 30  # and not for ever
    daemon = int(b"".join(chunks).replace(b"tick", b"").split()[0])
    assert os.path.exists(f"/proc/{daemon}")
    kill_group(process.pid)
    assert gone(daemon)


def test_a_daemon_in_a_group_of_its_own_is_found_by_its_mark(tmp_path):
    known, chunks = processes(), []
    start("setsid sleep 60 >/dev/null 2>&1 & echo $!", tmp_path, MARK="m-17").wait(chunks.append)
    found = find_marked("MARK", "m-17", known)
    assert len(found) == 1
    os.kill(found[0], signal.SIGKILL)


@pytest.mark.parametrize(
    ("argv", "folder", "message"),
    [
        (["no-such-program"], ".", "no-such-program: command not found"),
        (["true"], "missing", "working directory .*missing does not exist"),
        (["./plain"], ".", "not executable"),
        (["true", "x" * (1 << 22)], ".", "too large"),
        (["true", "a\0b"], ".", "can't be started"),
    ],
)
def test_what_can_not_be_started(tmp_path, argv, folder, message):
    (tmp_path / "plain").write_text("text")
    with pytest.raises(HeadwayError, match=message):
        Process(argv, cwd=str(tmp_path / folder), env=dict(os.environ))
