"""Starts one supervised program: `python -I -S launch.py SPEC`, run by the supervisor.

SPEC is a JSON file that only its owner can read: what stands in there (variables, secrets) is
in no argument list. This file stands alone, with the standard library's cheapest modules,
because it is run for every start. It

- sends the output to the program's log file, not through a pipe: the program can go on
  writing when the supervisor is killed;
- waits beside an orphan: when the supervisor was killed and the program lives on, it becomes
  the new supervisor's stand-in for it, passing signals on, so nothing is started twice and
  nobody's port is taken;
- ends what a crashed predecessor left in its process group;
- checks that the port is free, sets limits and the user, and becomes the program (exec).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PORT_TAKEN = 75
CANNOT_START = 78
MARK = "HEADWAY_PROGRAM"


def main(path: str) -> int:
    with open(path, encoding="utf-8") as file:
        spec: dict[str, Any] = json.load(file)
    if spec["log"]:
        _redirect(spec["log"])
    record = _read_record(spec["record"])
    if record and alive(record):
        return _stand_in(record, spec)
    if record:
        _end_leftovers(record["pid"], spec["name"])
    if spec["port"] and not _port_is_free(spec["host"], spec["port"], bool(record)):
        return _refuse(PORT_TAKEN, f"port {spec['port']} is taken by another program")
    _write_record(spec["record"], (record or {}).get("starts", 0) + 1)
    try:
        _limit(spec["limits"])
        _become(spec["uid"], spec["gid"], spec["user"])
        os.umask(spec["umask"])
        os.chdir(spec["cwd"])
        argv = spec["argv"]
        environment = {**spec["env"], MARK: spec["name"]}
        os.execvpe(argv[0], argv, environment)
    except OSError as error:
        return _refuse(CANNOT_START, f"{spec['argv'][0]} can't be started: {error}")


def _refuse(code: int, message: str) -> int:
    os.write(2, f"headway: {message}\n".encode())
    return code


def _redirect(log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)


# --- who is running ------------------------------------------------------------------------


def _stat(pid: int | str) -> list[str]:
    """Fields of /proc/PID/stat from the third, the state; [] when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def alive(record: dict[str, Any]) -> bool:
    """Whether the very process of this record still runs: pids are used again."""
    stat = _stat(record["pid"])
    same = bool(stat) and stat[19] == record["start"] and record["boot"] == _boot()
    return same and stat[0] not in "ZX"


def beside(record: str) -> str:
    """The file that says which stand-in is ready to pass signals on."""
    return f"{record}.beside"


def _read_record(path: str) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
            return found
    except (OSError, ValueError):
        return None


def _write_record(path: str, starts: int) -> None:
    pid = os.getpid()
    record = {
        "pid": pid,
        "start": _stat(pid)[19],
        "boot": _boot(),
        "starts": starts,
        "since": time.time(),
    }
    beside = f"{path}.{pid}"
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(record, file)
    os.replace(beside, path)


# --- orphans and leftovers -----------------------------------------------------------------


def _stand_in(record: dict[str, Any], spec: dict[str, Any]) -> int:
    """Lives as long as the orphan does; a stop is passed on, and enforced after the grace."""
    import select

    try:
        orphan = os.pidfd_open(record["pid"])
    except OSError:
        return 0
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    deadline: float | None = None
    stopping = False
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)
    with open(beside(spec["record"]), "w", encoding="ascii") as file:
        file.write(str(os.getpid()))
    poller = select.poll()
    poller.register(orphan, select.POLLIN)
    poller.register(wake, select.POLLIN)
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        ready = {fd for fd, _ in poller.poll(left)}
        if orphan in ready or not alive(record):
            # How it ended can't be known: unless it was told to stop, it is started again.
            return 0 if stopping else 1
        if wake in ready:
            for passed in os.read(wake, 64):
                _pass_on(record["pid"], passed, spec["stop_group"])
                if passed == signal.SIGTERM and not stopping:
                    stopping = True
                    deadline = time.monotonic() + max(0.2, spec["stop_seconds"] - 0.3)
        if deadline is not None and time.monotonic() >= deadline:
            _pass_on(record["pid"], signal.SIGKILL, True)
            deadline = None


def _pass_on(pid: int, number: int, group: bool) -> None:
    try:
        if group:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
    except OSError:
        return


def _end_leftovers(group: int, name: str) -> None:
    """Kills what is left of the process group of an earlier start, known by its mark."""
    mark = f"{MARK}={name}".encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = _stat(pid)
        if len(stat) > 2 and stat[2] == str(group) and int(pid) != os.getpid():
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        os.kill(int(pid), signal.SIGKILL)
            except OSError:
                continue


# --- the program's own world ---------------------------------------------------------------


def _port_is_free(host: str, port: int, again: bool) -> bool:
    import errno
    import socket

    for _ in range(8 if again else 1):  # a leftover, just killed, may need a moment to go
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return True
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    return True
        time.sleep(0.05)
    return False


def _limit(limits: dict[str, int]) -> None:
    if not limits:
        return
    import resource

    for name, value in limits.items():
        kind = getattr(resource, name)
        try:
            resource.setrlimit(kind, (value, value))
        except ValueError:  # above the hard limit, which only some may raise
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (hard, hard))


def _become(uid: int, gid: int, user: str) -> None:
    if uid < 0 or (uid == os.getuid() and gid == os.getgid()):
        return
    os.setgroups(os.getgrouplist(user, gid) if user else [gid])
    os.setgid(gid)
    os.setuid(uid)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
