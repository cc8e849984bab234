"""Where everything that happens in a run goes: the journal first, then whoever shows it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Protocol

    from headway.events import Event, Record

    class Journal(Protocol):
        """As much of a journal as a run needs: `journal.Journal`, or its `Keeper`."""

        def append(self, stream: str, new: Sequence[Event], at: float) -> list[Record]: ...

    class Sink(Protocol):
        """Shows a run. Calls come one at a time, from any thread."""

        def event(self, record: Record) -> None: ...
        def output(self, job: str, step: int, lines: bytes) -> None: ...
        def suspend(self) -> None: ...
        def resume(self) -> None: ...
        def close(self) -> None: ...


class Recorder:
    """Writes events of one stream; thread-safe. A sink never sees what isn't written."""

    def __init__(self, journal: Journal, stream: str, sinks: Sequence[Sink]) -> None:
        self._journal = journal
        self.stream = stream
        self._sinks = sinks
        self._lock = threading.Lock()

    def emit(self, *events: Event) -> None:
        with self._lock:
            for record in self._journal.append(self.stream, events, time.time()):
                for sink in self._sinks:
                    sink.event(record)

    def output(self, job: str, step: int, lines: bytes) -> None:
        with self._lock:
            for sink in self._sinks:
                sink.output(job, step, lines)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Holds back everything while the terminal belongs to somebody else."""
        with self._lock:
            for sink in self._sinks:
                sink.suspend()
            try:
                yield
            finally:
                for sink in self._sinks:
                    sink.resume()

    def close(self) -> None:
        with self._lock:
            for sink in self._sinks:
                sink.close()
