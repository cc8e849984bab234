"""Tells whether the process that wrote something down is still the same, alive one.

A pid alone is used again sooner or later; with its start time, the boot, the pid namespace
and the host it names one process for good (Linux; elsewhere the pid has to do).
"""

from __future__ import annotations

import os

ALIVE, GONE, UNKNOWN = "alive", "gone", "unknown"


def identity() -> str:
    """This process: `start@boot/namespace/host`; parts that the system doesn't tell are empty."""
    start = _start(os.getpid())
    return f"{start}@{_boot()}/{_namespace()}/{os.uname().nodename}"


def state(pid: int, process: str) -> str:
    """ALIVE, GONE, or UNKNOWN when it ran where this process can't look (another host,
    another container)."""
    start, _, place = process.partition("@")
    boot, _, rest = place.partition("/")
    namespace, _, host = rest.partition("/")
    if not pid or not process:
        return UNKNOWN
    same_host = host == os.uname().nodename
    if boot != _boot():
        # Another boot of this host has ended everything; another host's we can't see.
        return GONE if same_host else UNKNOWN
    if not boot and not same_host:
        return UNKNOWN
    if namespace != _namespace():
        return UNKNOWN
    if start:
        return ALIVE if _start(pid) == start else GONE
    return ALIVE if _exists(pid) else GONE


def _start(pid: int) -> str:
    """Clock ticks since boot when the process started; "" when there is none (or a zombie)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name, in parentheses, may itself hold spaces and parentheses.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in (b"Z", b"X") else fields[19].decode()


def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
