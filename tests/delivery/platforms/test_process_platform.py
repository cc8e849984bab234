"""Instances as processes: crashes, health, ports, users, and what a killed supervisor leaves."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from machine import Answer, Machine, eventually, get, group, healthy, until

from headway.delivery.platforms import ports
from headway.delivery.platforms.process import words
from headway.errors import UsageError
from headway.testing.supervised import gone


def supervisord(machine: Machine) -> int:
    return int(Path(machine.supervisor.folder, "supervisord.pid").read_text())


def url(machine_status: object, path: str = "/") -> str:
    return f"http://127.0.0.1:{machine_status.port}{path}"  # type: ignore[attr-defined]


def test_an_instance_knows_what_it_is(machine: Machine):
    platform = machine.platform({"VERSION": "1.0", "SECRET": "two\nlines, 100 %"})
    platform.apply((group("v1", 1),), 1)
    one = until(platform, lambda all_: healthy(all_, 1))[0]
    known = {n: get(url(one, f"/env/{n}")).body for n in ("SECRET", "HEADWAY_GROUP", "PORT")}
    assert known == {
        "SECRET": "two\nlines, 100 %",
        "HEADWAY_GROUP": "v1",
        "PORT": str(one.port),
    }
    folder = Path(get(url(one, "/env/HEADWAY_INSTANCE_DIR")).body)
    assert folder.is_dir()
    if os.geteuid() == 0:
        owner = os.stat(f"/proc/{one.pid}").st_uid
        assert owner not in (0, 65534)
        assert folder.stat().st_uid == owner
        assert os.stat(folder.parent).st_mode & 0o077 == 0
    assert platform.logs("v1", 0, 1) == f"1.0 listens on {one.port}\n".encode()


def test_a_killed_instance_is_started_again_on_its_port(machine: Machine):
    platform = machine.platform()
    platform.apply((group("v1", 2),), 1)
    before = until(platform, lambda all_: healthy(all_, 2))
    os.kill(before[0].pid, signal.SIGKILL)
    after = until(platform, lambda all_: healthy(all_, 2) and all_[0].pid != before[0].pid)
    assert after[0].restarts == 1
    assert after[0].port == before[0].port
    assert after[1] == before[1]


def test_one_that_never_starts_fails_with_its_last_words(machine: Machine):
    platform = machine.platform(command="echo 'no database'; exit 3")
    platform.apply((group("v1", 1),), 1)
    failing = until(platform, lambda all_: bool(all_) and all_[0].state == "unhealthy")[0]
    assert failing.reason == "no database"


def test_health_is_what_the_check_says(machine: Machine):
    platform = machine.platform(health={"http": "/healthz", "interval": "100ms", "unhealthy": 2})
    platform.apply((group("v1", 1),), 1)
    one = until(platform, lambda all_: healthy(all_, 1))[0]
    get(url(one, "/sick"))
    sick = until(platform, lambda all_: all_[0].state == "unhealthy")[0]
    assert sick.reason == "/healthz answers 503"
    assert sick.pid == one.pid  # whether to end it is for others to say
    get(url(one, "/well"))
    until(platform, lambda all_: healthy(all_, 1))
    # Who looks for the first time finds the same.
    assert machine.platform().observe()[0].state == "healthy"
    os.kill(one.pid, signal.SIGSTOP)
    hanging = until(platform, lambda all_: all_[0].state == "unhealthy")[0]
    assert "timed out" in hanging.reason
    os.kill(one.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    "health",
    [{}, {"command": 'test "$PORT" -gt 1024 && test -f server.py'}],
    ids=["tcp", "command"],
)
def test_other_ways_to_be_healthy(machine: Machine, health: dict[str, str]):
    platform = machine.platform({"START": "0.3"}, health=health)
    platform.apply((group("v1", 1),), 1)
    until(platform, lambda all_: healthy(all_, 1))


def test_a_slow_starter_has_its_time(machine: Machine):
    slow = {"http": "/healthz", "interval": "100ms", "unhealthy": 1, "start_period": "20s"}
    platform = machine.platform({"START": "1"}, health=slow)
    platform.apply((group("v1", 1),), 1)
    states: set[str] = set()

    def ready(statuses: object) -> bool:
        states.update(s.state for s in statuses)  # type: ignore[attr-defined]
        return "healthy" in states

    until(platform, ready)
    assert states == {"starting", "healthy"}


def test_a_port_that_somebody_else_took_is_given_up(machine: Machine):
    platform = machine.platform()
    name = "shop.production~v1~0"
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", ports.port(name)))
        thief.listen()
        taken = thief.getsockname()[1]
        platform.apply((group("v1", 1),), 1)
        until(platform, lambda all_: bool(all_) and "is taken" in all_[0].reason)
        platform.apply((group("v1", 1),), 1)
        one = until(platform, lambda all_: healthy(all_, 1))[0]
        assert one.port != taken


def test_requests_in_flight_finish_before_an_instance_ends(machine: Machine):
    platform = machine.platform(grace="10s")
    platform.apply((group("v1", 1),), 1)
    one = until(platform, lambda all_: healthy(all_, 1))[0]
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(get(url(one, "/slow?ms=700"))))
    asking.start()
    time.sleep(0.2)
    platform.apply((), 1)
    assert platform.observe()[0].state == "draining"
    asking.join()
    assert answers[0].status == 200
    until(platform, lambda all_: not all_)
    assert b"asked to stop" in platform.logs("v1", 0, 5)


def test_one_that_doesnt_listen_is_killed_after_the_grace(machine: Machine):
    platform = machine.platform(command="trap '' TERM; python3 -I -S server.py", grace="1s")
    platform.apply((group("v1", 1),), 1)
    one = until(platform, lambda all_: healthy(all_, 1))[0]
    os.kill(one.pid, signal.SIGSTOP)
    platform.apply((), 1)
    until(platform, lambda all_: not all_)
    assert gone(one.pid)


def test_a_killed_supervisor_takes_no_instance_with_it(machine: Machine):
    platform = machine.platform()
    platform.apply((group("v1", 2),), 1)
    before = until(platform, lambda all_: healthy(all_, 2))
    os.kill(supervisord(machine), signal.SIGKILL)
    assert [s.state for s in platform.observe()] == ["healthy", "healthy"]
    platform.apply((group("v1", 2),), 1)
    assert [(s.pid, s.restarts) for s in platform.observe()] == [(s.pid, 0) for s in before]
    # The new one ends what the old one started, with grace.
    os.kill(supervisord(machine), signal.SIGKILL)
    platform.apply((), 2)
    until(platform, lambda all_: not all_)
    assert b"asked to stop" in platform.logs("v1", 0, 5)
    assert all(gone(s.pid) for s in before)


def test_a_group_stays_as_it_was_first_started(machine: Machine):
    """Who goes back to an old version goes back to its variables, too."""
    machine.platform({"VERSION": "old"}).apply((group("v1", 1),), 1)
    later = machine.platform({"VERSION": "new"})
    later.apply((group("v1", 2), group("v2", 1)), 1)
    there = until(later, lambda all_: healthy(all_, 3))
    assert [get(url(s)).body for s in there] == ["old", "old", "new"]
    later.apply((), 1)
    until(later, lambda all_: not all_)
    later.apply((group("v1", 1),), 1)
    later.apply((), 1)
    until(later, lambda all_: not all_)
    later.apply((), 1)
    assert not list(machine.instances.rglob("server.py"))


def test_limits_hold(machine: Machine):
    platform = machine.platform(limits={"open_files": 64, "memory": "200MiB"})
    platform.apply((group("v1", 1),), 1)
    one = until(platform, lambda all_: healthy(all_, 1))[0]
    limits = Path(f"/proc/{one.pid}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert rows["Max open files"] == "64"
    assert rows["Max data size"] == str(200 << 20)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may be anybody")
def test_only_root_can_be_another_user(machine: Machine):
    with pytest.raises(UsageError, match="only root"):
        machine.platform(user="nobody").apply((group("v1", 1),), 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_a_user_of_its_own_choice(machine: Machine):
    with pytest.raises(UsageError, match="there is no user"):
        machine.platform(user="nobody-at-all").apply((group("v1", 1),), 1)
    platform = machine.platform(user="nobody")
    platform.apply((group("v2", 1),), 1)
    one = until(platform, lambda all_: healthy(all_, 1))[0]
    assert os.stat(f"/proc/{one.pid}").st_uid == 65534


def test_logs_are_there_when_the_instance_is_not(machine: Machine):
    platform = machine.platform({"VERSION": "1"})
    platform.apply((group("v1", 1),), 1)
    until(platform, lambda all_: healthy(all_, 1))
    platform.apply((), 1)
    until(platform, lambda all_: not all_)
    eventually(lambda: b"asked to stop" in platform.logs("v1", 0, 1))
    assert platform.logs("v1", 0, 100).startswith(b"1 listens on")
    assert platform.logs("v1", 7, 100) == b""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("./serve", (("/bin/sh", "-c", "exec ./serve"), False)),
        (
            "node server.js --port=$PORT",
            (("/bin/sh", "-c", "exec node server.js --port=$PORT"), False),
        ),
        ("cd app && ./serve", (("/bin/sh", "-c", "cd app && ./serve"), True)),
        ("LOG=1 ./serve", (("/bin/sh", "-c", "LOG=1 ./serve"), True)),
        ("exec ./serve", (("/bin/sh", "-c", "exec ./serve"), True)),
        (("./serve", "a b"), (("./serve", "a b"), False)),
    ],
)
def test_a_shell_becomes_a_plain_command(command: object, expected: object):
    assert words(command) == expected  # type: ignore[arg-type]


def test_a_release_is_not_changed_by_its_instances(machine: Machine):
    platform = machine.platform()
    platform.apply((group("v1", 1),), 1)
    until(platform, lambda all_: healthy(all_, 1))
    assert sorted(p.name for p in machine.release.iterdir()) == ["server.py"]
    assert shutil.which("python3")
