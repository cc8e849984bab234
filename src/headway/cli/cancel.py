"""`headway cancel`: asks the process of a run to stop, as Ctrl-C in its terminal would."""

from __future__ import annotations

import os
import signal
import time

from headway.cli import past
from headway.cli.output import Out
from headway.console import recap
from headway.errors import DONE, HeadwayError
from headway.journal import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from headway.journal import Journal
    from headway.journal.runs import Run

HELP = "stop a run that goes on"
EXAMPLE = """\
headway cancel            the run that goes on here: its steps are asked to stop
headway cancel --force    at once: steps are killed, nothing runs after them"""
# Steps get SIGINT, SIGTERM 7.5 s later and SIGKILL after 2.5 s more; then always() steps run.
PATIENCE = 15.0  # seconds to wait for the end before saying that it still takes
SHORT = 5.0  # seconds, with --force, before the process itself is killed
POLL = 0.05


def arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("run", nargs="?", default="", metavar="RUN", help="number or id (default: what runs here)")
    add("--force", action="store_true", help="as a second Ctrl-C: end everything at once")
    add("--json", action="store_true", help="as JSON")


def main(args: Namespace) -> int:
    """0: it has ended, or is ending. 1: it isn't running, or can't be stopped from here."""
    journal = past.open_journal()
    run = past.find_run(journal, args.run) if args.run else _going(journal)
    out = Out()

    def say(line: str) -> None:
        if not args.json:
            out.lines([line])

    ended = _cancel(journal, run, args.force, say)
    if args.json:
        now = journal.run(run.id) or run
        out.json({"run": run.id, "number": run.number, "state": now.state, "ended": ended})
    return DONE


def _going(journal: Journal) -> Run:
    """The run that goes on in this repository; several are of one process as a rule."""
    root = past.here()
    journal.settle()
    going = [r for r in journal.going() if not root or r.root == root]
    if not going:
        where = " in this repository" if root else ""
        raise HeadwayError(f"no run goes on{where}", hint="headway runs lists them")
    if len({r.pid for r in going}) > 1:
        names = ", ".join(f"{r.label} ({r.name})" for r in going)
        raise HeadwayError("several runs go on", hint=f"name one: {names}")
    return going[0]


def _cancel(journal: Journal, run: Run, force: bool, say: Callable[[str], None]) -> bool:
    """Whether the run has ended."""
    if not run.active:
        count = end_left_over(run)
        if count:
            say(f"run {run.label} was {run.state}; {count} of its processes were left, and killed")
            return True
        raise HeadwayError(f"run {run.label} isn't running: {run.state}")
    target = _Target(run)
    say(f"run {run.label}: asking process {run.pid} to stop")
    target.send(signal.SIGINT)
    if not force:
        return _wait(journal, run, PATIENCE, say, "it is still stopping; --force ends it at once")
    _until(lambda: _was_told(journal, run), 0.5)  # two signals at once would be one
    target.send(signal.SIGINT)
    if _wait(journal, run, SHORT, say, ""):
        return True
    target.send(signal.SIGKILL)
    target.wait()
    end_left_over(run)
    return _wait(journal, run, SHORT, say, "")


class _Target:
    """The process of a run, for certain: no other that got its number later."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._fd = _pidfd(run.pid)  # first, so that what is checked next is what it holds
        state = process.state(run.pid, run.process)
        if state == process.UNKNOWN:
            host = run.process.rpartition("/")[2]
            raise HeadwayError(
                f"run {run.label} goes on where this process can't reach it (host {host})",
                hint="cancel it there",
            )
        if state == process.GONE:
            raise HeadwayError(f"the process of run {run.label} is gone")

    def send(self, number: signal.Signals) -> None:
        try:
            if self._fd is not None:
                signal.pidfd_send_signal(self._fd, number)
            else:
                os.kill(self._run.pid, number)
        except ProcessLookupError:
            pass  # it has just ended by itself
        except PermissionError:
            raise HeadwayError(
                f"run {self._run.label} belongs to another user (process {self._run.pid})"
            ) from None

    def wait(self) -> None:
        _until(lambda: process.state(self._run.pid, self._run.process) == process.GONE, SHORT)


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # macOS, or gone
        return None


def _wait(
    journal: Journal, run: Run, seconds: float, say: Callable[[str], None], otherwise: str
) -> bool:
    def ended() -> bool:
        now = journal.run(run.id)
        return now is None or not now.active or bool(journal.settle())

    if _until(ended, seconds):
        say(recap.verdict(past.view_of(journal, run), Out().style))
        return True
    if otherwise:
        say(otherwise)
    return False


def _was_told(journal: Journal, run: Run) -> bool:
    now = journal.run(run.id)
    return now is None or not now.active or past.view_of(journal, run).cancelling


def _until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def end_left_over(run: Run) -> int:
    """Kills what the steps of a run left behind whose own process was killed (Linux)."""
    mark = f"RUNNER_TRACKING_ID=headway_{run.id}_".encode()
    count = 0
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if not any(v.startswith(mark) for v in file.read().split(b"\0")):
                    continue
            os.kill(pid, signal.SIGKILL)
            count += 1
        except OSError:
            continue
    return count
