"""A machine of one test: a state folder of its own, with everything in it ended afterwards."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

import headway.testing.server
from headway.clients.supervisor import Supervisor
from headway.delivery.desired import Group, Match, Traffic
from headway.delivery.environment import Environment, Listener
from headway.delivery.health import Health
from headway.delivery.platforms.base import InstanceStatus, Platform
from headway.delivery.platforms.process import ProcessPlatform
from headway.delivery.platforms.setup import Setup
from headway.delivery.routers.base import Address, Routing
from headway.delivery.routers.envoy import EnvoyRouter
from headway.testing.supervised import kill_all

SERVER = str(headway.testing.server.__file__)
NAME = "shop.production"


class Machine:
    def __init__(self, folder: Path, instances: Path) -> None:
        self.folder, self.instances = folder, instances
        self.release = folder / "release"
        self.release.mkdir()
        shutil.copy(SERVER, self.release / "server.py")
        self.release.chmod(0o755)
        (self.release / "server.py").chmod(0o644)

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor()

    def setup(self, variables: dict[str, str] | None = None, **environment: Any) -> Setup:
        given = {
            "command": "python3 -I -S server.py",
            "health": {"http": "/healthz"},
            **environment,
        }
        return Setup(
            name=NAME,
            environment=convert(given, Environment),
            variables=variables or {},
            files=lambda digest: str(self.release),
        )

    def platform(
        self, variables: dict[str, str] | None = None, **environment: Any
    ) -> ProcessPlatform:
        return ProcessPlatform(self.setup(variables, **environment))

    def router(
        self, name: str = NAME, health: Health | None = None, **listener: Any
    ) -> EnvoyRouter:
        return EnvoyRouter(name, convert(listener, Listener), health or Health(http="/healthz"))

    def serve(self, **versions: dict[str, str]) -> dict[str, tuple[Address, ...]]:
        """One instance of each version, told its variables; group → address, for a router."""
        groups: tuple[Group, ...] = ()
        for version, variables in versions.items():
            platform = self.platform({"VERSION": version, **variables})
            groups = (*groups, group(version, 1))
            platform.apply(groups, 1)
        return addresses(until(platform, lambda all_: healthy(all_, len(versions))))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    # Instances may run as users who can't enter the test's own folder.
    instances = Path(tempfile.mkdtemp(prefix="headway-instances-"))
    instances.chmod(0o711)
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWAY_INSTANCES", str(instances))
    yield Machine(tmp_path, instances)
    kill_all(tmp_path / "home")
    shutil.rmtree(instances, ignore_errors=True)


def convert(value: object, kind: Any) -> Any:
    def quantity(type_: Any, written: Any) -> Any:
        return type_(type_.parse(written) if isinstance(written, str) else written)

    return msgspec.convert(value, kind, dec_hook=quantity)


def group(version: str, instances: int) -> Group:
    return Group(name=version, release="d" * 64, version=version, instances=instances)


def healthy(statuses: tuple[InstanceStatus, ...], count: int) -> bool:
    return sum(s.state == "healthy" for s in statuses) == count


def until(
    platform: Platform, met: Callable[[tuple[InstanceStatus, ...]], bool], seconds: float = 30
) -> tuple[InstanceStatus, ...]:
    deadline = time.monotonic() + seconds
    while not met(seen := platform.observe()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)
    return seen


def eventually(met: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def addresses(statuses: tuple[InstanceStatus, ...]) -> dict[str, tuple[Address, ...]]:
    found: dict[str, tuple[Address, ...]] = {}
    for one in statuses:
        if one.state == "healthy":
            found[one.group] = (*found.get(one.group, ()), Address(one.host, one.port))
    return found


def routing(there: dict[str, tuple[Address, ...]], /, **traffic: Any) -> Routing:
    told = Traffic(**traffic)
    names = {*told.shares, told.mirror, told.preview, *(m.group for m in told.matches)}
    return Routing(traffic=told, addresses={n: there[n] for n in sorted(names - {""})})


def match(group: str, **conditions: str) -> Match:
    return Match(group=group, **conditions)


class Answer(msgspec.Struct):
    status: int
    body: str
    headers: dict[str, str]


def get(url: str, /, **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        reply = connection.getresponse()
        body = reply.read().decode()
        return Answer(reply.status, body, {k.lower(): v for k, v in reply.getheaders()})
    finally:
        connection.close()


class Load:
    """wrk on an address, until `finish`, which gives (requests, failed)."""

    def __init__(self, url: str, seconds: float, keep_alive: bool = True) -> None:
        if not shutil.which("wrk"):
            pytest.skip("wrk is not installed (Debian: wrk)")
        close = () if keep_alive else ("-H", "Connection: close")
        argv = ["wrk", "-t1", "-c16", f"-d{seconds:g}s", *close, url]
        self._wrk = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)

    def finish(self) -> tuple[int, int]:
        said, _ = self._wrk.communicate(timeout=60)
        requests = failed = 0
        for line in said.splitlines():
            words = line.replace(",", "").split()
            if "requests in" in line:
                requests = int(words[0])
            elif "Non-2xx" in line:
                failed += int(words[-1])
            elif "Socket errors" in line:
                failed += sum(int(w) for w in words if w.isdigit())
        return requests, failed
