"""Lets a run go on when its journal can't be written, and makes up for it when it can."""

from __future__ import annotations

import threading
import time

from headway.events import Record
from headway.journal.store import Journal, JournalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headway.events import Event

PAUSE = 5.0  # seconds between attempts on a journal that can't be written


class Keeper:
    """A journal's `append` and `reserve` that never raise JournalError; thread-safe.

    What can't be written is kept in memory, in order, and written with a later event or at
    `close`. `warn` gets one sentence at the first failure, and one at `close` if events
    remain unwritten.
    """

    def __init__(self, journal: Journal | None, warn: Callable[[str], None]) -> None:
        self.journal = journal
        self._warn = warn
        self._lock = threading.Lock()
        self._last: dict[str, int] = {}  # seq of each stream's last event
        self._waiting: list[tuple[str, float, Event]] = []
        self._retry = 0.0
        self._warned = False

    @classmethod
    def open(cls, path: str, warn: Callable[[str], None], *, timeout: float = 2.0) -> Keeper:
        """A keeper of the journal at `path`; of none, with a warning, if it can't be opened."""
        keeper = cls(None, warn)
        try:
            keeper.journal = Journal.open(path, timeout=timeout)
        except JournalError as error:
            keeper._say(error)
        return keeper

    def append(self, stream: str, new: Sequence[Event], at: float) -> list[Record]:
        """As `Journal.append`; records that aren't written yet have no digest."""
        entries = [(stream, at, event) for event in new]
        with self._lock:
            written = self._try(entries)
            if written is not None:
                self._last[stream] = written[-1].seq if written else self._last.get(stream, 0)
                return written
            first = self._last.get(stream, 0) + 1
            self._last[stream] = first - 1 + len(entries)
            return [Record(stream, first + i, at, event) for i, event in enumerate(new)]

    def reserve(self, scope: str) -> int:
        """As `Journal.reserve`; 0 when no number can be had."""
        if self.journal is None:
            return 0
        try:
            return self.journal.reserve(scope)
        except JournalError as error:
            self._say(error)
            return 0

    def close(self) -> None:
        """Writes what is still waiting, if that's possible now. The journal stays open."""
        with self._lock:
            self._retry = 0.0
            if self._waiting and self._try([]) is None:
                count = len(self._waiting)
                self._warn(f"{count} events of this run could not be written to the journal")
                self._waiting = []

    def _try(self, new: list[tuple[str, float, Event]]) -> list[Record] | None:
        if self.journal is None:
            return None
        if self._waiting and time.monotonic() < self._retry:
            self._waiting += new
            return None
        try:
            written = self.journal.append_all([*self._waiting, *new])
        except JournalError as error:
            self._waiting += new
            self._retry = time.monotonic() + PAUSE
            self._say(error)
            return None
        caught_up, self._waiting = len(self._waiting), []
        return written[caught_up:]

    def _say(self, error: JournalError) -> None:
        if not self._warned:
            self._warned = True
            self._warn(f"{error.message}: the run goes on without it ({error.hint})")
