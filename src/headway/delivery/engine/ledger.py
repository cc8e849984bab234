"""Reads and writes a rollout's stream; only the holder of the lease can write."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from headway.delivery.engine.history import History
from headway.events import Event, Record
from headway.journal import Journal, leases
from headway.journal.leases import Lease


class Ledger:
    """`history` is as of the last `refresh` or `write`.

    `write` raises LeaseLost when somebody else leads, and JournalError when nothing can be
    written; then nothing was.
    """

    def __init__(
        self, journal: Journal, rollout: str, lease: Lease, wall: Callable[[], float] = time.time
    ) -> None:
        self.journal, self.rollout, self.lease = journal, rollout, lease
        self._wall = wall
        self._version: object = None
        self.history = History()
        self.refresh()

    def changed(self) -> bool:
        """Whether anybody has written anything to the journal since `refresh`."""
        return self.journal.version() != self._version

    def refresh(self) -> None:
        version = self.journal.version()
        if version == self._version:
            return
        for record in self.journal.read(self.rollout, self.history.seq):
            self.history.apply(record)
        self._version = version

    def write(self, *new: Event) -> None:
        """All of the events, or none; those of others that came before are read first."""
        at = self._wall()

        def work(db: sqlite3.Connection, append: Callable[[str, float, Event], Record]) -> None:
            leases.check(db, self.lease)
            for event in new:
                append(self.rollout, at, event)

        self.journal.change(work)
        self.refresh()

    def renew(self) -> None:
        """Raises LeaseLost, JournalError."""
        self.lease = leases.renew(self.journal, self.lease, self._wall())
