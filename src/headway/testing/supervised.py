"""Ends everything that a state folder's supervisor keeps, at once: for the end of a test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

from headway.clients import launch


def kill_all(home: str | os.PathLike[str]) -> None:
    """`home` is the state folder. First those who would start others again."""
    folder = Path(home, "supervisor")
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((folder / "supervisord.pid").read_text()), signal.SIGKILL)
    records = sorted((folder / "records").glob("*.json"), key=lambda p: p.stem != "keeper")
    for path in records:
        with contextlib.suppress(OSError, ValueError):
            record = json.loads(path.read_text())
            if launch.alive(record):
                os.killpg(record["pid"], signal.SIGKILL)


def gone(pid: int) -> bool:
    """Whether a process has ended, although nobody may have asked how."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"
