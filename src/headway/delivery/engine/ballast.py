"""Space that is kept for the moment in which the disk is full.

A rollout that has to be taken back writes that down first; when there is no room for it, the
ballast goes.
"""

from __future__ import annotations

import contextlib
import os

SIZE = 4 << 20  # bytes


def take(path: str) -> None:
    """Lays claim to the space, if it can be had."""
    if os.path.exists(path):
        return
    try:
        with open(path, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, SIZE)
    except OSError:
        drop(path)


def drop(path: str) -> bool:
    """Gives the space away; whether there was any."""
    with contextlib.suppress(OSError):
        os.unlink(path)
        return True
    return False
