"""Traffic through Envoy: one a state folder, kept by the supervisor, told by watched files.

`state()/envoy` has

    environments/ENVIRONMENT.json  what each environment was last told: the rest is made of it
    lds.json cds.json              listeners, clusters
    routes/ endpoints/             a file a listener, a file a cluster
    access/ENVIRONMENT.log         one JSON object a request

Files are written beside and renamed; Envoy takes each as a whole. New clusters are told before
the routes that name them, old ones are taken away after: a request always finds its cluster.
A cluster that is taken away lets its requests finish.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from headway import home
from headway.clients.envoy import Admin, binary
from headway.clients.supervisor import Program, Supervisor, socket_path
from headway.delivery.environment import Listener
from headway.delivery.fencing import fenced, write
from headway.delivery.health import Health
from headway.delivery.platforms import ports
from headway.delivery.routers import envoy_config as config
from headway.delivery.routers.base import Routing
from headway.delivery.routers.envoy_config import Front
from headway.delivery.routers.envoy_listeners import listeners
from headway.errors import HeadwayError

PROGRAM = "envoy"
START = 20.0  # seconds that Envoy may take to be ready
EFFECT = 10.0  # and to take what it was told
REPLACED = 1.0  # seconds that instances may take to pass the first of Envoy's own checks
# Envoy's main thread says that it took the routes; its workers have them a moment later.
WORKERS = 0.03


class EnvoyRouter:
    """One environment's part of the machine's Envoy."""

    def __init__(
        self,
        environment: str,
        listener: Listener,
        health: Health,
        *,
        supervisor: Supervisor | None = None,
    ) -> None:
        self.environment = environment
        self._told = listener
        self._health = health
        self._supervisor = supervisor or Supervisor()
        self.folder = os.path.join(home.state(), "envoy")
        for name in ("", "environments", "routes", "endpoints", "access"):
            home.made(os.path.join(self.folder, name))
        self.admin = Admin(socket_path(self.folder, "admin.sock"))

    @property
    def listener(self) -> Listener:
        """With its ports: those that were left open are chosen here, once."""
        told = self._told
        main = told.port or ports.port(f"listener/{self.environment}", told.host)
        second = told.preview_port or ports.port(f"preview/{self.environment}", told.host)
        return msgspec.structs.replace(told, port=main, preview_port=second)

    @property
    def url(self) -> str:
        return self._url(self.listener.port)

    @property
    def preview_url(self) -> str:
        return self._url(self.listener.preview_port)

    def _url(self, port: int) -> str:
        scheme = "https" if self._told.certificate else "http"
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._told.host, self._told.host)
        return f"{scheme}://{host}:{port}"

    # --- the seam --------------------------------------------------------------------------

    def apply(self, routing: Routing, epoch: int) -> None:
        check(routing)
        epochs = os.path.join(self.folder, "epochs", self.environment)
        with fenced(epochs, epoch), self._locked():
            front = self._front(routing)
            others = [f for f in self._fronts() if f.environment != self.environment]
            before = next((f for f in self._fronts() if f.environment == self.environment), None)
            self._check_ports(front, before, others)
            self._tell(front, before, others)

    def observe(self) -> Routing | None:
        front = self._stored(self.environment)
        if front is None or not self.admin.ready():
            return None
        try:
            return front.routing if self._missing(self._texts(front)) == [] else None
        except HeadwayError:
            return None

    def remove(self, epoch: int) -> None:
        """Takes the environment out of Envoy: its listeners, its clusters, its ports."""
        epochs = os.path.join(self.folder, "epochs", self.environment)
        with fenced(epochs, epoch), self._locked():
            others = [f for f in self._fronts() if f.environment != self.environment]
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path(self.environment))
            self._write_shared(others)
            self._supervisor.forget_log(f"access-{self.environment}")
            ports.release((f"listener/{self.environment}", f"preview/{self.environment}"))

    # --- how -------------------------------------------------------------------------------

    def _tell(self, front: Front, before: Front | None, others: list[Front]) -> None:
        old = {path: _read(path) for path in self._paths(front)}
        both = _together(front, before)
        refused = self._refused()
        try:
            # Before and after at once, until the routes have changed and what is new answers.
            self._write_endpoints(both)
            self._write("cds", self._clusters([*others, both]))
            if self.admin.ready():
                self._wait(["cds"], [], both, refused)
                self._wait_for_new(front, before)
            self._write_routes(front)
            self._write("lds", self._listeners([*others, front]))
            self._ensure(front)
            self._wait(["cds", "lds"], self._route_names(front), both, refused)
        except HeadwayError:
            for path, text in old.items():
                if text:
                    _write(path, text)
            raise
        write(self._path(front.environment), _ENCODER.encode(front).decode())
        changed = any(text != _read(path) for path, text in old.items())
        if both != front:
            self._settle(changed)
            self._write_endpoints(front)
            self._write("cds", self._clusters([*others, front]))
            self._wait(["cds"], [], front)
            self._tidy([*others, front])
        self._settle(changed or both != front)

    def _settle(self, changed: bool) -> None:
        if changed:
            time.sleep(WORKERS)

    def _paths(self, front: Front) -> list[str]:
        routes = [self._route_file(name) for name in self._route_names(front)]
        groups = [config.cluster(front.environment, g) for g in front.routing.addresses]
        ends = [os.path.join(self.folder, "endpoints", f"{g}.json") for g in groups]
        shared = [os.path.join(self.folder, f"{name}.json") for name in ("cds", "lds")]
        return [*shared, *routes, *ends]

    def _texts(self, front: Front) -> dict[str, str]:
        """Statistic with the version that Envoy has → the text that it should have."""
        name, second = self._route_names(front)
        return {
            _version_name(name): config.discovery([config.routes(front)]),
            _version_name(second): config.discovery([config.preview_routes(front)]),
            **self._endpoint_texts(front),
        }

    def _endpoint_texts(self, front: Front) -> dict[str, str]:
        return {
            f"cluster.{config.stat_name(front.environment, group)}.version_text": self._endpoints(
                front, group
            )
            for group in front.routing.addresses
        }

    def _missing(self, texts: dict[str, str]) -> list[str]:
        has = self.admin.stats(r"version_text$")
        return [n for n, text in texts.items() if has.get(n) != config.version(text)]

    def _wait_for_new(self, front: Front, before: Front | None) -> None:
        """Until instances that take the place of others in a group have passed Envoy's own
        health check, for a moment: else their group would have nobody."""
        old = before.routing.addresses if before else {}
        new = {
            config.cluster(front.environment, g): {(a.host, a.port) for a in set(now) - set(old[g])}
            for g, now in front.routing.addresses.items()
            if g in old and set(old[g]) - set(now)
        }
        deadline = time.monotonic() + REPLACED
        while any(new.values()) and time.monotonic() < deadline:
            if not any(there & self.admin.waiting(name) for name, there in new.items()):
                return
            time.sleep(0.01)

    def _refused(self) -> dict[str, Any]:
        """How often each part of the configuration was refused so far."""
        try:
            return self.admin.stats("update_rejected$")
        except HeadwayError:
            return {}

    def _wait(
        self,
        shared: list[str],
        routes: list[str],
        front: Front | None = None,
        refused: dict[str, Any] | None = None,
    ) -> None:
        """Until Envoy has what the files say, all clusters included. Raises HeadwayError."""
        wanted = {_SHARED[n]: _read(os.path.join(self.folder, f"{n}.json")) for n in shared}
        wanted |= {_version_name(name): _read(self._route_file(name)) for name in routes}
        if front:
            wanted |= self._endpoint_texts(front)
        pattern = r"version_text$|warming|update_rejected$"
        before = self._refused() if refused is None else refused
        deadline = time.monotonic() + EFFECT
        while True:
            has = self.admin.stats(pattern)
            missing = [n for n, text in wanted.items() if has.get(n) != config.version(text)]
            warming = [n for n, v in has.items() if n.endswith("_warming") and v]
            warming += [n for n, v in has.items() if n.endswith("warming_clusters") and v]
            if not missing and not warming:
                return
            no = [n for n in has if n.endswith("update_rejected") and has[n] > before.get(n, 0)]
            if no or time.monotonic() > deadline:
                raise HeadwayError(
                    "Envoy refuses the new routing: " + _first(self.admin.errors(), missing),
                    hint=f"its own log is {self.folder}/envoy.log",
                )
            time.sleep(0.003)

    def _check_ports(self, front: Front, before: Front | None, others: list[Front]) -> None:
        mine = {before.listener.port, before.listener.preview_port} if before else set()
        name = front.environment.rpartition(".")[2]
        for key in ("port", "preview_port"):
            port, at = getattr(front.listener, key), f"environments.{name}.router.{key}"
            for other in others:
                if port in (other.listener.port, other.listener.preview_port):
                    raise HeadwayError(
                        f"port {port} is {other.environment}'s", hint=f"{at} chooses another"
                    )
            if port not in mine and not ports.is_free(front.listener.host, port):
                raise HeadwayError(
                    f"port {port} is taken by another program",
                    hint=f"end it, or abort, choose another with {at}, and deploy again",
                )

    def _ensure(self, front: Front) -> None:
        text = msgspec.json.encode(config.bootstrap(self.folder, self.admin.socket)).decode()
        path = os.path.join(self.folder, "bootstrap.json")
        if _read(path) != text:
            _write(path, text)
        self._supervisor.keep_log(
            f"access-{front.environment}", front.access_log, reopen=self.admin.socket
        )
        if self.admin.ready():
            return
        self._supervisor.ensure(self._program(path))
        if not self.admin.wait(START):
            raise HeadwayError(
                "Envoy doesn't start", hint=f"its own log is {self.folder}/envoy.log"
            )

    def _program(self, bootstrap: str) -> Program:
        options = "--disable-hot-restart --log-level warning --drain-time-s 30".split()
        options += ["--file-flush-interval-msec", "1000"]  # of access logs
        return Program(
            name=PROGRAM,
            argv=(binary(), "-c", bootstrap, *options),
            env={"PATH": os.defpath},
            log=os.path.join(self.folder, "envoy.log"),
            limits={"RLIMIT_NOFILE": 65536},
            start_seconds=0,
            umask=0o077,
        )

    def _front(self, routing: Routing) -> Front:
        listener = self.listener
        return Front(
            environment=self.environment,
            listener=listener,
            health=self._health,
            access_log=os.path.join(self.folder, "access", f"{self.environment}.log"),
            routing=routing,
            identity=_identity(listener),
        )

    def _fronts(self) -> list[Front]:
        names = sorted(os.listdir(os.path.join(self.folder, "environments")))
        found = (self._stored(n.removesuffix(".json")) for n in names if n.endswith(".json"))
        return [front for front in found if front is not None]

    def _stored(self, environment: str) -> Front | None:
        text = _read(self._path(environment))
        with contextlib.suppress(msgspec.MsgspecError):  # another version of Headway's: told anew
            return _DECODER.decode(text) if text else None
        return None

    def _path(self, environment: str) -> str:
        return os.path.join(self.folder, "environments", f"{environment}.json")

    def _write_shared(self, fronts: list[Front]) -> None:
        self._write("lds", self._listeners(fronts))
        if self.admin.ready():
            self._wait(["lds"], [])
            if not fronts:
                self._supervisor.stop(PROGRAM)
        self._write("cds", self._clusters(fronts))
        self._tidy(fronts)

    def _clusters(self, fronts: list[Front]) -> list[config.Json]:
        return [c for front in fronts for c in config.clusters(front, self.folder)]

    def _listeners(self, fronts: list[Front]) -> list[config.Json]:
        return [each for front in fronts for each in listeners(front, self.folder)]

    def _write(self, name: str, resources: list[config.Json]) -> None:
        resources = sorted(resources, key=lambda r: str(r["name"]))
        _write(os.path.join(self.folder, f"{name}.json"), config.discovery(resources))

    def _write_endpoints(self, front: Front) -> None:
        for group in front.routing.addresses:
            name = config.cluster(front.environment, group)
            path = os.path.join(self.folder, "endpoints", f"{name}.json")
            _write(path, self._endpoints(front, group))

    def _endpoints(self, front: Front, group: str) -> str:
        addresses = front.routing.addresses[group]
        return config.discovery([config.endpoints(front.environment, group, addresses)])

    def _write_routes(self, front: Front) -> None:
        name, second = self._route_names(front)
        _write(self._route_file(name), config.discovery([config.routes(front)]))
        _write(self._route_file(second), config.discovery([config.preview_routes(front)]))

    def _route_names(self, front: Front) -> list[str]:
        return [front.environment, config.preview(front.environment)]

    def _route_file(self, name: str) -> str:
        return os.path.join(self.folder, "routes", f"{name}.json")

    def _tidy(self, fronts: list[Front]) -> None:
        """Files of clusters that are no more."""
        kept = {config.cluster(f.environment, g) for f in fronts for g in f.routing.addresses}
        folder = os.path.join(self.folder, "endpoints")
        for name in os.listdir(folder):
            if name.endswith(".json") and name.removesuffix(".json") not in kept:
                os.unlink(os.path.join(folder, name))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with open(os.path.join(self.folder, "lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


# Durations are numbers of a class of their own.
_ENCODER = msgspec.json.Encoder(enc_hook=float)
_DECODER = msgspec.json.Decoder(Front, dec_hook=lambda kind, value: kind(value))
_SHARED = {
    "cds": "cluster_manager.cds.version_text",
    "lds": "listener_manager.lds.version_text",
}


def check(routing: Routing) -> None:
    """Raises HeadwayError for what no router could do."""
    traffic = routing.traffic
    total = sum(traffic.shares.values())
    if traffic.shares and (total != 10000 or min(traffic.shares.values()) < 0):
        raise HeadwayError(f"the shares sum to {total} basis points, not to 10000")
    named = [g for g, share in traffic.shares.items() if share]
    named += [m.group for m in traffic.matches] + [traffic.mirror, traffic.preview]
    unknown = sorted({g for g in named if g} - routing.addresses.keys())
    if unknown:
        raise HeadwayError(f"traffic for {unknown[0]}, which has no addresses given")


def _together(front: Front, before: Front | None) -> Front:
    """With the groups and addresses that are still being sent requests."""
    addresses = dict(before.routing.addresses) if before else {}
    for group, now in front.routing.addresses.items():
        addresses[group] = tuple(sorted({*addresses.get(group, ()), *now}))
    routing = msgspec.structs.replace(front.routing, addresses=addresses)
    return msgspec.structs.replace(front, routing=routing)


def _version_name(route: str) -> str:
    return f"http.{config.stat(route)}.rds.{route}.version_text"


def _identity(listener: Listener) -> str:
    total = hashlib.sha256()
    for path in (listener.certificate, listener.key):
        if path:
            try:
                with open(path, "rb") as file:
                    total.update(hashlib.sha256(file.read()).digest())
            except OSError as error:
                raise HeadwayError(
                    f"{path} can't be read: {error.strerror}", hint="see router.certificate, key"
                ) from None
    return total.hexdigest() if listener.certificate else ""


def _first(errors: list[str], missing: list[str]) -> str:
    if errors:
        return errors[0]
    return "no answer about " + ", ".join(missing) if missing else "instances don't answer"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _write(path: str, text: str) -> None:
    """Nothing happens when it is there already. All of it can be made again of what each
    environment was told."""
    if _read(path) != text:
        write(path, text, durable=False)
