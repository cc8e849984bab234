"""Several programs side by side, with a limit; all of them end when one says stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from headway.clients.process import Process, kill_group

PATIENCE = 3.0  # seconds that programs have to end before they are killed
TIDYING = 30.0  # seconds that jobs then have to take away what they made
LOOK = 0.2  # between two looks for Ctrl-C


class Job(Struct, frozen=True, kw_only=True):
    """Something to do. `do` says whether it went well, which those that need it wait for.

    `skip` is called instead with what kept it from being done. `serial`: nothing beside it.
    """

    key: str
    do: Callable[[], bool]
    skip: Callable[[str], None]
    needs: tuple[str, ...] = ()
    serial: bool = False


class Crew:
    """Runs jobs, and the programs that they start."""

    def __init__(self, most: int = 0) -> None:
        self.most = most or os.cpu_count() or 1
        self.stopped = False
        self._changed = threading.Condition()
        self._running: set[str] = set()
        self._alone = False  # what runs is serial
        self._ended: dict[str, bool] = {}
        self._processes: set[Process] = set()
        self._broken: BaseException | None = None

    def run(self, jobs: Sequence[Job]) -> None:
        """Until all have ended. At KeyboardInterrupt everything is stopped, and it is raised."""
        waiting = list(jobs)
        try:
            with self._changed:
                while waiting or self._running:
                    waiting = [job for job in waiting if not self._settled(job)]
                    if self._running:
                        self._changed.wait(LOOK)  # not for ever: Ctrl-C must get through
                    if self._broken is not None:
                        raise self._broken
        except BaseException:
            self.stop()
            raise

    def _settled(self, job: Job) -> bool:
        """Starts it, or gives it up; False when it has to wait."""
        failed = [key for key in job.needs if self._ended.get(key) is False]
        if self.stopped or failed:
            self._ended[job.key] = False
            job.skip(f"{failed[0]} did not pass" if failed else "stopped")
            return True
        if any(key not in self._ended for key in job.needs) or len(self._running) >= self.most:
            return False
        if self._running and (job.serial or self._alone):
            return False
        self._running.add(job.key)
        self._alone = job.serial
        threading.Thread(target=self._do, args=(job,), daemon=True).start()
        return True

    def _do(self, job: Job) -> None:
        well = False
        try:
            well = job.do()
        except BaseException as error:
            self._broken = error
        finally:
            with self._changed:
                self._running.discard(job.key)
                self._ended[job.key] = well
                self._changed.notify_all()

    # --- programs ------------------------------------------------------------------------

    def program(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        output: Callable[[bytes], None],
        limit: float | None,
        stdout: int | None = None,
    ) -> tuple[int, bool]:
        """Its exit code, and whether it was stopped at its time limit (seconds).

        What it leaves running in its process group is ended. Raises HeadwayError when it can't
        be started.
        """
        process = Process(argv, cwd=cwd, env=env, stdout=stdout)
        with self._changed:
            self._processes.add(process)
            late = self.stopped
        try:
            if late:
                process.kill()
            code = process.wait(output, limit)
        finally:
            kill_group(process.pid)
            with self._changed:
                self._processes.discard(process)
                self._changed.notify_all()
        return code, process.timed_out

    def stop(self) -> None:
        """Asks every program to end, kills those that don't, and waits for the jobs to tidy up.

        Interrupted in that, or called again, it kills at once.
        """
        again, self.stopped = self.stopped, True
        try:
            if not again:
                self._signal(signal.SIGTERM)
                self._wait(lambda: not self._processes, PATIENCE)
        finally:
            self._signal(signal.SIGKILL)
        self._wait(lambda: not self._running, TIDYING)

    def _wait(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with self._changed:
            while not done() and time.monotonic() < deadline:
                self._changed.wait(0.1)

    def _signal(self, number: int) -> None:
        for process in list(self._processes):
            process.signal(number)
