"""Keeps programs running when no Headway process does: supervisord, one a state folder.

Everything of it is in `state()/supervisor`, for its owner only:

    supervisord.conf, programs/NAME.conf   what supervisord reads
    specs/NAME.json                        argument list, environment, limits: for launch.py
    records/NAME.json                      which process it is, written by launch.py
    logs/NAME.json                         which file the keeper turns over, and when

Contract. `ensure` may be told the same again at any time; it starts what is missing and leaves
a running program alone, whatever its spec says meanwhile: `replace` is another name, or
`remove` first. Several processes may call at once. kill -9 of supervisord ends no program: the
keeper, or the next `ensure`, starts a new supervisord, whose launchers find each orphan by its
record and stand in for it (see launch.py).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from headway import home
from headway.clients import launch
from headway.clients.http import Unreachable, request
from headway.clients.supervisor_files import Files, Program, socket_path, unlink, write
from headway.errors import HeadwayError

State = Literal["starting", "running", "backoff", "stopping", "stopped", "exited", "failed"]
__all__ = ["Program", "Status", "Supervisor", "socket_path"]

KEEPER = "keeper"
_START = 10.0  # seconds that supervisord may take to answer
_STATES: dict[int, State] = {
    0: "stopped",
    10: "starting",
    20: "running",
    30: "backoff",
    40: "stopping",
    100: "exited",
    200: "failed",
}


class Status(Struct, frozen=True, kw_only=True):
    name: str
    state: State
    pid: int = 0
    since: float = 0.0  # seconds since 1970
    starts: int = 0
    reason: str = ""
    kept: bool = True  # False: told to go, and only waited for


class Supervisor:
    def __init__(self, folder: str = "") -> None:
        self.folder = folder or os.path.join(home.state(), "supervisor")
        self._files = Files(self.folder)
        self.socket = socket_path(self.folder, "supervisor.sock")

    # --- programs --------------------------------------------------------------------------

    def ensure(self, *programs: Program) -> None:
        """Has them running, and supervisord too. Raises HeadwayError when that can't be."""
        self._ensure(programs, again=True)

    def start(self) -> None:
        """Has supervisord running, and with it whatever it kept before, also after a restart of
        the machine. Raises HeadwayError."""
        with self._locked():
            self._start()

    def add(self, *programs: Program) -> None:
        """As `ensure`, but one that has failed or ended stays as it is."""
        self._ensure(programs, again=False)

    def _ensure(self, programs: tuple[Program, ...], *, again: bool) -> None:
        with self._locked():
            self._start()
            loaded = {p["name"]: _STATES.get(p["state"], "stopped") for p in self._all()}
            for program in programs:
                if program.name in loaded and os.path.exists(self._files.conf(program.name)):
                    if again and loaded[program.name] in ("stopped", "exited", "failed"):
                        self._call("startProcess", program.name, False)
                    continue
                if program.name in loaded:  # on its way out: it is wanted again
                    self._forget(program.name, wait=program.stop_seconds + 1)
                self._files.write(program)
                self._add(program.name)

    def stop(self, *names: str) -> None:
        """Sends SIGTERM, later SIGKILL, and forgets the program; returns at once."""
        with self._locked():
            self._start()
            loaded = {p["name"] for p in self._all()}
            for name in names:
                unlink(self._files.conf(name))
                if name in loaded:
                    self._stop(name)
            self._reap()

    def remove(self, name: str, wait: float = 30.0) -> None:
        """As `stop`, but returns when it is gone, with its files but for the log."""
        with self._locked():
            self._start()
            unlink(self._files.conf(name))
            self._forget(name, wait)

    def reap(self) -> None:
        """Forgets what was told to stop and has stopped."""
        with self._locked():
            if self.running():
                self._reap()

    def restart(self, name: str) -> None:
        """Starts it again even if it had failed for good."""
        with self._locked():
            self._start()
            with contextlib.suppress(HeadwayError):
                self._call("stopProcess", name, True)
            self._call("startProcess", name, False)

    def signal(self, name: str, number: int) -> bool:
        """To the program itself; False when it isn't running."""
        record = self._files.record(name)
        if not record or not launch.alive(record):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(record["pid"], number)
            return True
        return False

    def status(self) -> dict[str, Status]:
        """Every program that is kept or still stopping. Has no effects; a supervisord that is
        gone shows as programs that run, as they do."""
        try:
            found = {p["name"]: self._status(p) for p in self._all()}
        except Unreachable:
            found = {}
        for name in self._files.kept():
            if name not in found:
                found[name] = self._orphan(name)
        found.pop(KEEPER, None)
        return found

    def keep_log(
        self, name: str, path: str, *, size: int = 50 << 20, keep: int = 3, reopen: str = ""
    ) -> None:
        """Has the keeper turn over a log that isn't a program's output."""
        log = {"path": path, "bytes": size, "keep": keep, "reopen": reopen}
        write(os.path.join(self.folder, "logs", f"{name}.json"), json.dumps(log))

    def forget_log(self, name: str) -> None:
        unlink(os.path.join(self.folder, "logs", f"{name}.json"))

    def output(self, name: str) -> str:
        """The path of a program's log file."""
        return self._files.output(name)

    def running(self) -> bool:
        try:
            return bool(self._call("getState")["statecode"] == 1)
        except HeadwayError:
            return False

    def shutdown(self, wait: float = 30.0) -> None:
        """Ends every program and supervisord itself."""
        with self._locked():
            self._shutdown(wait)

    def retire(self, wait: float = 30.0) -> bool:
        """Ends supervisord when it keeps nothing any more, after what was told to stop has
        ended; whether it is gone."""
        with self._locked():
            kept = any(status.kept for status in self.status().values())
            if not kept and self.running() and _until(self._alone, wait):
                self._shutdown(wait)
            return not self.running()

    def _alone(self) -> bool:
        self._reap()
        return {p["name"] for p in self._all()} <= {KEEPER}

    def _shutdown(self, wait: float) -> None:
        if not self.running():
            return
        pid = int(self._call("getPID"))
        with contextlib.suppress(HeadwayError):
            self._call("shutdown")
        _until(lambda: not os.path.exists(f"/proc/{pid}"), wait)

    # --- how -------------------------------------------------------------------------------

    def _status(self, info: dict[str, Any]) -> Status:
        name = info["name"]
        record = self._files.record(name)
        state = _STATES.get(info["state"], "stopped")
        running = bool(record) and launch.alive(record)
        if state in ("backoff", "failed", "exited", "starting") or not running:
            reason = info["spawnerr"] or info["description"]
        else:
            reason = ""
        return Status(
            name=name,
            state=state,
            pid=record["pid"] if running else 0,
            since=float(record.get("since", 0.0)),
            starts=int(record.get("starts", 0)),
            reason=str(reason),
            kept=os.path.exists(self._files.conf(name)),
        )

    def _orphan(self, name: str) -> Status:
        record = self._files.record(name)
        running = bool(record) and launch.alive(record)
        return Status(
            name=name,
            state="running" if running else "stopped",
            pid=record["pid"] if running else 0,
            since=float(record.get("since", 0.0)),
            starts=int(record.get("starts", 0)),
            reason="the supervisor isn't running",
        )

    def _start(self) -> None:
        if self.running():
            return
        self._files.write_main(self.socket)
        self._files.write(self._keeper())
        start = self._start_command()
        write(os.path.join(self.folder, "start.json"), json.dumps(start))
        done = subprocess.run(
            start["argv"],
            env=start["env"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode or not _until(self.running, _START):
            said = (done.stderr + done.stdout).decode(errors="replace").strip().splitlines()
            raise HeadwayError(
                f"supervisord can't be started: {said[-1] if said else 'it does not answer'}",
                hint=f"see {self.folder}/supervisord.log; pip install 'headway[delivery]'",
            )

    def _start_command(self) -> dict[str, Any]:
        """Nothing of the caller's environment: no secrets, and no marks of a job that ends."""
        kept = ("PATH", "HOME", "LANG", "TZ", "CONTAINERS_CONF", "XDG_RUNTIME_DIR")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        script = os.path.join(os.path.dirname(__file__), "supervisord.py")
        argv = [sys.executable, "-P", script, "-c", self._files.main]
        return {"argv": argv, "env": env, "socket": self.socket}

    def _keeper(self) -> Program:
        script = os.path.join(os.path.dirname(__file__), "keeper.py")
        return Program(
            name=KEEPER,
            argv=(sys.executable, "-I", "-S", script, self.folder),
            env={},
            start_retries=1000,
        )

    def _add(self, name: str) -> None:
        self._call("reloadConfig")
        self._call("addProcessGroup", name)

    def _stop(self, name: str) -> None:
        spec = self._files.spec(name)
        with contextlib.suppress(OSError):
            os.utime(spec)  # when it was told to stop
        record = self._files.record(name)
        if record and launch.alive(record) and not self._has_parent(name, record["pid"]):
            with contextlib.suppress(OSError):
                os.kill(record["pid"], signal.SIGTERM)
        # Not running: then there is nothing to stop.
        with contextlib.suppress(HeadwayError):
            self._call("stopProcess", name, False)

    def _has_parent(self, name: str, pid: int) -> bool:
        """Whether supervisord, or a stand-in that is ready, will tell it to end."""
        with contextlib.suppress(HeadwayError, OSError, ValueError):
            parent = int(self._call("getProcessInfo", name)["pid"])
            if parent == pid:
                return True
            with open(launch.beside(self._files.record_path(name)), encoding="ascii") as file:
                return parent != 0 and int(file.read()) == parent
        return False

    def _forget(self, name: str, wait: float) -> None:
        self._stop(name)

        def gone() -> bool:
            self._reap()
            return name not in {p["name"] for p in self._all()}

        if not _until(gone, wait):
            raise HeadwayError(f"{name} doesn't end")

    def _reap(self) -> None:
        everything = self._all()
        for info in everything:
            name, state = info["name"], _STATES.get(info["state"], "stopped")
            if os.path.exists(self._files.conf(name)) or state == "stopping":
                continue
            if state not in ("stopped", "exited", "failed"):
                self._stop(name)  # it wasn't started yet when it was told to stop
            elif self._end_rest(name):
                with contextlib.suppress(HeadwayError):
                    self._call("removeProcessGroup", name)
                self._files.forget(name)
        for name in self._files.recorded() - {info["name"] for info in everything}:
            # Whoever told it to stop was killed, and then the supervisor.
            if not os.path.exists(self._files.conf(name)) and self._end_rest(name):
                self._files.forget(name)

    def _end_rest(self, name: str) -> bool:
        """Whether nothing of it runs. An orphan without a stand-in has its grace, too."""
        record = self._files.record(name)
        if not record or not launch.alive(record):
            return True
        end = os.killpg, signal.SIGKILL
        with contextlib.suppress(OSError, ValueError):
            told = os.stat(self._files.spec(name)).st_mtime
            with open(self._files.spec(name), encoding="utf-8") as file:
                grace = float(json.load(file)["stop_seconds"])
            if told < record["since"]:  # not yet: the spec is older than the process
                os.utime(self._files.spec(name))
                end = os.kill, signal.SIGTERM
            elif time.time() - told < grace:
                return False
        with contextlib.suppress(OSError):
            end[0](record["pid"], end[1])
        return False

    def _all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("getAllProcessInfo")
        return found

    def _call(self, method: str, *arguments: Any) -> Any:
        body = xmlrpc.client.dumps(arguments, f"supervisor.{method}").encode()
        headers = {"Content-Type": "text/xml"}
        reply = request("POST", "/RPC2", body=body, headers=headers, unix=self.socket, timeout=30.0)
        try:
            return xmlrpc.client.loads(reply.body)[0][0]
        except xmlrpc.client.Fault as fault:
            raise HeadwayError(f"supervisord: {method}: {fault.faultString}") from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with open(os.path.join(self.folder, "lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _until(done: Any, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


if __name__ == "__main__":  # for whoever starts a machine's programs: cron's @reboot, systemd
    Supervisor().start()
