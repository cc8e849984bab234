"""A platform, a router and metrics that live in a folder: no process, no port, the same rules.

Any number of processes share them; they outlive whoever uses them, as the real ones do. What
releases are like is said by version in `behaviours.json`; what was done wrong to them (an
instance drained while requests came, requests sent to nobody) is in `violations.txt`.

`python -m headway.testing.delivery` is the engine of an environment with these, which can be
killed at any of its writes to the journal.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from headway import home
from headway.app.jobs import Jobs
from headway.delivery.desired import ALL, Group
from headway.delivery.engine import worker
from headway.delivery.engine.effect_runner import Job
from headway.delivery.engine.engine import Parts
from headway.delivery.engine.ledger import Ledger
from headway.delivery.engine.observe import Observer
from headway.delivery.engine.samples import Samples
from headway.delivery.metrics.base import Counts
from headway.delivery.platforms.base import Fenced, InstanceStatus
from headway.delivery.rollout.plan import Plan
from headway.delivery.rollout.progress import Effect
from headway.delivery.routers.base import Address, Routing
from headway.errors import HeadwayError
from headway.events import Event
from headway.events.delivery import RolloutTaken
from headway.journal import Journal
from headway.journal.leases import LeaseLost
from headway.journal.rollouts import Rollout

EDGES = (25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)
DRAIN = 0.1  # seconds


class Behaviour(Struct, kw_only=True):
    """What a version is like. Seconds; shares from 0 to 1; latency in ms."""

    healthy_after: float | None = 0.1  # None: never
    dies_after: float | None = None
    errors: float = 0.0
    leak: float = 0.0  # more errors each second that it has traffic
    latency: float = 20.0


class Instance(Struct):
    group: str
    version: str
    index: int
    port: int
    started: float
    drained: float | None = None


class State(Struct, kw_only=True):
    epoch: int = 0
    instances: list[Instance] = []
    routings: list[tuple[float, Routing]] = []  # since when
    ports: int = 20000
    applied: int = 0  # how often anything was told


class World:
    """The folder. `rate`: requests a second that come in."""

    def __init__(self, folder: Path, rate: float = 1000.0) -> None:
        self.folder = folder
        self.rate = rate
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def open(self) -> Iterator[State]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = self.folder / "state.json"
            state = State()
            if path.exists():
                state = msgspec.json.decode(path.read_bytes(), type=State)
            yield state
            beside = path.with_suffix(f".{os.getpid()}")
            beside.write_bytes(msgspec.json.encode(state))
            beside.replace(path)

    def behave(self, **behaviours: Behaviour) -> None:
        (self.folder / "behaviours.json").write_bytes(msgspec.json.encode(behaviours))

    def behaviour(self, version: str) -> Behaviour:
        path = self.folder / "behaviours.json"
        if not path.exists():
            return Behaviour()
        known = msgspec.json.decode(path.read_bytes(), type=dict[str, Behaviour])
        return known.get(version, Behaviour())

    def fence(self, state: State, epoch: int) -> None:
        if epoch < state.epoch:
            raise Fenced(f"epoch {epoch} is older than {state.epoch}")
        state.epoch = epoch
        state.applied += 1

    def violated(self, text: str) -> None:
        with (self.folder / "violations.txt").open("a") as file:
            file.write(f"{text}\n")

    @property
    def violations(self) -> list[str]:
        path = self.folder / "violations.txt"
        return path.read_text().splitlines() if path.exists() else []

    def status(self, one: Instance) -> InstanceStatus:
        now, like = time.monotonic(), self.behaviour(one.version)
        age = now - one.started
        state = "healthy"
        if one.drained is not None:
            state = "draining"
        elif like.dies_after is not None and age > like.dies_after:
            state = "failed"
        elif like.healthy_after is None or age < like.healthy_after:
            state = "starting"
        return InstanceStatus(
            group=one.group,
            index=one.index,
            state=state,  # type: ignore[arg-type]
            port=one.port,
            pid=one.port,
            since=one.started,
        )


class FakePlatform:
    def __init__(self, world: World) -> None:
        self.world = world

    def apply(self, groups: tuple[Group, ...], epoch: int) -> None:
        with self.world.open() as state:
            self.world.fence(state, epoch)
            now = time.monotonic()
            wanted = {(g.name, n): g for g in groups for n in range(g.instances)}
            for one in state.instances:
                if one.drained is not None:
                    continue  # it goes; if it is wanted again, another takes its place
                if wanted.pop((one.group, one.index), None) is None:
                    one.drained = now
                    if _is_routed(state, one):
                        self.world.violated(f"{one.group}/{one.index} drained while it answers")
            for (name, index), group in wanted.items():
                state.ports += 1
                made = Instance(name, group.version, index, state.ports, now)
                state.instances.append(made)
            gone = now - DRAIN
            state.instances = [i for i in state.instances if not i.drained or i.drained > gone]

    def observe(self) -> tuple[InstanceStatus, ...]:
        with self.world.open() as state:
            gone = time.monotonic() - DRAIN
            there = [i for i in state.instances if not i.drained or i.drained > gone]
            return tuple(self.world.status(one) for one in there)

    def logs(self, group: str, index: int, lines: int) -> bytes:
        return b"nothing is said by what isn't there\n"


class FakeRouter:
    def __init__(self, world: World) -> None:
        self.world = world

    def apply(self, routing: Routing, epoch: int) -> None:
        with self.world.open() as state:
            self.world.fence(state, epoch)
            self._check(state, routing)
            state.routings.append((time.monotonic(), routing))

    def observe(self) -> Routing | None:
        with self.world.open() as state:
            return state.routings[-1][1] if state.routings else None

    def _check(self, state: State, routing: Routing) -> None:
        shares = routing.traffic.shares
        if shares and sum(shares.values()) != ALL:
            raise HeadwayError(f"the shares are not 100 %: {shares}")
        alive = {i.port for i in state.instances if self.world.status(i).state == "healthy"}
        for name in shares:
            there = routing.addresses.get(name, ())
            if not there:
                raise HeadwayError(f"{name} has a share, and nobody to answer")
            if not any(address.port in alive for address in there):
                self.world.violated(f"{name} gets traffic, and none of it is healthy")


class FakeMetrics:
    """Counts what would have been answered since the beginning, by the routings there were."""

    def __init__(self, world: World) -> None:
        self.world = world

    def read(self, groups: Sequence[str]) -> dict[str, Counts]:
        with self.world.open() as state:
            spans = state.routings
            versions = {i.group: i.version for i in state.instances}
        now = time.monotonic()
        ends = [since for since, _ in spans[1:]] + [now]
        found = {}
        for name in groups:
            requests = errors = 0.0
            like = self.world.behaviour(versions.get(name, ""))
            for (since, routing), end in zip(spans, ends, strict=True):
                part = routing.traffic.shares.get(name, 0) / ALL * self.world.rate
                seconds = end - since
                requests += part * seconds
                errors += part * seconds * min(1.0, like.errors + like.leak * seconds / 2)
            if requests:
                found[name] = _counts(int(requests), int(errors), like.latency)
        return found


def _counts(requests: int, errors: int, latency: float) -> Counts:
    buckets = tuple(requests if edge >= latency else 0 for edge in EDGES)
    edges = (*EDGES, float("inf"))
    return Counts(requests=requests, errors=errors, edges=edges, buckets=(*buckets, requests))


def _is_routed(state: State, one: Instance) -> bool:
    if not state.routings:
        return False
    routing = state.routings[-1][1]
    return Address("127.0.0.1", one.port) in routing.addresses.get(one.group, ())


# --- the engine with these ----------------------------------------------------------------


def parts(journal: Journal, world: World) -> worker.MakeParts:
    """Hooks and records of incidents are the real ones; smoke tests always pass."""

    def make(rollout: Rollout, plan: Plan, folder: str) -> Parts:
        platform, router = FakePlatform(world), FakeRouter(world)
        samples = Samples(os.path.join(folder, "samples.jsonl"))
        observer = Observer(
            plan, platform, router, FakeMetrics(world), samples, lambda now, group: {}
        )
        jobs = Jobs(
            journal=journal,
            rollout=rollout,
            plan=plan,
            folder=folder,
            preview_url=lambda: "",
            variables=dict(os.environ),
            secrets={},
        )

        def job(effect: Effect) -> Job:
            return Job(call=lambda: (True, "")) if effect.kind == "smoke" else jobs.job(effect)

        return Parts(platform=platform, router=router, observer=observer, job=job)

    return make


class KilledLedger(Ledger):
    """Ends the process at a write: `after` so many were made, or `before` the one after them.

    That an engine has taken over, its first write, doesn't count.
    """

    left = -1
    moment = "after"

    def write(self, *new: Event) -> None:
        cls = KilledLedger
        if isinstance(new[0], RolloutTaken):
            super().write(*new)
            return
        if cls.left == 0 and cls.moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(*new)
        cls.left -= 1
        if cls.left == 0 and cls.moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)


def kill_at(moment: str, count: int) -> None:
    """Has this process killed at a write of its engine."""
    KilledLedger.moment, KilledLedger.left = moment, count
    vars(worker)["Ledger"] = KilledLedger


def main(argv: Sequence[str]) -> int:
    """SERVICE ENVIRONMENT WORLD [before|after COUNT].

    3: another process works there already; 4: another has taken over.
    """
    service, environment, folder, *kill = argv
    if kill:
        kill_at(kill[0], int(kill[1]))
    place = worker.Place(
        service=service, environment=environment, folder=os.path.join(home.state(), "rollouts")
    )
    world = World(Path(folder), float(os.environ.get("WORLD_RATE", "1000")))
    journal = Journal.open(home.journal())
    try:
        return 0 if worker.work(journal, place, parts(journal, world)) else 3
    except (LeaseLost, Fenced):
        return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
