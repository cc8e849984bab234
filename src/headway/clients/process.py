"""Starts a program in a process group of its own, reads what it prints, ends it for good."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time

from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CHUNK = 1 << 20  # bytes a read; also asked of the kernel as the pipe's size
# A daemon that a step leaves behind may keep its pipe open: read until it has been quiet for
# this long after the program ended, but no longer than that.
QUIET = 0.25
DRAIN = 5.0
# GitHub's runner: SIGINT, SIGTERM 7.5 s later, SIGKILL after 2.5 s more.
GRACE_INTERRUPT = 7.5
GRACE_TERMINATE = 2.5
_F_SETPIPE_SZ = 1031


class Process:
    """One running program. `output` gets every chunk read, in order, from `wait`'s thread.

    Standard input is empty, standard error goes where standard output goes, unless that has a
    file descriptor of its own (`stdout`). Raises HeadwayError when the program can't be started.
    """

    def __init__(
        self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], stdout: int | None = None
    ) -> None:
        self.argv = list(argv)
        reader, writer = os.pipe()
        try:
            _enlarge(writer)
            self._child = subprocess.Popen(
                self.argv,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=writer if stdout is None else stdout,
                stderr=writer,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            os.close(reader)
            raise HeadwayError(_start_failure(self.argv[0], cwd, error)) from None
        finally:
            os.close(writer)
        self.pid = self._child.pid
        self._reader = reader
        self._lock = threading.Lock()
        self._ended = False
        self._escalation: threading.Thread | None = None
        self._hurry = threading.Event()
        self.timed_out = False
        self.stopped = False
        self.left_open = False

    def wait(self, output: Callable[[bytes], None], timeout: float | None = None) -> int:
        """Reads until the program ends; its exit code, or 128 + the signal that ended it.

        After `timeout` seconds it is stopped as by `stop()` and `timed_out` is set. When a
        daemon keeps the pipe open, `left_open` is set and its further output is dropped.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            self.left_open = not self._read(output, deadline)
        finally:
            self._release()
            code = self._child.wait()
            with self._lock:
                self._ended = True
            self._hurry.set()
        return code if code >= 0 else 128 - code

    def _read(self, output: Callable[[bytes], None], deadline: float | None) -> bool:
        """Reads to the end of the output; False when something else still holds it open."""
        poller = select.poll()
        poller.register(self._reader, select.POLLIN)
        pidfd = _pidfd(self.pid)
        if pidfd is not None:
            poller.register(pidfd, select.POLLIN)
        leave_at = quiet_at = None
        try:
            while True:
                wait_ms = _milliseconds(pidfd is None, deadline, leave_at, quiet_at)
                ready = {fd for fd, _ in poller.poll(wait_ms)}
                now = time.monotonic()
                if self._reader in ready:
                    chunk = os.read(self._reader, CHUNK)
                    if not chunk:
                        return True
                    output(chunk)
                    quiet_at = None if leave_at is None else now + QUIET
                elif quiet_at is not None and now >= quiet_at:
                    return False
                if leave_at is not None and now >= leave_at:
                    return False
                if leave_at is None and (pidfd in ready if pidfd else self._exited()):
                    leave_at, quiet_at = now + DRAIN, now + QUIET
                    if pidfd is not None:
                        poller.unregister(pidfd)
                if deadline is not None and now >= deadline:
                    deadline = None
                    self.timed_out = True
                    self.stop()
        finally:
            if pidfd is not None:
                os.close(pidfd)

    def _release(self) -> None:
        if not self.left_open:
            os.close(self._reader)
            return
        # Closing now would end the daemon at its next line (SIGPIPE): keep reading, drop it.
        threading.Thread(target=_discard, args=(self._reader,), daemon=True).start()

    def _exited(self) -> bool:
        return self._child.poll() is not None

    def stop(self) -> None:
        """Asks to stop: SIGINT, later SIGTERM, then SIGKILL, to the whole group."""
        with self._lock:
            if self._ended or self._escalation is not None:
                return
            self.stopped = True
            self._escalation = threading.Thread(target=self._escalate, daemon=True)
        self._escalation.start()

    def _escalate(self) -> None:
        self.signal(signal.SIGINT)
        if self._hurry.wait(GRACE_INTERRUPT):
            return
        self.signal(signal.SIGTERM)
        if self._hurry.wait(GRACE_TERMINATE):
            return
        self.signal(signal.SIGKILL)

    def kill(self) -> None:
        """Ends the whole group now."""
        self.stopped = True
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        with self._lock:
            if not self._ended:
                kill_group(self.pid, number)


def kill_group(group: int, number: int = signal.SIGKILL) -> bool:
    """Signals a process group; False when nothing of it is left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _milliseconds(polling: bool, *times: float | None) -> float | None:
    known = [t for t in times if t is not None]
    wait = max(0.0, min(known) - time.monotonic()) * 1000 + 1 if known else None
    if polling:  # no pidfd (macOS): look often whether the program has ended
        return 50.0 if wait is None else min(50.0, wait)
    return wait


def _discard(reader: int) -> None:
    try:
        while os.read(reader, CHUNK):
            pass
    finally:
        os.close(reader)


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _enlarge(writer: int) -> None:
    import fcntl

    # Fails on another system, or at the user's limit on pipe memory: slower, no worse.
    with contextlib.suppress(OSError):
        fcntl.fcntl(writer, _F_SETPIPE_SZ, CHUNK)


def _start_failure(program: str, cwd: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        if not os.path.isdir(cwd):
            return f"the working directory {cwd} does not exist"
        return f"{program}: command not found"
    if isinstance(error, PermissionError):
        return f"{program}: not executable, or no access to {cwd}"
    if isinstance(error, OSError) and error.errno == 7:  # E2BIG
        return f"{program}: arguments and environment are too large for this system"
    return f"{program} can't be started: {error}"


def find_marked(variable: str, value: str, known: frozenset[str]) -> list[int]:
    """Processes whose environment carries variable=value, but for the `known` ones (Linux).

    A step's daemon may have left its process group; the variable stays with it.
    """
    mark = f"{variable}={value}".encode()
    return [int(pid) for pid in processes() - known if mark in _environment(pid)]


def _environment(pid: str) -> list[bytes]:
    """A process's variables; nothing when it is gone, another's, or the kernel's own."""
    for _ in range(5):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                text = file.read()
        except OSError:
            return []
        if text:
            return text.split(b"\0")
        time.sleep(0.001)  # between two programs (execve) it has none for a moment
    return []


def processes() -> frozenset[str]:
    try:
        return frozenset(name for name in os.listdir("/proc") if name.isdigit())
    except OSError:
        return frozenset()
