"""Lines with the job in front, as they come: for files, pipes and terminals without a cursor."""

from __future__ import annotations

import threading
import time

from headway import events
from headway.console import clean, recap, words
from headway.console.markers import Markers, Tail
from headway.console.style import Style, cells
from headway.console.terminal import encode
from headway.console.view import RunView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from headway.console.terminal import Terminal
    from headway.console.view import StepView
    from headway.events import Record

WIDEST = 28  # columns of a job's name in front of its lines; a longer one just isn't aligned
# A step's title is held back for a moment: one that prints nothing then takes a single line.
PATIENCE = 0.25
MOST_HELD = 100  # pieces of output that wait while somebody else has the terminal
_COLOURS = ("cyan", "magenta", "blue", "yellow", "green")


class Plain:
    """A sink; `prefix` puts the job in front of each line.

    When nobody reads any more, `lost` is called once and the sink falls silent. It runs within
    a call of the sink, and must not call it again.
    """

    def __init__(
        self,
        terminal: Terminal,
        *,
        verbose: bool = False,
        prefix: bool = True,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self._terminal = terminal
        self._prefixed = prefix
        self._style = Style(colour=terminal.colour, unicode=terminal.unicode)
        self._verbose = verbose
        self._lost = lost
        self._lock = threading.Lock()  # the clock writes too
        self._prefixes: dict[str, bytes] = {}
        self._markers: dict[tuple[str, int], Markers] = {}
        self._tails: dict[tuple[str, int], Tail] = {}
        self._titles: dict[str, tuple[float, bytes]] = {}  # held back, and since when
        self._unended = ""  # the job whose last line has no newline yet
        self._clock: Clock | None = None
        self._held: list[bytes] | None = None  # while suspended
        self.view = RunView()

    # --- what a sink does ----------------------------------------------------------------

    def event(self, record: Record) -> None:
        with self._lock:
            if isinstance(record.event, events.RunStarted):
                self._start_over()
            self.view.apply(record)
            say = _BY_KIND.get(record.event.kind)
            if say is not None:
                say(self, record.event)

    def output(self, job: str, step: int, lines: bytes) -> None:
        with self._lock:
            key = (job, step)
            if key not in self._tails:
                self._tails[key] = Tail()
                self._markers[key] = Markers(self._style, verbose=self._verbose)
            self._tails[key].feed(lines)
            shown = self._markers[key].feed(lines)
            if self._terminal.tty:
                style = self._style
                shown = clean.lines(shown, colour=style.colour, utf8=style.unicode)
            if shown:
                self._show(job, shown)

    def close(self) -> None:
        """Ends the last line, if a step was killed within one. More calls do nothing."""
        if self._clock is not None:
            self._clock.stop()
        with self._lock:
            self._end_line()

    def suspend(self) -> None:
        """Leaves the terminal to somebody else until `resume`; what comes meanwhile waits."""
        with self._lock:
            self._end_line()
            self._held = []

    def resume(self) -> None:
        with self._lock:
            held, self._held = self._held or [], None
            if len(held) > MOST_HELD:
                self._write(b"(the beginning of what was printed meanwhile is left out)\n")
            self._write(b"".join(held[-MOST_HELD:]))

    # --- lines ---------------------------------------------------------------------------

    def _show(self, job: str, lines: bytes) -> None:
        prefix = self._prefix(job)
        title = self._titles.pop(job, None)
        body = lines.replace(b"\n", b"\n" + prefix)
        if self._unended == job:
            start = b""
        else:
            start = (b"\n" if self._unended else b"") + (title[1] if title else b"") + prefix
        if lines.endswith(b"\n"):
            body, self._unended = body[: len(body) - len(prefix)], ""
        else:
            self._unended = job
        self._write(start + body)

    def _say(self, job: str, text: str) -> None:
        self._end_line()
        self._write(self._prefix(job) + encode(text) + b"\n")

    def _say_all(self, lines: list[str]) -> None:
        self._end_line()
        self._write(b"".join(encode(line) + b"\n" for line in lines))

    def _end_line(self) -> None:
        if self._unended:
            self._unended = ""
            self._write(b"\n")

    def _write(self, data: bytes) -> None:
        if self._held is not None:
            self._held.append(data)
            del self._held[: -MOST_HELD - 1]
            return
        try:
            self._terminal.write(data)
        except OSError:  # nobody reads (head, a closed window), or the file's disk is full
            self._write = _nowhere  # type: ignore[method-assign]
            if self._lost is not None:
                self._lost()

    def _prefix(self, job: str) -> bytes:
        if not self._prefixed:
            return b""
        if job not in self._prefixes:
            names = [name for name in (*self.view.jobs, job) if name not in self._prefixes]
            shown = [clean.one_line(name) for name in (*self.view.jobs, job)]
            width = max((w for w in map(cells, shown) if w <= WIDEST), default=0)
            for name in names:
                look = _COLOURS[len(self._prefixes) % len(_COLOURS)]
                text = clean.one_line(name)
                text += f"{' ' * max(0, width - cells(text))} |"
                self._prefixes[name] = encode(self._style.paint(look, text)) + b" "
        return self._prefixes[job]

    # --- events --------------------------------------------------------------------------

    def _start_over(self) -> None:
        self.view = RunView()
        self._prefixes, self._markers, self._tails = {}, {}, {}

    def _run_started(self, event: events.RunStarted) -> None:
        self._say_all([words.head(event, self._style)])

    def _step_started(self, event: events.StepStarted) -> None:
        step = self.view.step(event.job, event.step)
        if step is None:
            return
        self._release_title(event.job)
        mark = self._style.paint("bold", f"{self._style.mark('group')} {words.step_name(step)}")
        title = self._prefix(event.job) + encode(_indent(self.view, step) + mark) + b"\n"
        self._titles[event.job] = (time.monotonic(), title)
        if self._clock is None:
            self._clock = Clock(self._tick)

    def _step_finished(self, event: events.StepFinished) -> None:
        step = self.view.step(event.job, event.step)
        if step is None:
            return
        self._titles.pop(event.job, None)
        self._markers.pop((event.job, event.step), None)
        if step.state == events.SUCCESS:
            self._tails.pop((event.job, event.step), None)
        facts = words.step_facts(step)
        line = f"{self._style.painted_mark(step.state)} {words.step_name(step)}"
        end = self._style.paint("dim", f"  {facts}") if facts else ""
        self._say(event.job, _indent(self.view, step) + line + end)

    def _job_finished(self, event: events.JobFinished) -> None:
        job = self.view.jobs[event.job]
        self._release_title(event.job)
        mark = self._style.painted_mark(job.state)
        facts = words.job_facts(job)
        self._say(event.job, f"{mark} {self._style.paint('bold', 'job ' + facts)}")

    def _notice(self, event: events.Notice) -> None:
        self._say_all(recap.notices(_only(event), self._style))

    def _cancelling(self, event: events.RunCancelling) -> None:
        reason = f": {clean.one_line(event.reason)}" if event.reason else ""
        self._say_all([self._style.paint("bold yellow", f"cancelling{reason}")])

    def _ended(self, _event: events.Event) -> None:
        for job in list(self._titles):
            self._release_title(job)
        self.view.notices = []  # shown when they came
        style, tty = self._style, self._terminal.tty
        self._say_all(recap.summary_lines(self.view, style, self._terminal))
        self._say_all(recap.recap(self.view, self._last, style, terminal=tty))

    def _last(self, job: str, step: int) -> bytes:
        tail = self._tails.get((job, step))
        return tail.last if tail else b""

    # --- titles that are held back -------------------------------------------------------

    def _release_title(self, job: str) -> None:
        title = self._titles.pop(job, None)
        if title is not None:
            self._end_line()
            self._write(title[1])

    def _tick(self) -> None:
        with self._lock:
            for job, (since, _) in list(self._titles.items()):
                if time.monotonic() - since >= PATIENCE:
                    self._release_title(job)


class Quiet(Plain):
    """Says nothing until the end: then what failed, and how it went."""

    def output(self, job: str, step: int, lines: bytes) -> None:
        with self._lock:
            self._tails.setdefault((job, step), Tail()).feed(lines)

    def event(self, record: Record) -> None:
        with self._lock:
            if isinstance(record.event, events.RunStarted):
                self._start_over()
            self.view.apply(record)
            event = record.event
            if isinstance(event, events.StepFinished) and event.conclusion == events.SUCCESS:
                self._tails.pop((event.job, event.step), None)
            elif isinstance(event, (events.RunFinished, events.RunInterrupted)):
                self._recap()

    def _recap(self) -> None:
        lines = recap.failures(self.view, self._last, self._style, terminal=self._terminal.tty)
        verdict = recap.verdict(self.view, self._style)
        self._say_all([*lines, *([""] if lines else []), verdict])


class Clock:
    """Calls `tick` now and then, from a thread that ends with the process."""

    def __init__(self, tick: Callable[[], None], every: float = PATIENCE) -> None:
        self._tick = tick
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="console", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            self._tick()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def _only(notice: events.Notice) -> RunView:
    view = RunView()
    view.notices.append(notice)
    return view


def _indent(view: RunView, step: StepView) -> str:
    return "  " * view.jobs[step.job].depth(step)


def _nowhere(data: bytes) -> None:
    """Takes the place of `_write` once nobody reads."""


_BY_KIND: dict[str, Callable[[Plain, Any], None]] = {
    events.RunStarted.kind: Plain._run_started,
    events.StepStarted.kind: Plain._step_started,
    events.StepFinished.kind: Plain._step_finished,
    events.JobFinished.kind: Plain._job_finished,
    events.Notice.kind: Plain._notice,
    events.RunCancelling.kind: Plain._cancelling,
    events.RunFinished.kind: Plain._ended,
    events.RunInterrupted.kind: Plain._ended,
}
