"""A tree of jobs and steps that is drawn anew, in place, while they run.

A thread draws; what reports events and output only notes them down, so that a run never waits
for a terminal. Rich is used for step summaries alone: it takes longer to load than many a run,
and what is needed here (move up, write lines, clear the rest) is little.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time

from headway import events
from headway.console import recap
from headway.console.markers import Tail
from headway.console.screen import DETAILS, Detail, Screen
from headway.console.style import Style, cells
from headway.console.terminal import encode
from headway.console.view import RunView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headway.console.style import Line
    from headway.console.terminal import Terminal
    from headway.events import Record

WIDEST = 100  # columns: further apart, a name and its time are no longer one line
PERIOD = 0.125  # seconds between frames
MANY_JOBS = 12  # from which the tree that stays shows a job that went well as one line
CROWD = 60  # from which it only counts them
# No cursor; no wrapping, so that a line always takes one row, whatever its characters' width.
_BEGIN = "\x1b[?25l\x1b[?7l"
_END = "\x1b[?25h\x1b[?7h"
_CLEAR_LINE, _CLEAR_BELOW = "\x1b[K", "\x1b[J"


_drawing: list[Live] = []  # those that have changed the terminal


def give_back() -> None:
    """Puts terminals right that somebody left without `close`: for the very end of a process."""
    for live in list(_drawing):
        live.close()


class Live:
    """A sink for a terminal. `lost` as in `Plain`; `close` gives the terminal back."""

    def __init__(
        self, terminal: Terminal, *, verbose: bool = False, lost: Callable[[], None] | None = None
    ) -> None:
        self._terminal = terminal
        self._style = Style(colour=terminal.colour, unicode=terminal.unicode)
        self._screen = Screen(self._style)
        self._verbose = verbose
        self._lost = lost
        self._lock = threading.Lock()
        self._tails: dict[tuple[str, int], Tail] = {}
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._drawn: list[int] = []  # columns that each drawn line takes
        self._width = 0
        self._frame = 0
        self._began = False
        self._preparing = False
        self._echo: Callable[[], None] | None = None  # turns it on again
        self.view = RunView()

    # --- what a sink does ----------------------------------------------------------------

    def event(self, record: Record) -> None:
        event = record.event
        with self._lock:
            if isinstance(event, events.RunStarted):
                self.view, self._tails = RunView(), {}
            self.view.apply(record)
            if isinstance(event, events.StepFinished) and event.conclusion == events.SUCCESS:
                self._tails.pop((event.job, event.step), None)
            elif isinstance(event, events.Summary) and not self._preparing:
                self._preparing = True
                from headway.console import markdown

                markdown.prepare()
        if isinstance(event, events.RunStarted):
            self._start()
        elif isinstance(event, (events.RunFinished, events.RunInterrupted)):
            self._finish()

    def output(self, job: str, step: int, lines: bytes) -> None:
        with self._lock:
            tail = self._tails.get((job, step))
            if tail is None:
                tail = self._tails[job, step] = Tail()
            tail.feed(lines)

    def close(self) -> None:
        """Leaves what was drawn last, and the terminal as it was. More calls do nothing."""
        self._halt()
        with self._lock:
            if self._drawn:
                self._put("\r\n")
                self._drawn = []
            self._restore()

    def suspend(self) -> None:
        """Leaves the terminal to somebody else (a shell) until `resume`."""
        self._halt()
        with self._lock:
            self._erase()
            self._restore()

    def resume(self) -> None:
        self._start()

    # --- the thread that draws -----------------------------------------------------------

    def _start(self) -> None:
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="console", daemon=True)
            self._thread.start()

    def _halt(self) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self._stop.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stop.wait(PERIOD):
            with self._lock:
                self._draw()

    def _draw(self) -> None:
        width, height = self._terminal.size()
        self._frame += 1
        lines = self._screen.lines(
            self.view,
            self._last,
            now=time.time(),
            width=max(1, min(width - 1, WIDEST)),
            height=max(1, height - 1),
            frame=self._frame,
        )
        text = ""
        if not self._began:
            self._began, text = True, _BEGIN
            self._echo = echo_off(self._terminal.fd)
            _drawing.append(self)
        self._put(text + self._up(width) + self._text(lines) + _CLEAR_BELOW)
        self._drawn = [sum(cells(t) for _, t in line) for line in lines]
        self._width = width

    def _text(self, lines: Sequence[Line]) -> str:
        return "\r\n".join(self._style.render(line) + _CLEAR_LINE for line in lines)

    def _up(self, width: int) -> str:
        """To the first line that was drawn."""
        rows = len(self._drawn)
        if rows and width < self._width:
            # The terminal has wrapped what was drawn, each line into as many rows as it needs.
            rows = sum(max(1, -(-columns // max(1, width))) for columns in self._drawn)
        return f"\r\x1b[{rows - 1}A" if rows > 1 else "\r"

    def _erase(self) -> None:
        if self._drawn:
            self._put(self._up(self._terminal.size()[0]) + _CLEAR_BELOW)
            self._drawn = []

    def _restore(self) -> None:
        if self._began:
            self._began = False
            _drawing.remove(self)
            self._put(_END)
            if self._echo is not None:
                self._echo()

    def _put(self, text: str) -> None:
        try:
            self._terminal.write(encode(text))
        except OSError:  # the terminal is gone
            self._put = _nowhere  # type: ignore[method-assign]
            if self._lost is not None:
                self._lost()

    def _last(self, job: str, step: int) -> Sequence[bytes]:
        tail = self._tails.get((job, step))
        if tail is None:
            return ()
        return tail.last.splitlines() if self._verbose else tail.folded()

    # --- the end -------------------------------------------------------------------------

    def _finish(self) -> None:
        self._halt()
        with self._lock:
            self._erase()
            self._restore()
            lines = [self._style.render(line) for line in self._final()]
            lines += recap.summary_lines(self.view, self._style, self._terminal)
            lines += recap.recap(self.view, self._bytes, self._style, terminal=True)
            self._put("\n".join(lines) + "\n")

    def _final(self) -> list[Line]:
        """The tree that stays."""
        jobs = len(self.view.jobs)
        detail = DETAILS[0] if jobs <= MANY_JOBS else DETAILS[1]
        if jobs > CROWD:
            detail = Detail(finished_steps=False, each_finished=False)
        width = max(1, min(self._terminal.size()[0] - 1, WIDEST))
        now = self.view.at + self.view.seconds
        head = self._screen.lines(self.view, _nothing, now=now, width=width, height=1)
        return [*head, *self._screen.tree(self.view, _nothing, detail, now=now, width=width)]

    def _bytes(self, job: str, step: int) -> bytes:
        tail = self._tails.get((job, step))
        return tail.last if tail else b""


def echo_off(fd: int) -> Callable[[], None] | None:
    """Keeps what is typed (an Enter, ^C) from shifting what is drawn; gives the way back.

    None when that isn't ours to change: a process in the background would be stopped by it.
    """
    import termios

    def change(on: bool) -> None:
        if os.tcgetpgrp(fd) != os.getpgrp():
            return
        mode = termios.tcgetattr(fd)
        mode[3] = mode[3] | termios.ECHO if on else mode[3] & ~termios.ECHO
        termios.tcsetattr(fd, termios.TCSANOW, mode)

    def give_back() -> None:
        with contextlib.suppress(OSError, termios.error):
            change(True)

    try:
        if not termios.tcgetattr(fd)[3] & termios.ECHO:
            return None
        change(False)
    except (OSError, termios.error):
        return None
    return give_back


def _nothing(job: str, step: int) -> Sequence[bytes]:
    return ()


def _nowhere(text: str) -> None:
    """Takes the place of `_put` once nobody looks."""
