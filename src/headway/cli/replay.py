"""Feeds what a run printed, now or earlier, to what shows it."""

from __future__ import annotations

import time

from headway import events
from headway.cli import past
from headway.console.view import RUNNING, RunView
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from headway.console import Sink
    from headway.console.view import StepView
    from headway.events import Event, Record
    from headway.journal import Journal
    from headway.journal.log_reader import LogReader
    from headway.journal.runs import Run

    Read = Callable[[LogReader], Iterable[bytes]]

POLL = 0.1  # seconds
LOOK_AFTER = 2.0  # seconds between looks whether the run's process is still there
_BATCH = 1000  # lines that are handed on at once


class Selection(Value):
    """What of a run is wanted: `jobs` empty is all of them, `step` 0 all of their steps."""

    jobs: frozenset[str] = frozenset()
    step: int = 0
    only: frozenset[tuple[str, int]] | None = None  # (job, step): nothing but these steps

    def has(self, job: str, step: int) -> bool:
        if self.only is not None and (job, step) not in self.only:
            return False
        return (not self.jobs or job in self.jobs) and self.step in (0, step)

    def shows(self, event: Event) -> bool:
        """Whether an event belongs to it. How the run ended does when all of it is wanted."""
        job, step = getattr(event, "job", ""), getattr(event, "step", 0)
        if step:
            return self.has(job, step)
        if job:
            failed = self.only is None or any(job == name for name, _ in self.only)
            return failed and (not self.jobs or job in self.jobs)
        return not self.jobs


def replay(journal: Journal, run: Run, chosen: Selection, sink: Sink, read: Read) -> None:
    """All that was printed until now: each step in one piece, in the order of their ends."""
    records = journal.read(run.id)
    view = RunView()
    for record in records:
        view.apply(record)
    outer = {(s.job, s.parent) for job in view.jobs.values() for s in job.steps.values()}
    waiting: dict[tuple[str, int], Record] = {}
    for record in records:
        event = record.event
        if not chosen.shows(event) or isinstance(event, events.RunFinished):
            continue
        if isinstance(event, events.StepStarted) and (event.job, event.step) not in outer:
            waiting[event.job, event.step] = record  # together with what it printed
            continue
        if isinstance(event, events.StepFinished):
            begin = waiting.pop((event.job, event.step), None)
            if begin is not None:
                sink.event(begin)
            _feed(run, view.step(event.job, event.step), sink, read)
        sink.event(record)
    for (job, number), begin in waiting.items():  # still running, or killed
        sink.event(begin)
        _feed(run, view.step(job, number), sink, read)


def _feed(run: Run, step: StepView | None, sink: Sink, read: Read) -> None:
    if step is None:
        return
    with past.reader(run.id, step) as reader:
        for block in read(reader):
            sink.output(step.job, step.number, block)


def ends(view: RunView, chosen: Selection) -> Iterator[StepView]:
    """The chosen steps, what ended last (or hasn't yet) first."""
    steps = [
        step
        for job in view.jobs.values()
        for step in job.steps.values()
        if chosen.has(step.job, step.number)
    ]
    steps.sort(key=lambda s: (s.state == RUNNING, s.started + s.seconds, s.number))
    return reversed(steps)


def follow(journal: Journal, run: Run, chosen: Selection, sink: Sink, *, stamps: bool) -> None:
    """The same of a run that goes on, as it comes; ends with what was chosen."""
    view, after, version = RunView(), 0, None
    open_logs: dict[tuple[str, int], _Followed] = {}
    look_at = time.monotonic() + LOOK_AFTER
    while not _over(view, chosen):
        if journal.version() != version:
            version = journal.version()
            for record in journal.read(run.id, after):
                after = record.seq
                view.apply(record)
                _take(run, record, view, chosen, sink, open_logs, stamps)
        for (job, step), log in open_logs.items():
            for block in log.new():
                sink.output(job, step, block)
        if time.monotonic() > look_at:
            look_at = time.monotonic() + LOOK_AFTER
            journal.settle()
        elif not _over(view, chosen):
            time.sleep(POLL)


def _take(
    run: Run,
    record: Record,
    view: RunView,
    chosen: Selection,
    sink: Sink,
    open_logs: dict[tuple[str, int], _Followed],
    stamps: bool,
) -> None:
    event = record.event
    if isinstance(event, (events.StepFinished, events.RunInterrupted)):
        for key in [k for k in open_logs if _ended(event, *k)]:
            log = open_logs.pop(key)
            for block in log.new(last=True):
                sink.output(*key, block)
            log.close()
    if not chosen.shows(event):
        return
    sink.event(record)
    if isinstance(event, events.StepStarted):
        step = view.step(event.job, event.step)
        if step is not None:
            open_logs[event.job, event.step] = _Followed(past.reader(run.id, step), stamps)


def _ended(event: Event, job: str, step: int) -> bool:
    if isinstance(event, events.StepFinished):
        return (event.job, event.step) == (job, step)
    return True


def _over(view: RunView, chosen: Selection) -> bool:
    if view.state != RUNNING:
        return True
    if not chosen.jobs:
        return False
    jobs = [view.jobs[name] for name in chosen.jobs if name in view.jobs]
    if chosen.step:
        steps = [s for j in jobs for s in j.steps.values() if s.number == chosen.step]
        return bool(steps) and all(s.state != RUNNING for s in steps)
    return bool(jobs) and all(j.finished for j in jobs)


class _Followed:
    """A log that is being written, read from where it was left."""

    def __init__(self, reader: LogReader, stamps: bool) -> None:
        self._reader = reader
        self._stamps = stamps
        self._offset = self._lines = 0

    def new(self, last: bool = False) -> Iterator[bytes]:
        for block in self._reader.since(self._offset, last):
            self._offset += len(block)
            count = block.count(b"\n")
            if self._stamps:
                lines = block.removesuffix(b"\n").split(b"\n")
                times = self._reader.times(self._lines + 1, len(lines))
                yield b"".join(map(_stamped, times, lines))
            else:
                yield block
            self._lines += count

    def close(self) -> None:
        self._reader.close()


def stamped(reader: LogReader, first: int = 1, count: int | None = None) -> Iterator[bytes]:
    """Lines with their times in front, in blocks."""
    batch: list[bytes] = []
    for at, line in reader.stamped(first, count):
        batch.append(_stamped(at, line))
        if len(batch) == _BATCH:
            yield b"".join(batch)
            batch = []
    yield b"".join(batch)


_last_stamp = (0.0, b"")


def _stamped(at: float, line: bytes) -> bytes:
    """`2026-11-21T05:12:05.123Z line`: UTC, as GitHub's logs have it."""
    global _last_stamp
    if _last_stamp[0] != at:
        milliseconds = int(at * 1000) % 1000
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{milliseconds:03d}Z "
        _last_stamp = at, text.encode()
    return _last_stamp[1] + line + b"\n"
