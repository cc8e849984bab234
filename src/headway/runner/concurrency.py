"""Concurrency groups: one holder, one waiting, over all runs of a repository on this machine.

A group is a folder with two files. `holder` is locked (flock) by whoever runs, so it frees
itself when a process dies. `waiting` names the newest request: an older waiter that sees
another ticket there has been replaced, and the holder learns from it whether to stop.
Source: "concurrency" of the workflow syntax page.
"""

from __future__ import annotations

import fcntl
import os

from headway.digest import sha256
from headway.workflow.expression import resolve, to_text, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from headway.runner.run import Run
    from headway.workflow.expression import Scope
    from headway.workflow.model import Concurrency

HELD, WAITING, REPLACED = "held", "waiting", "replaced"


class Claim:
    """One run's or job's wish to hold a group. `ticket` is unique on the machine.

    With `replaces` (GitHub's `queue: single`) a newer request takes the place of a waiting one.
    """

    def __init__(
        self,
        folder: str,
        repository: str,
        group: str,
        ticket: str,
        *,
        cancel_in_progress: bool = False,
        replaces: bool = True,
    ) -> None:
        digest = sha256(f"{repository}\0{group.lower()}".encode()).hexdigest()[:24]
        self.group = group
        self._folder = os.path.join(folder, digest)
        self._ticket = ticket
        self._wish = "cancel" if cancel_in_progress else "wait"
        self._replaces = replaces
        self._holder: int | None = None  # a locked file descriptor
        self._announced = False

    def poll(self) -> str:
        """Tries to hold the group: HELD, WAITING, or REPLACED by a newer request."""
        if self._holder is not None:
            return HELD
        os.makedirs(self._folder, exist_ok=True)
        holder = os.open(os.path.join(self._folder, "holder"), os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(holder)
            return self._wait()
        if self._replaced():
            os.close(holder)
            return REPLACED
        self._holder = holder
        if self._waiting()[0] == self._ticket:
            os.unlink(os.path.join(self._folder, "waiting"))
        return HELD

    def _wait(self) -> str:
        if self._announced:
            return REPLACED if self._replaced() else WAITING
        path = os.path.join(self._folder, "waiting")
        with open(f"{path}.{os.getpid()}", "w", encoding="ascii") as file:
            file.write(f"{self._ticket} {self._wish}")
        os.replace(file.name, path)
        self._announced = True
        return WAITING

    def _replaced(self) -> bool:
        return self._replaces and self._announced and self._waiting()[0] != self._ticket

    def asked_to_stop(self) -> bool:
        """Whether somebody with `cancel-in-progress` waits for the group that this holds."""
        ticket, wish = self._waiting()
        return self._holder is not None and wish == "cancel" and ticket != self._ticket

    def release(self) -> None:
        if self._holder is not None:
            os.close(self._holder)
            self._holder = None

    def _waiting(self) -> tuple[str, str]:
        try:
            with open(os.path.join(self._folder, "waiting"), encoding="ascii") as file:
                ticket, _, wish = file.read().partition(" ")
                return ticket, wish
        except FileNotFoundError:
            return "", ""


class Claims:
    """The groups that a run's parts hold, and what is to stop when somebody else wants one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: list[tuple[Claim, Callable[[], None]]] = []

    def claim(self, concurrency: Concurrency, scope: Scope, ticket: str) -> Claim:
        """A claim for a `concurrency:` of a workflow or job. Raises EvaluationError."""
        return Claim(
            os.path.join(self._run.store, "concurrency"),
            self._run.info.repository,
            to_text(resolve(concurrency.group, scope)),
            f"{self._run.info.id}/{ticket}",
            cancel_in_progress=truthy(resolve(concurrency.cancel_in_progress, scope)),
            replaces=concurrency.queue != "max",
        )

    def held(self, claim: Claim, stop: Callable[[], None]) -> None:
        self._held.append((claim, stop))

    def release(self, claim: Claim) -> None:
        self._held = [(c, stop) for c, stop in self._held if c is not claim]
        claim.release()

    def watch(self) -> None:
        """Stops whoever holds a group that somebody with `cancel-in-progress` waits for."""
        for claim, stop in list(self._held):
            if claim.asked_to_stop():
                self._held.remove((claim, stop))
                stop()

    def __bool__(self) -> bool:
        return bool(self._held)
