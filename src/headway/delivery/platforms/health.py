"""Asks instances whether they are well, by HTTP, TCP or a command.

The memory of it (how many checks passed or failed in a row) is this object's, in whatever
process watches: there is no checker of its own. A process that looks for the first time
believes the first answer, good or bad, because an instance may have run for days. Checks run
beside each other and beside the caller, who waits a moment for those that are new.
"""

from __future__ import annotations

import shlex
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from msgspec import Struct

from headway.clients.http import request
from headway.clients.program import ask
from headway.delivery.health import Health
from headway.errors import HeadwayError

WORKERS = 16
PATIENCE = 0.2  # seconds that a look waits for answers about instances it knows
EAGER = 0.25  # seconds between checks of one that isn't healthy yet


class Target(Struct, frozen=True, kw_only=True):
    """An instance as it runs now; another `identity` (its process) is another instance."""

    name: str
    identity: str
    health: Health
    host: str
    port: int
    since: float  # seconds since 1970
    folder: str = "/"
    env: Mapping[str, str] = {}


class Finding(Struct, frozen=True):
    healthy: bool
    starting: bool = False  # not healthy yet, and that is all right for now
    reason: str = ""


class _Memory:
    def __init__(self, target: Target) -> None:
        self.identity = target.identity
        self.passed = 0
        self.failed = 0
        self.healthy = False
        self.ever = False
        self.reason = "not asked yet"
        self.asked = 0.0
        self.answer: Future[str] | None = None

    def note(self, problem: str, health: Health, first: bool, old: bool) -> None:
        self.reason = problem
        if problem:
            self.passed, self.failed = 0, self.failed + 1
            if self.failed >= health.unhealthy:
                self.healthy = False
            return
        self.failed, self.passed = 0, self.passed + 1
        if self.passed >= health.healthy or (first and old):
            self.healthy = self.ever = True


class Prober:
    """Remembers between looks. For one caller at a time."""

    def __init__(self) -> None:
        self._memory: dict[str, _Memory] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def look(self, targets: Sequence[Target]) -> dict[str, Finding]:
        """By name. Takes as long as a check may take the first time, then a moment."""
        now = time.monotonic()
        self._forget(targets)
        longest = 0.0
        for target in targets:
            memory = self._memory[target.name]
            if memory.answer is None and now - memory.asked >= _pause(memory, target.health):
                if memory.asked == 0.0:
                    longest = max(longest, target.health.timeout + 0.1)
                self._ask(target, memory)
        asked = [m.answer for m in self._memory.values() if m.answer is not None]
        if asked:
            wait(asked, timeout=max(longest, PATIENCE))
        return {t.name: self._finding(t) for t in targets}

    def _forget(self, targets: Sequence[Target]) -> None:
        known = self._memory
        self._memory = {}
        for target in targets:
            memory = known.get(target.name)
            if memory is None or memory.identity != target.identity:
                memory = _Memory(target)
            self._memory[target.name] = memory

    def _ask(self, target: Target, memory: _Memory) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="health")
        memory.asked = time.monotonic()
        memory.answer = self._pool.submit(problem, target)

    def _finding(self, target: Target) -> Finding:
        memory = self._memory[target.name]
        age = time.time() - target.since
        if memory.answer is not None and memory.answer.done():
            first = not (memory.passed or memory.failed)
            memory.note(memory.answer.result(), target.health, first, age > 10)
            memory.answer = None
        if memory.healthy:
            return Finding(True)
        young = age < target.health.start_period
        trying = memory.failed < target.health.unhealthy
        starting = not memory.ever and (young or (trying and age < 30))
        return Finding(False, starting, memory.reason or "not healthy for long enough yet")


def _pause(memory: _Memory, health: Health) -> float:
    return health.interval if memory.healthy else min(health.interval, EAGER)


def problem(target: Target) -> str:
    """Asks once; why it isn't well, or ""."""
    health = target.health
    if health.http:
        return _http(target)
    if health.command:
        command = f"cd {shlex.quote(target.folder)} && {health.command}"
        answer = ask(["/bin/sh", "-c", command], health.timeout, dict(target.env))
        if answer.code == 0:
            return ""
        said = (answer.complaint or answer.output).strip().splitlines()
        return f"{health.command}: {said[-1] if said else f'exit code {answer.code}'}"
    try:
        socket.create_connection((target.host, target.port), health.timeout).close()
    except OSError as error:
        return f"port {target.port}: {error.strerror or error}"
    return ""


def _http(target: Target) -> str:
    url = f"http://{target.host}:{target.port}{target.health.http}"
    try:
        reply = request("GET", url, timeout=target.health.timeout)
    except HeadwayError as error:
        return error.message
    if 200 <= reply.status < 400:
        return ""
    return f"{target.health.http} answers {reply.status}"
