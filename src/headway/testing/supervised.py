"""Ends everything that a state folder's supervisor keeps, at once: for the end of a test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path

from headway.clients import launch


def kill_all(home: str | os.PathLike[str]) -> None:
    """`home` is the state folder. First those who would start others again."""
    folder = Path(home, "supervisor")
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((folder / "supervisord.pid").read_text()), signal.SIGKILL)
    # Some may be between two lives: until there is nobody any more.
    while found := _theirs(folder):
        for pid in found:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _theirs(folder: Path) -> set[int]:
    """Whoever has a record there, and whoever was started with something of this folder."""
    found = set()
    for path in folder.glob("records/*.json"):
        with contextlib.suppress(OSError, ValueError):
            record = json.loads(path.read_text())
            if launch.alive(record):
                found.add(int(record["pid"]))
    mark = os.fsencode(folder)
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            if any(w == mark or w.startswith(mark + b"/") for w in words) and not gone(int(name)):
                found.add(int(name))
    return found - {os.getpid()}


def gone(pid: int) -> bool:
    """Whether a process has ended, although nobody may have asked how."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"
