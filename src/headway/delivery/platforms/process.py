"""Instances as processes of this machine, kept by the supervisor.

`state()/instances/ENVIRONMENT` has

    epoch, desired.json      who may act, and what was asked for last
    groups/GROUP.json        how this group is started: fixed when it first is, so that the old
                             version comes back as it was, whatever headway.yaml says by then
    GROUP/INDEX/             an instance's own folder (as another user: see account.py)
    logs/GROUP-INDEX.log     its output

A draining instance has no entry in the supervisor's configuration any more: it ends, and
nothing starts it again, even if the supervisor is killed meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from headway import home
from headway.clients.supervisor import Program, Status, Supervisor
from headway.delivery.desired import Group
from headway.delivery.fencing import fenced, write
from headway.delivery.health import Health
from headway.delivery.platforms import ports
from headway.delivery.platforms.account import Account, account, group_folder, provide
from headway.delivery.platforms.base import InstanceStatus, State
from headway.delivery.platforms.health import Finding, Prober, Target
from headway.delivery.platforms.logs import tail
from headway.delivery.platforms.setup import Setup
from headway.units import Size

HOST = "127.0.0.1"
AGAIN = 60.0  # seconds after which one that had failed for good is tried again by `apply`
KEPT = 20  # groups that are gone and whose logs are kept


class Recipe(Struct, frozen=True, kw_only=True):
    """How the instances of one group are started."""

    release: str
    version: str
    argv: tuple[str, ...]
    stop_group: bool
    cwd: str
    folder: str  # of the instances' own folders
    account: Account
    variables: dict[str, str]
    port_variable: str
    limits: dict[str, int]
    grace: float
    health: Health


class ProcessPlatform:
    def __init__(self, setup: Setup, *, supervisor: Supervisor | None = None) -> None:
        self.setup = setup
        self.folder = os.path.join(home.state(), "instances", setup.name)
        for name in ("groups", "logs"):
            home.made(os.path.join(self.folder, name))
        self._supervisor = supervisor or Supervisor()
        self._prober = Prober()

    # --- the seam --------------------------------------------------------------------------

    def apply(self, groups: tuple[Group, ...], epoch: int) -> None:
        with fenced(self.folder, epoch):
            recipes = {group.name: self._recipe(group) for group in groups}
            wanted = {
                self._name(group.name, index): (group.name, index)
                for group in groups
                for index in range(group.instances)
            }
            write(self._desired_file(), msgspec.json.encode(groups).decode())
            known = self._known()
            gone = [n for n, status in known.items() if n not in wanted and status.kept]
            if gone:
                self._supervisor.stop(*gone)
            self._mend(wanted, known)
            programs = [
                self._program(recipes[group], group, index) for group, index in wanted.values()
            ]
            self._supervisor.add(*programs)
            self._supervisor.reap()
            self._tidy(recipes.keys())

    def observe(self) -> tuple[InstanceStatus, ...]:
        found: list[InstanceStatus] = []
        targets: list[Target] = []
        wanted = {g.name: g.instances for g in self._desired()}
        for name, status in sorted(self._known().items()):
            group, index = self._place(name)
            leaving = not status.kept or index >= wanted.get(group, 0)
            over = status.state in ("stopped", "exited", "failed")
            if leaving and over and not status.pid:
                continue
            found.append(self._observed(status, group, index, leaving))
            recipe = self._stored(group)
            if recipe and status.pid and not leaving:
                targets.append(self._target(recipe, status, group, index))
        findings = self._prober.look(targets)
        return tuple(self._judged(s, findings.get(self._name(s.group, s.index))) for s in found)

    def logs(self, group: str, index: int, lines: int) -> bytes:
        return tail(self._log(group, index), lines)

    # --- how -------------------------------------------------------------------------------

    def _observed(self, status: Status, group: str, index: int, leaving: bool) -> InstanceStatus:
        state: State = "starting"
        if leaving:
            state = "draining"
        elif status.state == "failed":
            state = "failed"
        elif status.state in ("backoff", "exited"):  # it will be started again
            state = "unhealthy"
        reason = ""
        if state in ("failed", "unhealthy"):
            reason = self._last_words(group, index) or status.reason
        return InstanceStatus(
            group=group,
            index=index,
            state=state,
            host=HOST,
            port=ports.known(self._name(group, index)),
            pid=status.pid,
            restarts=max(0, status.starts - 1),
            since=status.since,
            reason=reason,
        )

    def _judged(self, status: InstanceStatus, finding: Finding | None) -> InstanceStatus:
        if finding is None or status.state != "starting":
            return status
        state: State = "healthy"
        if not finding.healthy:
            state = "starting" if finding.starting else "unhealthy"
        return msgspec.structs.replace(status, state=state, reason=finding.reason)

    def _target(self, recipe: Recipe, status: Status, group: str, index: int) -> Target:
        name = self._name(group, index)
        return Target(
            name=name,
            identity=f"{status.pid}/{status.starts}",
            health=recipe.health,
            host=HOST,
            port=ports.known(name),
            since=status.since,
            folder=recipe.cwd,
            env=self._environment(recipe, group, index, ports.known(name)),
        )

    def _recipe(self, group: Group) -> Recipe:
        """As it was when the group was first asked for; now, if that is now."""
        known = self._stored(group.name)
        recipe = known or self._new_recipe(group)
        if recipe.account.uid >= 0:
            provide(self.setup.files(recipe.release), recipe.folder, recipe.account)
        if known is None:
            text = _ENCODER.encode(recipe).decode()
            write(self._recipe_file(group.name), text)
        return recipe

    def _new_recipe(self, group: Group) -> Recipe:
        environment = self.setup.environment
        owner = account(environment.user, self.setup.name)
        folder, cwd = os.path.join(self.folder, group.name), self.setup.files(group.release)
        if owner.uid >= 0:
            folder = group_folder(self.setup.name, group.name)
            cwd = os.path.join(folder, "files")
        argv, group_stop = words(environment.command)
        return Recipe(
            release=group.release,
            version=group.version,
            argv=argv,
            stop_group=group_stop,
            cwd=cwd,
            folder=folder,
            account=owner,
            variables={"PATH": os.environ.get("PATH", os.defpath), **self.setup.variables},
            port_variable=environment.port_variable,
            limits=_limits(
                environment.limits.memory,
                environment.limits.open_files,
                environment.limits.processes,
            ),
            grace=environment.grace,
            health=environment.health,
        )

    def _program(self, recipe: Recipe, group: str, index: int) -> Program:
        name = self._name(group, index)
        port = ports.port(name, HOST)
        own = os.path.join(recipe.folder, str(index))
        home.made(own)
        if recipe.account.uid >= 0:
            os.chown(own, recipe.account.uid, recipe.account.gid)
        return Program(
            name=name,
            argv=recipe.argv,
            env=self._environment(recipe, group, index, port),
            cwd=recipe.cwd,
            log=self._log(group, index),
            stop_seconds=recipe.grace,
            stop_group=recipe.stop_group,
            limits=recipe.limits,
            uid=recipe.account.uid,
            gid=recipe.account.gid,
            user=recipe.account.name,
            host=HOST,
            port=port,
        )

    def _environment(self, recipe: Recipe, group: str, index: int, port: int) -> dict[str, str]:
        own = os.path.join(recipe.folder, str(index))
        return {
            "HOME": own,
            "LANG": "C.UTF-8",
            "HOST": HOST,
            "HEADWAY_ENVIRONMENT": self.setup.name,
            "HEADWAY_GROUP": group,
            "HEADWAY_VERSION": recipe.version,
            "HEADWAY_RELEASE": recipe.release,
            "HEADWAY_INSTANCE": str(index),
            "HEADWAY_INSTANCE_DIR": own,
            **recipe.variables,
            recipe.port_variable: str(port),
        }

    def _mend(self, wanted: Iterable[str], known: Mapping[str, Status]) -> None:
        """Those that can't start: another port if theirs is taken; a new try after a while."""
        for name in wanted:
            status = known.get(name)
            if status is None or not status.kept or status.state not in ("failed", "backoff"):
                continue
            port = ports.known(name)
            if port and not status.pid and not ports.is_free(HOST, port):
                self._supervisor.remove(name)
                ports.port(name, HOST, avoid=port)
            elif status.state == "failed" and time.time() - status.since > AGAIN:
                self._supervisor.restart(name)

    def _known(self) -> dict[str, Status]:
        prefix = f"{self.setup.name}~"
        return {n: s for n, s in self._supervisor.status().items() if n.startswith(prefix)}

    def _name(self, group: str, index: int) -> str:
        return f"{self.setup.name}~{group}~{index}"

    def _place(self, name: str) -> tuple[str, int]:
        group, _, index = name.removeprefix(f"{self.setup.name}~").rpartition("~")
        return group, int(index)

    def _desired(self) -> tuple[Group, ...]:
        with contextlib.suppress(FileNotFoundError), open(self._desired_file(), "rb") as file:
            return msgspec.json.decode(file.read(), type=tuple[Group, ...])
        return ()

    def _stored(self, group: str) -> Recipe | None:
        with contextlib.suppress(FileNotFoundError), open(self._recipe_file(group), "rb") as file:
            return _DECODER.decode(file.read())
        return None

    def _desired_file(self) -> str:
        return os.path.join(self.folder, "desired.json")

    def _recipe_file(self, group: str) -> str:
        return os.path.join(self.folder, "groups", f"{group}.json")

    def _log(self, group: str, index: int) -> str:
        return os.path.join(self.folder, "logs", f"{group}-{index}.log")

    def _last_words(self, group: str, index: int) -> str:
        lines = tail(self._log(group, index), 1).decode("utf-8", "replace").strip()
        return lines.removeprefix("headway: ")

    def _tidy(self, groups: Iterable[str]) -> None:
        """What groups leave that are gone: their folders and ports at once, logs later."""
        running = {self._place(name)[0] for name in self._known()}
        kept = {*running, *groups}
        gone = []
        for entry in os.scandir(os.path.join(self.folder, "groups")):
            group = entry.name.removesuffix(".json")
            if entry.name.endswith(".json") and group not in kept:
                gone.append((entry.stat().st_mtime, group))
        for _, group in gone:
            recipe = self._stored(group)
            if recipe:
                shutil.rmtree(recipe.folder, ignore_errors=True)
            if recipe and recipe.account.uid >= 0:
                with contextlib.suppress(OSError):  # others may be there
                    os.removedirs(os.path.dirname(recipe.folder))
            os.unlink(self._recipe_file(group))
            ports.release_below(f"{self.setup.name}~{group}~")
        self._tidy_logs(kept)

    def _tidy_logs(self, kept: set[str]) -> None:
        logs = os.path.join(self.folder, "logs")
        old = sorted(
            (e.stat().st_mtime, e.path)
            for e in os.scandir(logs)
            if e.name.rpartition("-")[0] not in kept
        )
        for _, path in old[: max(0, len(old) - KEPT * 4)]:
            os.unlink(path)


def words(command: str | tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The argument list, and whether SIGTERM must go to the whole process group.

    A shell stays beside what it runs and doesn't pass SIGTERM on; for a plain command it is
    told to become it.
    """
    if not isinstance(command, str):
        return command, False
    plain = _PLAIN.fullmatch(command.strip())
    if plain and plain[1] not in _SHELL_WORDS:
        return ("/bin/sh", "-c", f"exec {command.strip()}"), False
    return ("/bin/sh", "-c", command), True


_PLAIN = re.compile(r"""([\w./+-]+)(?:\s[\w\s./+:,@%=$"'{}-]*)?""")
_SHELL_WORDS = frozenset("cd export exec for if while until case set ulimit umask . eval".split())


def _limits(memory: Size | None, files: int | None, processes: int | None) -> dict[str, int]:
    # Data, not address space: runtimes reserve far more addresses than they use memory.
    limits = {"RLIMIT_DATA": memory, "RLIMIT_NOFILE": files, "RLIMIT_NPROC": processes}
    return {name: int(value) for name, value in limits.items() if value is not None}


_ENCODER = msgspec.json.Encoder(enc_hook=float)
_DECODER = msgspec.json.Decoder(Recipe, dec_hook=lambda kind, value: kind(value))
