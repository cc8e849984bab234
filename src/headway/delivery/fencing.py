"""One engine at a time acts on a thing: the largest epoch seen is kept in a file."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from headway import home
from headway.delivery.platforms.base import Fenced
from headway.errors import HeadwayError


@contextlib.contextmanager
def fenced(folder: str, epoch: int) -> Iterator[None]:
    """Holds off others while the block runs. Raises Fenced when a larger epoch was here."""
    home.made(folder)
    path = os.path.join(folder, "epoch")
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seen = _read(path)
        if epoch < seen:
            raise Fenced(f"somebody else acts here: epoch {seen} came after {epoch}")
        if epoch > seen:
            write(path, f"{epoch}\n")
        yield


def _read(path: str) -> int:
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read() or "0")
    except FileNotFoundError:
        return 0


def write(path: str, text: str, *, durable: bool = True) -> None:
    """The whole text or nothing of it, for the owner only; if durable, it outlasts a power
    failure.

    Raises HeadwayError when there is no room for it.
    """
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise HeadwayError(f"{path} can't be written: {error.strerror}") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
