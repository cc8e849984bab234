"""Starts a program and leaves it: it outlives whoever started it, and nobody hears of it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from headway.errors import HeadwayError

_left: list[subprocess.Popen[bytes]] = []  # asked now and then, so that none stays a zombie


def leave(argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Raises HeadwayError when it can't be started."""
    _left[:] = [child for child in _left if child.poll() is None]
    try:
        child = subprocess.Popen(
            argv,
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise HeadwayError(f"{argv[0]} can't be started: {error.strerror}") from None
    _left.append(child)
