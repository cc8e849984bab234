"""Free ports, chosen once and kept: `state()/ports.json`, from a name to its port."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import random
import socket
from collections.abc import Iterable, Iterator

from headway import home
from headway.errors import HeadwayError

# Below the range from which systems take the ports of outgoing connections (32768 on Linux).
FIRST, LAST = 20000, 31999


def port(name: str, host: str = "127.0.0.1", *, avoid: int = 0) -> int:
    """The port of this name, chosen now if it has none, or if it has the one to avoid."""
    with _known() as known:
        if name not in known or known[name] == avoid:
            known[name] = _free(host, {*known.values(), avoid})
        return known[name]


def release(names: Iterable[str]) -> None:
    """Others may have these names' ports."""
    with _known() as known:
        for name in names:
            known.pop(name, None)


def release_below(prefix: str) -> None:
    """As `release`, of all names that begin like this."""
    with _known() as known:
        for name in [n for n in known if n.startswith(prefix)]:
            del known[name]


def known(name: str) -> int:
    """The port that this name has; 0 for none."""
    try:
        with open(_file(), encoding="utf-8") as file:
            return int(json.load(file).get(name, 0))
    except (FileNotFoundError, ValueError):
        return 0


def is_free(host: str, number: int) -> bool:
    """Whether nothing listens there, by trying; a port that only just closed is free.

    What can't be tried (a port for root alone, somebody else's address) isn't taken: whoever
    listens there in the end says what is wrong.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def _free(host: str, taken: set[int]) -> int:
    # From anywhere in the range: neighbours with a state folder of their own choose, too.
    start = random.randrange(LAST - FIRST + 1)
    for step in range(LAST - FIRST + 1):
        number = FIRST + (start + step) % (LAST - FIRST + 1)
        if number not in taken and is_free(host, number):
            return number
    raise HeadwayError(f"no port from {FIRST} to {LAST} is free on {host}")


def _file() -> str:
    return os.path.join(home.state(), "ports.json")


@contextlib.contextmanager
def _known() -> Iterator[dict[str, int]]:
    path = _file()
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with open(path, encoding="utf-8") as file:
                known: dict[str, int] = json.load(file)
        except (FileNotFoundError, ValueError):
            known = {}
        before = dict(known)
        yield known
        if known != before:
            beside = f"{path}.{os.getpid()}"
            with open(beside, "w", encoding="utf-8") as file:
                json.dump(known, file)
            os.replace(beside, path)
