"""Who is still connected: whether requests may be in flight to an instance."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

_ESTABLISHED = "01"
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def connected(ports: Collection[int]) -> set[int]:
    """Those of the ports that a connection of this machine leads to (Linux; else all of them:
    then only time can tell)."""
    wanted = {f"{port:04X}": port for port in ports}
    found: set[int] = set()
    known = False
    for table in _TABLES:
        with contextlib.suppress(OSError), open(table, encoding="ascii") as file:
            known = True
            for line in file:
                fields = line.split(None, 4)
                if len(fields) > 3 and fields[3] == _ESTABLISHED:
                    port = wanted.get(fields[2].rpartition(":")[2])
                    if port is not None:
                        found.add(port)
    return found if known else set(ports)
