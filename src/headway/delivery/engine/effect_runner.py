"""Does what a rollout asks for outside, once: hooks and smoke tests.

A command runs in a session of its own, below a small shell that writes down how it ended. So it
goes on when the engine is killed, and the engine that comes after finds: the result; or that it
still runs, and waits; or neither, for the machine went down: then it is run again, with the same
key, by which a command can see what it has done already.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from headway.clients.process import find_marked, kill_group
from headway.delivery.rollout.progress import Effect

KEY = "HEADWAY_KEY"
POLL = 0.05
_SHELL = """\
cd -- "$0" || exit 126
"$@" >output 2>&1 </dev/null
code=$?
echo "$code" >result.new && mv result.new result
"""
_INNER = 'cd -- "$0" && exec "$@"'


class Done(Struct, frozen=True, kw_only=True):
    key: str
    ok: bool
    text: str = ""  # why not, as a sentence
    seconds: float = 0.0
    exit_code: int | None = None
    output: str = ""  # path of what it printed


class Job(Struct, frozen=True, kw_only=True):
    """How an effect is done: by a program, or by a function that gives ok and a sentence."""

    argv: Sequence[str] = ()
    cwd: str = "."
    env: Mapping[str, str] = {}
    timeout: float = 600.0
    attempts: int = 1
    call: Callable[[], tuple[bool, str]] | None = None
    hidden: Sequence[str] = ()  # values that must not stay in what it printed


class EffectRunner:
    """The effects of one rollout, below `folder`. Results come from `done`, once each; then
    `wake` was called."""

    def __init__(self, folder: str, wake: Callable[[], None]) -> None:
        self._folder = Path(folder)
        self._wake = wake
        self._running: set[str] = set()
        self._done: list[Done] = []
        self._lock = threading.Lock()

    def knows(self, key: str) -> bool:
        """Whether it was begun here, and its result was not yet given."""
        with self._lock:
            return key in self._running

    def begin(self, effect: Effect, job: Job, *, again: bool) -> None:
        """Starts it; with `again` it was started before, perhaps by an engine that was killed."""
        with self._lock:
            self._running.add(effect.key)
        work = threading.Thread(target=self._work, args=(effect.key, job, again), daemon=True)
        work.start()

    def done(self) -> list[Done]:
        with self._lock:
            return list(self._done)

    def forget(self, done: Done) -> None:
        """It was written down."""
        with self._lock:
            self._done.remove(done)
            self._running.discard(done.key)

    def _work(self, key: str, job: Job, again: bool) -> None:
        began = time.monotonic()
        try:
            result = self._attempts(key, job, again)
        except Exception as error:  # a defect in here must not leave the rollout waiting
            result = Done(key=key, ok=False, text=f"{type(error).__name__}: {error}")
        with self._lock:
            self._done.append(replace(result, seconds=round(time.monotonic() - began, 3)))
        self._wake()

    def _attempts(self, key: str, job: Job, again: bool) -> Done:
        result = self._once(key, job, again, 1)
        for attempt in range(2, job.attempts + 1):
            if result.ok:
                break
            time.sleep(1.0)
            result = self._once(key, job, again, attempt)
        return result

    def _once(self, key: str, job: Job, again: bool, attempt: int) -> Done:
        if job.call is not None:
            ok, text = job.call()
            return Done(key=key, ok=ok, text=text)
        return self._program(key, job, again, attempt)

    # --- programs ------------------------------------------------------------------------

    def _program(self, key: str, job: Job, again: bool, attempt: int) -> Done:
        mark = f"{key}#{attempt}" if attempt > 1 else key
        folder = self._folder / "".join(c if c.isalnum() or c in "._-" else "_" for c in mark)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        result = folder / "result"
        pids = find_marked(KEY, mark, frozenset()) if again else []
        if not again or not (result.exists() or pids):
            result.unlink(missing_ok=True)
            pids = [_start(job, mark, folder)]
        code = _wait(result, pids, job.timeout)
        output = folder / "output"
        _hide(output, job.hidden)
        text = "" if code == 0 else _why(code, output, job.timeout)
        return Done(key=key, ok=code == 0, text=text, exit_code=code, output=str(output))


def _start(job: Job, mark: str, folder: Path) -> int:
    inner = ("/bin/sh", "-c", _INNER, job.cwd, *job.argv)
    child = subprocess.Popen(
        ["/bin/sh", "-c", _SHELL, str(folder), *inner],
        env={**job.env, KEY: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=child.wait, daemon=True).start()  # no zombies
    return child.pid


def _wait(result: Path, pids: Sequence[int], timeout: float) -> int | None:
    """Its exit code; None when it was ended, because it took too long or from outside."""
    deadline = time.monotonic() + timeout
    while not result.exists() and any(_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            _end(pids)
            break
        time.sleep(POLL)
    try:
        return int(result.read_text())
    except (OSError, ValueError):
        return None


def _end(pids: Sequence[int]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            kill_group(pid, number)
        time.sleep(1.0)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _hide(output: Path, values: Sequence[str]) -> None:
    with contextlib.suppress(OSError):
        text = output.read_bytes()
        for value in values:
            if len(value) > 3:
                text = text.replace(value.encode(), b"***")
        os.chmod(output, 0o600)
        output.write_bytes(text)


def _why(code: int | None, output: Path, timeout: float) -> str:
    what = f"it ended with exit code {code}"
    if code is None:
        what = f"it was ended: it took longer than {timeout:g}s, or was killed"
    with contextlib.suppress(OSError):
        lines = output.read_text(errors="replace").strip().splitlines()
        if lines:
            what += f": {lines[-1][:200]}"
    return what
