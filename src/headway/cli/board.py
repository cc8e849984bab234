"""Several things that go on side by side, on standard error: a line each.

On a terminal the lines are drawn in place while they run; elsewhere each is printed as it ends.
"""

from __future__ import annotations

import contextlib
import threading
import time

from headway.cli.output import Out
from headway.console import clean
from headway.console.live import PERIOD, WIDEST, echo_off
from headway.units import elapsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from headway.console.style import Line

# State → (mark of console.style, look).
MARKS = {
    "clean": ("success", "green"),
    "passed": ("success", "green"),
    "found": ("running", "yellow"),
    "failed": ("failure", "red"),
    "inconclusive": ("cancelled", "yellow"),
    "stopped": ("cancelled", "yellow"),
    "skipped": ("skipped", "dim"),
}
# No cursor, no wrapping; and back again.
_BEGIN, _END = "\x1b[?25l\x1b[?7l", "\x1b[?25h\x1b[?7h"


class _Row:
    def __init__(self, title: str) -> None:
        self.title = title
        self.state = "queued"
        self.said = ""
        self.began = 0.0
        self.seconds = 0.0


class Board:
    """`with Board(keys) as board`: at the end the terminal is as it was."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._out = Out(2)
        self._rows = {key: _Row(key) for key in keys}
        self._width = max((len(key) for key in keys), default=0)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._drawn = 0
        self._frame = 0
        self._echo: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        if self._out.terminal.live and self._rows:
            self._echo = echo_off(2)
            self._put(_BEGIN)
            self._thread = threading.Thread(target=self._draw_on, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is None:
            return
        self._stop.set()
        self._thread.join()
        with self._lock:
            lines = [self._line(row, -1) for row in self._rows.values() if row.state != "queued"]
            self._draw(lines, last=True)
        self._put(_END + "\r\n")
        if self._echo is not None:
            self._echo()

    # --- what is reported ----------------------------------------------------------------

    def started(self, key: str) -> None:
        with self._lock:
            row = self._rows[key]
            row.state, row.began = "running", time.monotonic()

    def says(self, key: str, text: str) -> None:
        """The last line that it printed."""
        with self._lock:
            self._rows[key].said = clean.one_line(text)

    def ended(self, key: str, state: str, said: str) -> None:
        with self._lock:
            row = self._rows[key]
            if row.began:
                row.seconds = time.monotonic() - row.began
            row.state, row.said = state, clean.one_line(said)
            if self._thread is None:
                with contextlib.suppress(OSError):
                    self._out.lines([self._out.style.render(self._line(row, -1)).rstrip()])

    # --- drawing -------------------------------------------------------------------------

    def _draw_on(self) -> None:
        while not self._stop.wait(PERIOD):
            with self._lock:
                self._frame += 1
                self._draw(self._lines())

    def _lines(self) -> list[Line]:
        """As much as there is room for: first what runs, then what has ended."""
        room = max(1, self._out.terminal.size()[1] - 2)
        rows = list(self._rows.values())
        if len(rows) > room:
            running = [row for row in rows if row.state == "running"][: room - 1]
            left = sum(row.state == "queued" for row in rows)
            ended = len(rows) - left - sum(row.state == "running" for row in rows)
            shown = [self._line(row, self._frame) for row in running]
            return [*shown, [("dim", f"  {ended} ended, {left} to come")]]
        return [self._line(row, self._frame) for row in rows]

    def _line(self, row: _Row, frame: int) -> Line:
        style = self._out.style
        if row.state in MARKS:
            mark, look = MARKS[row.state]
            head = (look, style.mark(mark))
        else:
            head = style.mark_span(row.state, frame)
        took = row.seconds
        if row.state == "running":
            took = time.monotonic() - row.began
        right = elapsed(took) if row.began else ""
        dim = row.state in ("queued", "running", "skipped")
        bold = "bold" if row.state in ("failed", "inconclusive") else ""
        line: Line = [
            head,
            ("dim" if row.state == "queued" else bold, f" {row.title:<{self._width}}  "),
            ("dim" if dim else "", row.said if row.state != "queued" else ""),
        ]
        if self._thread is None:
            return [*style.fit(line, WIDEST), ("dim", f"  {right}" if right else "")]
        width = max(20, min(self._out.terminal.size()[0] - 1, WIDEST))
        return style.fit(line, width, right)

    def _draw(self, lines: Sequence[Line], last: bool = False) -> None:
        up = f"\x1b[{self._drawn - 1}A" if self._drawn > 1 else ""
        text = "\r\n".join(self._out.style.render(line) + "\x1b[K" for line in lines)
        self._put(f"\r{up}{text}\x1b[J" + ("\r\n" if last and lines else ""))
        self._drawn = len(lines)

    def _put(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._out.terminal.write(text.encode("utf-8", "replace"))
