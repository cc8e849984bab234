"""A service with real instances behind a real Envoy, deployed by `headway` itself."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import headway.testing.server
from headway.journal import Journal, leases, rollouts
from headway.journal.rollouts import Rollout
from headway.testing.repository import ScratchRepository

SERVER = str(headway.testing.server.__file__)
# What the server of a release is like is in the file `like`, as variables.
SETTINGS = """\
service: shop
environments:
  production:
    command: env $(cat like) python3 -I -S server.py
    instances: 2
    health: { http: /healthz, interval: 300ms }
    gates: optional
    timeout: 8s
    keep: 500ms
    drain: 5s
    strategy: canary
    canary: { steps: [20%, 100%], pause: 1s }
    analysis: { every: 250ms }
"""


class Load:
    """wrk on an address until `finish`, which says what it saw."""

    def __init__(self, url: str, *, keep_alive: bool = True, connections: int = 8) -> None:
        close = () if keep_alive else ("-H", "Connection: close")
        argv = ["wrk", "-t1", f"-c{connections}", "-d600s", "--timeout", "10s", *close, url]
        self._wrk = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)

    def finish(self) -> tuple[int, dict[str, int]]:
        """(requests, failures by kind that there were)."""
        self._wrk.send_signal(signal.SIGINT)
        said, _ = self._wrk.communicate(timeout=60)
        found = re.search(r"(\d+) requests in", said)
        assert found is not None, said
        failures = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", _errors(said))}
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        if bad:
            failures["answers"] = int(bad[1])
        return int(found[1]), {name: count for name, count in failures.items() if count}

    def kill(self) -> None:
        self._wrk.kill()
        self._wrk.communicate()


def _errors(said: str) -> str:
    found = re.search(r"Socket errors: (.*)", said)
    return found[1] if found else ""


class Shop:
    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        self.folder = folder / "shop"
        self.home = folder / "home"
        self.repository = ScratchRepository(self.folder, {"headway.yaml": settings})
        self.loads: list[Load] = []

    def release(self, version: str, **like: object) -> None:
        """`like` are variables of the server: DELAY ERRORS START SICK LIFE."""
        files = self.folder / "build" / version
        files.mkdir(parents=True)
        shutil.copy(SERVER, files / "server.py")
        (files / "server.py").chmod(0o644)
        values = {"VERSION": version, **like}
        (files / "like").write_text(" ".join(f"{k}={v}" for k, v in values.items()))
        self.headway("release", "create", version, "--path", str(files))

    def command(self, *argv: str) -> list[str]:
        return [sys.executable, "-m", "headway", *argv]

    def start(self, *argv: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*argv),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def headway(self, *argv: str, code: int | None = 0) -> str:
        """What it printed; `code` is what is expected, None anything."""
        child = self.start(*argv)
        try:
            said, _ = child.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            child.kill()
            said, _ = child.communicate()
        fine = code is None or child.returncode == code
        assert fine, f"{argv}: {child.returncode}: {said}\n{self.engine_log()}"
        return said

    def deploy(self, version: str, *argv: str, code: int = 0) -> str:
        return self.headway("deploy", "production", version, *argv, code=code)

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.headway("env", "show", "production", "--json"))
        return found

    def serves(self) -> str:
        return str(self.shown()["serves"]["version"])

    def url(self) -> str:
        return str(self.shown()["url"])

    def answer(self) -> str:
        """Of the service, asked once."""
        with urllib.request.urlopen(self.url(), timeout=10) as reply:
            return str(reply.read().decode())

    def load(self, *, keep_alive: bool = True, connections: int = 8) -> Load:
        made = Load(self.url(), keep_alive=keep_alive, connections=connections)
        self.loads.append(made)
        return made

    @property
    def journal(self) -> Journal:
        return Journal.open(str(self.home / "journal.sqlite"))

    def latest(self) -> Rollout:
        return self.journal.query(lambda db: rollouts.rollouts(db, limit=1))[0]

    def until(self, met: Callable[[], object], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < deadline, (self.latest(), self.engine_log())
            time.sleep(0.05)

    def until_over(self, seconds: float = 60) -> Rollout:
        self.until(lambda: not self.latest().active, seconds)
        return self.latest()

    def engine(self, *, or_over: bool = False) -> int:
        """The engine's pid, once there is one; 0 with `or_over` when the rollout is over."""
        journal = self.journal
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            lease = leases.holder(journal, "environment shop/production", time.time())
            if lease is not None:
                return lease.pid
            if or_over and not self.latest().active:
                return 0
            time.sleep(0.02)
        raise AssertionError("there is no engine")

    def engine_log(self) -> str:
        logs = sorted((self.home / "supervisor" / "output").glob("engine*"))
        return "".join(path.read_text()[-2000:] for path in logs)

    def pids(self, what: str) -> list[int]:
        """Of instances (a group's name), envoy, …: by the supervisor's records."""
        found = []
        for path in sorted((self.home / "supervisor" / "records").glob("*.json")):
            if what in path.stem:
                found.append(int(json.loads(path.read_text())["pid"]))
        return found
