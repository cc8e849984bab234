"""Concurrency groups: one holder, one waiting, over all runs of a repository on this machine.

A group is a folder with two files. `holder` is locked (flock) by whoever runs, so it frees
itself when a process dies. `waiting` names the newest request: an older waiter that sees
another ticket there has been replaced, and the holder learns from it whether to stop.
Source: "concurrency" of the workflow syntax page.
"""

from __future__ import annotations

import fcntl
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

HELD, WAITING, REPLACED = "held", "waiting", "replaced"


class Claim:
    """One run's or job's wish to hold a group. `ticket` is unique on the machine."""

    def __init__(self, folder: str, repository: str, group: str, ticket: str) -> None:
        import hashlib

        digest = hashlib.sha256(f"{repository}\0{group.lower()}".encode()).hexdigest()[:24]
        self.group = group
        self._folder = os.path.join(folder, digest)
        self._ticket = ticket
        self._holder: IO[bytes] | None = None
        self._announced = False

    def poll(self, cancel_in_progress: bool, replaces: bool = True) -> str:
        """Tries to hold the group: HELD, WAITING, or REPLACED by a newer request."""
        if self._holder is not None:
            return HELD
        os.makedirs(self._folder, exist_ok=True)
        file = open(os.path.join(self._folder, "holder"), "ab")  # noqa: SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return self._wait(cancel_in_progress, replaces)
        if replaces and self._announced and self._waiting()[0] != self._ticket:
            file.close()
            return REPLACED
        self._holder = file
        self._forget()
        return HELD

    def _wait(self, cancel_in_progress: bool, replaces: bool) -> str:
        if not self._announced:
            path = os.path.join(self._folder, "waiting")
            with open(f"{path}.{os.getpid()}", "w", encoding="ascii") as file:
                file.write(f"{self._ticket} {'cancel' if cancel_in_progress else 'wait'}")
            os.replace(file.name, path)
            self._announced = True
        elif replaces and self._waiting()[0] != self._ticket:
            return REPLACED
        return WAITING

    def asked_to_stop(self) -> bool:
        """Whether somebody with `cancel-in-progress` waits for the group that this holds."""
        ticket, wish = self._waiting()
        return self._holder is not None and wish == "cancel" and ticket != self._ticket

    def release(self) -> None:
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def _waiting(self) -> tuple[str, str]:
        try:
            with open(os.path.join(self._folder, "waiting"), encoding="ascii") as file:
                ticket, _, wish = file.read().partition(" ")
                return ticket, wish
        except FileNotFoundError:
            return "", ""

    def _forget(self) -> None:
        if self._waiting()[0] == self._ticket:
            os.unlink(os.path.join(self._folder, "waiting"))
