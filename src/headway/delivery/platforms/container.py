"""Instances as containers of this machine, by podman or docker, whichever is there.

The engine restarts what crashes and keeps the output; labels say whose a container is. What is
asked for and what each group was first started with is kept as for processes, in
`state()/instances/ENVIRONMENT`; the output of containers that are gone is kept in its `logs`.
A draining container is stopped by a command that goes on when Headway doesn't; if that is
killed too, the next `apply` starts it again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import time
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from headway import home
from headway.clients.background import leave
from headway.clients.containers import Container, Engine, Mount, last_words, needed
from headway.clients.program import ask
from headway.delivery.desired import Group
from headway.delivery.fencing import fenced, write
from headway.delivery.health import Health
from headway.delivery.platforms import ports
from headway.delivery.platforms.base import InstanceStatus, State
from headway.delivery.platforms.health import Finding, Prober, Target
from headway.delivery.platforms.logs import tail
from headway.delivery.platforms.setup import Setup
from headway.errors import HeadwayError

HOST = "127.0.0.1"
OWNER = "dev.headway.owner"  # label: state folder and environment
GROUP, INDEX, PORT = "dev.headway.group", "dev.headway.index", "dev.headway.port"
FILES = "/app"  # where a release of files is in its container
RESTARTS = 10  # in a row, before one has failed
AGAIN = 60.0  # seconds after which `apply` starts one that has failed
SAVED = 1000  # lines of output that are kept of a container that is gone
STOPPING = "stopping"  # a file an instance: when it was told to stop


class Recipe(Struct, frozen=True, kw_only=True):
    """How the containers of one group are started."""

    release: str
    version: str
    image: str
    files: str  # empty: the image has everything
    entrypoint: str
    command: tuple[str, ...]
    variables: dict[str, str]
    port_variable: str
    port: int
    options: tuple[str, ...]
    grace: float
    health: Health


class Found(Struct, frozen=True, kw_only=True):
    """A container as the engine shows it."""

    id: str
    group: str
    index: int
    port: int
    status: str  # created running exited …
    pid: int
    restarts: int
    since: float
    code: int
    complaint: str


class ContainerPlatform:
    def __init__(self, setup: Setup, *, engine: Engine | None = None) -> None:
        self.setup = setup
        self.folder = os.path.join(home.state(), "instances", setup.name)
        for name in ("groups", "logs", STOPPING):
            home.made(os.path.join(self.folder, name))
        self._engine = engine or needed()
        self._owner = f"{zlib.crc32(home.state().encode()):08x}-{setup.name}"
        self._prober = Prober()

    # --- the seam --------------------------------------------------------------------------

    def apply(self, groups: tuple[Group, ...], epoch: int) -> None:
        with fenced(self.folder, epoch):
            recipes = {group.name: self._recipe(group) for group in groups}
            write(self._file("desired.json"), msgspec.json.encode(groups).decode())
            wanted = {(g.name, index) for g in groups for index in range(g.instances)}
            there = {(f.group, f.index): f for f in self._found()}
            for place, found in there.items():
                if place not in wanted:
                    self._drain(found)
            for group, index in sorted(wanted):
                self._have(recipes[group], group, index, there.get((group, index)))
            self._tidy({group for group, _ in wanted | there.keys()})

    def observe(self) -> tuple[InstanceStatus, ...]:
        wanted = {g.name: g.instances for g in self._desired()}
        found = []
        targets = []
        for each in self._found():
            leaving = each.index >= wanted.get(each.group, 0)
            if leaving and each.status in ("exited", "stopped", "created", "configured", "dead"):
                continue
            state = _state(each, leaving or self._is_stopping(each))
            found.append((each, state))
            recipe = self._stored(each.group)
            if recipe and state == "starting" and each.status == "running":
                targets.append(self._target(recipe, each))
        findings = self._prober.look(targets)
        return tuple(
            _status(each, state, findings.get(self._name(each.group, each.index)))
            for each, state in sorted(found, key=lambda f: (f[0].group, f[0].index))
        )

    def logs(self, group: str, index: int, lines: int) -> bytes:
        name = self._name(group, index)
        answer = ask(self._engine.argv("logs", "--tail", str(lines), name))
        if answer.code == 0:
            return os.fsencode(answer.output + answer.complaint)
        return tail(self._log(group, index), lines)

    # --- how -------------------------------------------------------------------------------

    def _have(self, recipe: Recipe, group: str, index: int, found: Found | None) -> None:
        if found is not None and self._is_stopping(found):
            # It was on its way out, and is wanted again: a new one, as soon as it has gone.
            self._engine.remove(found.id)
            self._forget_stop(found)
            found = None
        if found is None:
            self._start(recipe, group, index)
        elif _over(found):
            self._engine.remove(found.id)
            self._start(recipe, group, index)

    def _start(self, recipe: Recipe, group: str, index: int) -> None:
        name = self._name(group, index)
        port = ports.port(name, HOST)
        if not ports.is_free(HOST, port):
            port = ports.port(name, HOST, avoid=port)
        try:
            self._engine.start(self._container(recipe, group, index, port))
        except HeadwayError as error:
            if "already in use" not in error.message:
                raise
            # The port, taken in between; or the name, by a container half made.
            self._engine.remove(name)
            port = ports.port(name, HOST, avoid=port)
            self._engine.start(self._container(recipe, group, index, port))

    def _container(self, recipe: Recipe, group: str, index: int, port: int) -> Container:
        files = (Mount(recipe.files, FILES, read_only=True),) if recipe.files else ()
        return Container(
            recipe.image,
            name=self._name(group, index),
            entrypoint=recipe.entrypoint,
            command=recipe.command,
            env=self._environment(recipe, group, index),
            mounts=files,
            ports=(f"{HOST}:{port}:{recipe.port}",),
            directory=FILES if files else "",
            labels={OWNER: self._owner, GROUP: group, INDEX: str(index), PORT: str(port)},
            options=recipe.options,
        )

    def _environment(self, recipe: Recipe, group: str, index: int) -> dict[str, str]:
        return {
            "HOST": "0.0.0.0",
            "HEADWAY_ENVIRONMENT": self.setup.name,
            "HEADWAY_GROUP": group,
            "HEADWAY_VERSION": recipe.version,
            "HEADWAY_RELEASE": recipe.release,
            "HEADWAY_INSTANCE": str(index),
            **recipe.variables,
            recipe.port_variable: str(recipe.port),
        }

    def _recipe(self, group: Group) -> Recipe:
        """As it was when the group was first asked for; now, if that is now."""
        known = self._stored(group.name)
        if known is None:
            known = self._new_recipe(group)
            write(self._file("groups", f"{group.name}.json"), _ENCODER.encode(known).decode())
        return known

    def _new_recipe(self, group: Group) -> Recipe:
        environment = self.setup.environment
        image, files = self.setup.image(group.release), ""
        if not image:
            image, files = environment.image, self.setup.files(group.release)
        if not image:
            raise HeadwayError(
                f"{group.version} is files, and there is no image to run them in",
                hint="give the environment an image, or release an image",
            )
        known = self._engine.image(image)
        if not known:
            raise HeadwayError(f"the image {image} isn't on this machine", hint="pull it first")
        command = environment.command
        shell = isinstance(command, str) and bool(command)
        return Recipe(
            release=group.release,
            version=group.version,
            image=known,
            files=files,
            entrypoint="/bin/sh" if shell else "",
            command=("-c", str(command)) if shell else tuple(command),
            variables=dict(self.setup.variables),
            port_variable=environment.port_variable,
            port=environment.port,
            options=self._options(),
            grace=environment.grace,
            health=environment.health,
        )

    def _options(self) -> tuple[str, ...]:
        environment = self.setup.environment
        limits = environment.limits
        given = {
            "--memory": f"{limits.memory}b" if limits.memory else "",
            "--cpus": f"{limits.cpus:g}" if limits.cpus else "",
            "--ulimit": f"nofile={limits.open_files}" if limits.open_files else "",
            "--pids-limit": str(limits.processes) if limits.processes else "",
            "--user": environment.user,
            "--restart": f"on-failure:{RESTARTS}",
            "--stop-timeout": str(max(1, round(environment.grace))),
        }
        log = "max-size=10mb" if self._engine.name == "podman" else "max-size=10m"
        return (*(f"{k}={v}" for k, v in given.items() if v), f"--log-opt={log}")

    def _drain(self, found: Found) -> None:
        if found.status in ("exited", "stopped", "created", "configured", "dead"):
            self._save(found)
            self._engine.remove(found.id)
            self._forget_stop(found)
            return
        recipe = self._stored(found.group)
        grace = str(max(1, round(recipe.grace))) if recipe else "10"
        marker = self._stop_file(found)
        told = os.stat(marker).st_mtime if os.path.exists(marker) else 0.0
        if time.time() - told > float(grace) + 10:  # not told yet, or who told it was killed
            write(marker, found.id)
            leave(self._engine.argv("stop", "--time", grace, found.id))

    def _is_stopping(self, found: Found) -> bool:
        try:
            with open(self._stop_file(found), encoding="ascii") as file:
                return file.read() == found.id
        except FileNotFoundError:
            return False

    def _forget_stop(self, found: Found) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._stop_file(found))

    def _stop_file(self, found: Found) -> str:
        return self._file(STOPPING, f"{found.group}-{found.index}")

    def _save(self, found: Found) -> None:
        text = self.logs(found.group, found.index, SAVED)
        write(self._log(found.group, found.index), text.decode("utf-8", "replace"))

    def _target(self, recipe: Recipe, found: Found) -> Target:
        name = self._name(found.group, found.index)
        health = recipe.health
        if health.command:
            inside = self._engine.argv("exec", name, "/bin/sh", "-c", health.command)
            health = msgspec.structs.replace(health, command=shlex.join(inside))
        return Target(
            name=name,
            identity=f"{found.id}/{found.pid}",
            health=health,
            host=HOST,
            port=found.port,
            since=found.since,
            env=dict(os.environ),
        )

    def _found(self) -> list[Found]:
        mark = f"label={OWNER}={self._owner}"
        for _ in range(3):
            listing = ask(
                self._engine.argv("ps", "--all", "--quiet", "--no-trunc", "--filter", mark)
            )
            if listing.code != 0:
                raise HeadwayError(f"{self._engine.name} ps failed: {last_words(listing)}")
            if not listing.lines:
                return []
            answer = ask(self._engine.argv("container", "inspect", *listing.lines))
            if answer.code == 0:
                return [_found(each) for each in json.loads(answer.output)]
            # One of them went in between: again.
        raise HeadwayError(f"{self._engine.name} inspect failed: {last_words(answer)}")

    def _name(self, group: str, index: int) -> str:
        return f"headway-{self._owner}-{group}-{index}".replace("~", "-").replace("+", "-")

    def _desired(self) -> tuple[Group, ...]:
        with contextlib.suppress(FileNotFoundError), open(self._file("desired.json"), "rb") as file:
            return msgspec.json.decode(file.read(), type=tuple[Group, ...])
        return ()

    def _stored(self, group: str) -> Recipe | None:
        path = self._file("groups", f"{group}.json")
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            return _DECODER.decode(file.read())
        return None

    def _file(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    def _log(self, group: str, index: int) -> str:
        return self._file("logs", f"{group}-{index}.log")

    def _tidy(self, kept: Iterable[str]) -> None:
        names = {f"{group}.json" for group in kept}
        for name in os.listdir(self._file("groups")):
            if name.endswith(".json") and name not in names:
                os.unlink(self._file("groups", name))
                ports.release_below(self._name(name.removesuffix(".json"), 0)[:-1])


def _found(shown: dict[str, Any]) -> Found:
    labels, state = shown["Config"]["Labels"], shown["State"]
    return Found(
        id=shown["Id"],
        group=labels[GROUP],
        index=int(labels[INDEX]),
        port=int(labels[PORT]),
        status=state["Status"],
        pid=int(state.get("Pid", 0)),
        restarts=int(shown.get("RestartCount", 0)),
        since=_moment(state.get("StartedAt", "")),
        code=int(state.get("ExitCode", 0)),
        complaint="out of memory" if state.get("OOMKilled") else state.get("Error", ""),
    )


def _over(found: Found) -> bool:
    """Whether the engine won't start it again, and it is time that we do."""
    if found.status in ("created", "configured"):  # whoever made it was killed before the start
        return True
    ended = found.status not in ("running", "restarting", "paused", "removing")
    return ended and time.time() - found.since > AGAIN


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
    return max(0.0, moment)


def _state(found: Found, leaving: bool) -> State:
    """`starting` where its health decides."""
    if leaving:
        return "draining"
    if found.status in ("exited", "stopped", "dead"):
        restarting = found.code != 0 and found.restarts < RESTARTS
        return "unhealthy" if restarting and time.time() - found.since < AGAIN else "failed"
    return "unhealthy" if found.status in ("restarting", "paused") else "starting"


def _status(found: Found, state: State, finding: Finding | None) -> InstanceStatus:
    reason = ""
    if state in ("failed", "unhealthy"):
        reason = found.complaint or f"{found.status} with exit code {found.code}"
    if state == "starting" and finding is not None:
        reason = finding.reason
        state = "healthy" if finding.healthy else "starting" if finding.starting else "unhealthy"
    return InstanceStatus(
        group=found.group,
        index=found.index,
        state=state,
        host=HOST,
        port=found.port,
        pid=found.pid,
        restarts=found.restarts,
        since=found.since,
        reason=reason,
    )


_ENCODER = msgspec.json.Encoder(enc_hook=float)
_DECODER = msgspec.json.Decoder(Recipe, dec_hook=lambda kind, value: kind(value))
