"""The journal: appends events to streams and reads them again, in one SQLite file.

Any number of processes and threads may have it open; each stream has one writer at a time
by agreement (a run's own process, or whoever finds that process gone).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time

from headway import events
from headway.events import Record
from headway.journal import database, record, runs, summary
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias, TypeVar

    from headway.events import Event
    from headway.journal.runs import Run, RunJob

    T = TypeVar("T")
    Row: TypeAlias = tuple[Any, ...]
    Append: TypeAlias = Callable[[str, float, Event], Record]  # stream, when, what

JournalError = database.JournalError


class Broken(Value):
    """The first record of a stream that isn't what was written, and how that shows."""

    stream: str
    seq: int
    reason: str


class Journal:
    """An open journal. Every method raises JournalError when the file can't be used.

    Methods may be called from any thread. Leaving the process without `close` loses nothing
    and is faster: `close` as the last one folds the write-ahead log into the file.
    """

    def __init__(self, db: sqlite3.Connection, path: str) -> None:
        self._db = db
        self.path = path
        self._lock = threading.RLock()
        self._written = 0  # transactions of this connection: data_version leaves them out

    @classmethod
    def open(cls, path: str, *, timeout: float = 5.0, readonly: bool = False) -> Journal:
        """The journal at `path`, made when there is none (but not its folder).

        Waits up to `timeout` seconds for another writer, now and at every append. A journal
        that may not be written is opened for reading.
        """
        return cls(database.connect(path, timeout=timeout, readonly=readonly), path)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # --- writing -------------------------------------------------------------------------

    def append(self, stream: str, new: Sequence[Event], at: float) -> list[Record]:
        """Adds events that happened at `at` to the stream's end: all of them or none.

        When this returns they survive the end of this process, however it comes.
        """
        return self.append_all([(stream, at, event) for event in new])

    def append_all(self, new: Iterable[tuple[str, float, Event]]) -> list[Record]:
        """Adds (stream, at, event) to the ends of their streams, in one transaction."""
        return self._write(lambda: [self._add(stream, at, event) for stream, at, event in new])

    def reserve(self, scope: str) -> int:
        """The next number of `scope`, from 1; nobody else gets it."""
        sql = (
            "INSERT INTO counter (scope, last) VALUES (?, 1)"
            " ON CONFLICT (scope) DO UPDATE SET last = last + 1 RETURNING last"
        )
        return self._write(lambda: int(self._db.execute(sql, (scope,)).fetchone()[0]))

    def settle(self, now: float | None = None) -> list[Run]:
        """Marks the runs whose process is gone as interrupted; those that it marked."""
        now = time.time() if now is None else now
        marked = []
        for run in self.going():
            last = self._last_event(run.id)
            reason = runs.gone(run, last, now)
            if reason:
                last = max(last, runs.last_written(os.path.dirname(self.path), run.id))
            if reason and self._interrupt(run.id, reason, last, now):
                marked.append(run.replace(status=summary.INTERRUPTED))
        return marked

    def _interrupt(self, run: str, reason: str, last: float, now: float) -> bool:
        def work() -> bool:
            # It may have finished, or been marked by another command, a moment ago.
            current = runs.get(self._db, run)
            if current is None or not current.active:
                return False
            self._add(run, now, events.RunInterrupted(reason, last))
            return True

        return self._write(work)

    def _add(self, stream: str, at: float, event: Event) -> Record:
        db = self._db
        head = db.execute("SELECT seq, digest FROM stream WHERE id = ?", (stream,)).fetchone()
        seq, previous = (head[0] + 1, head[1]) if head else (1, stream)
        body = record.text(seq, at, event)
        digest = record.chain(previous, body)
        position = db.execute(
            "INSERT INTO event (stream, seq, kind, body, digest) VALUES (?,?,?,?,?)",
            (stream, seq, event.kind, body, digest),
        ).lastrowid
        db.execute(
            "INSERT INTO stream (id, seq, digest) VALUES (?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest",
            (stream, seq, digest),
        )
        summary.apply(db, stream, position or 0, at, event)
        return Record(stream, seq, at, event, digest)

    def change(self, work: Callable[[sqlite3.Connection, Append], T]) -> T:
        """What `work` does with the summaries and the function that appends an event, as one
        transaction: all of it or, when `work` raises, nothing."""
        return self._write(lambda: work(self._db, self._add))

    # --- reading -------------------------------------------------------------------------

    def query(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` finds in the summaries; it changes nothing."""
        return self._read(lambda: work(self._db))

    def read(self, stream: str, after: int = 0) -> list[Record]:
        """The stream's records with a `seq` above `after`, in order.

        Kinds of event that only a later Headway knows are left out.
        """
        rows = self._rows(
            "SELECT body, digest FROM event WHERE stream = ? AND seq > ? ORDER BY seq",
            (stream, after),
        )
        found = (record.read(stream, body, digest) for body, digest in rows)
        return [r for r in found if r is not None]

    def follow(
        self, stream: str, after: int = 0, *, stop: Callable[[], bool], poll: float = 0.1
    ) -> Iterator[Record]:
        """Records as they come, from whatever process; ends when `stop()` says so.

        Looks every `poll` seconds whether the file changed, which costs next to nothing.
        """
        seen = None
        while True:
            last = stop()  # asked before reading: what was there by then is still given
            version = self.version()
            if version != seen:
                seen = version
                for new in self.read(stream, after):
                    after = new.seq
                    yield new
            if last:
                return
            time.sleep(poll)

    def version(self) -> tuple[int, int]:
        """Differs from what it was before as soon as anybody has committed anything."""
        return self._rows("PRAGMA data_version", ())[0][0], self._written

    def verify(self, stream: str) -> Broken | None:
        """Checks every record against the chain of digests; None when all is as written."""
        rows = self._rows(
            "SELECT seq, kind, body, digest FROM event WHERE stream = ? ORDER BY seq", (stream,)
        )
        head = self._rows("SELECT seq, digest FROM stream WHERE id = ?", (stream,))
        return _broken(stream, rows, head[0] if head else (0, ""))

    def streams(self) -> list[str]:
        return [row[0] for row in self._rows("SELECT id FROM stream ORDER BY id", ())]

    def runs(
        self, *, root: str = "", repository: str = "", workflow: str = "", limit: int = -1
    ) -> list[Run]:
        """Runs, newest first, each as it really is (see `settle`)."""
        self._settle_if_possible()
        return self._read(
            lambda: runs.select(
                self._db, root=root, repository=repository, workflow=workflow, limit=limit
            )
        )

    def going(self) -> list[Run]:
        """Runs that say that they are going on."""
        return self._read(lambda: runs.select(self._db, active=True))

    def find_run(self, text: str = "latest", root: str = "") -> Run:
        """The run meant by a number (of `root`), `latest`, or the start of an id.

        Raises UsageError when there is none, or more than one.
        """
        self._settle_if_possible()
        return self._read(lambda: runs.find(self._db, text, root))

    def run(self, run_id: str) -> Run | None:
        return self._read(lambda: runs.get(self._db, run_id))

    def jobs(self, run_id: str) -> list[RunJob]:
        return self._read(lambda: runs.jobs(self._db, run_id))

    def _settle_if_possible(self) -> None:
        # A journal that can't be written can still be read.
        with contextlib.suppress(JournalError):
            self.settle()

    def _last_event(self, stream: str) -> float:
        import json

        sql = "SELECT body FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1"
        rows = self._rows(sql, (stream,))
        return float(json.loads(rows[0][0])["at"]) if rows else 0.0

    # --- the file ------------------------------------------------------------------------

    def _rows(self, sql: str, values: Sequence[object]) -> list[Row]:
        return self._read(lambda: self._db.execute(sql, values).fetchall())

    def _read(self, work: Callable[[], T]) -> T:
        with self._lock:
            try:
                return work()
            except sqlite3.Error as error:
                raise database.explain(self.path, error) from None

    def _write(self, work: Callable[[], T]) -> T:
        with self._lock:
            try:
                result = database.transaction(self._db, work)
            except sqlite3.Error as error:
                raise database.explain(self.path, error) from None
            self._written += 1
            return result


def _broken(stream: str, rows: Iterable[Row], head: Row) -> Broken | None:
    import json

    expected, previous = 1, stream
    for seq, kind, body, digest in rows:
        if seq != expected:
            return Broken(stream, expected, "it is missing")
        if record.chain(previous, body) != digest:
            return Broken(stream, seq, "its text, or the digest before it, was changed")
        if json.loads(body).get("kind") != kind:
            return Broken(stream, seq, "its kind was changed")
        expected, previous = seq + 1, digest
    if (expected - 1, previous if expected > 1 else "") != tuple(head):
        return Broken(stream, expected, "the stream's end was cut off or replaced")
    return None
