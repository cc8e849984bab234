"""One event a line, as JSON: for programs. Output of steps stays in their logs."""

from __future__ import annotations

from headway.journal import record as text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from headway.console.terminal import Terminal
    from headway.events import Record


class JsonLines:
    """A sink: `{"kind":…, "seq":…, "at":…, …}`, the same text that the journal keeps."""

    def __init__(self, terminal: Terminal, *, lost: Callable[[], None] | None = None) -> None:
        self._terminal = terminal
        self._lost = lost
        self._silent = False

    def event(self, record: Record) -> None:
        if self._silent:
            return
        line = text.text(record.seq, record.at, record.event)
        try:
            self._terminal.write(line.encode("ascii") + b"\n")
        except OSError:
            self._silent = True
            if self._lost is not None:
                self._lost()

    def output(self, job: str, step: int, lines: bytes) -> None:
        pass

    def close(self) -> None:
        pass

    def suspend(self) -> None:
        pass

    def resume(self) -> None:
        pass
