"""Runs beside the supervised programs, one a machine: `python -I -S keeper.py FOLDER`.

Every second it looks whether a log has grown too large and turns it over, and whether the
supervisor is still its parent: when that was killed, it starts a new one and goes. It stands
alone, with the standard library's cheapest modules, because it is always in memory.
"""

from __future__ import annotations

import json
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EVERY = 1.0  # seconds
_CHUNK = 1 << 20


def main(folder: str) -> int:
    while os.getppid() == _supervisor(folder):
        for log in _logs(folder):
            try:
                if os.path.getsize(log["path"]) > log["bytes"]:
                    turn_over(log)
            except OSError:
                continue
        time.sleep(EVERY)
    revive(folder)
    return 0


def _supervisor(folder: str) -> int:
    # Not whoever was the parent first: the supervisor may be killed before this runs.
    try:
        with open(os.path.join(folder, "supervisord.pid"), encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def _logs(folder: str) -> list[dict[str, Any]]:
    found = []
    logs = os.path.join(folder, "logs")
    for name in os.listdir(logs):
        try:
            with open(os.path.join(logs, name), encoding="utf-8") as file:
                found.append(json.load(file))
        except (OSError, ValueError):
            continue
    return found


def turn_over(log: dict[str, Any]) -> None:
    """`x.log` becomes `x.log.1`, that `x.log.2`, and so on up to `keep`."""
    path = log["path"]
    for number in range(log["keep"], 1, -1):
        if os.path.exists(f"{path}.{number - 1}"):
            os.replace(f"{path}.{number - 1}", f"{path}.{number}")
    if log["reopen"]:
        os.replace(path, f"{path}.1")
        _post(log["reopen"], "/reopen_logs")
    else:
        _copy_and_empty(path, f"{path}.1")


def _copy_and_empty(path: str, kept: str) -> None:
    """The writer holds the file open, for appending: it is copied, then emptied."""
    with open(path, "r+b") as source, open(kept, "wb", opener=_private) as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
        source.truncate(0)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _post(address: str, path: str) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(address)
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        connection.recv(4096)


def revive(folder: str) -> None:
    """Starts the supervisor again unless somebody else did."""
    import fcntl
    import socket

    with open(os.path.join(folder, "start.json"), encoding="utf-8") as file:
        start = json.load(file)
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(start["socket"])
            except OSError:
                null = os.open(os.devnull, os.O_RDWR)
                actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
                pid = os.posix_spawn(
                    start["argv"][0], start["argv"], start["env"], file_actions=actions
                )
                os.waitpid(pid, 0)  # it has gone to the background


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
