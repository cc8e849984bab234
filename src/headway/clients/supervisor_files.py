"""The files that supervisord, launch.py and keeper.py read, and the one that launch.py writes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from headway import home
from headway.clients import launch
from headway.errors import HeadwayError

SOCKET_LENGTH = 90  # of 107 that a Unix socket's path may have; supervisord adds its pid
_RESTART = {"always": "true", "failure": "unexpected", "never": "false"}


class Program(Struct, frozen=True, kw_only=True):
    """What is to run. `name` is a word of letters, digits and `._~-`.

    `env` is the whole environment; `argv` and `env` are kept in a file for the owner only.
    `limits` are names of the resource module: `{"RLIMIT_NOFILE": 1024}`. With `port`, a start
    fails with a sentence while another program listens there. A program that ends before
    `start_seconds` is started again up to `start_retries` times, each 1 s later than before.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str = "/"
    log: str = ""  # a file; empty: state()/supervisor/output/NAME.log
    log_bytes: int = 10 << 20
    log_keep: int = 3
    log_reopen: str = ""  # a Unix socket that takes POST /reopen_logs, as Envoy's admin does
    restart: Literal["always", "failure", "never"] = "always"
    start_seconds: int = 1
    start_retries: int = 5
    stop_seconds: float = 10.0  # from SIGTERM to SIGKILL
    stop_group: bool = False  # SIGTERM to the whole process group
    limits: Mapping[str, int] = {}
    uid: int = -1
    gid: int = -1
    user: str = ""  # name, for its other groups
    umask: int = 0o022
    host: str = "127.0.0.1"
    port: int = 0


class Files:
    """Of one supervisor's folder; makes what is missing of it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        for name in ("", "programs", "specs", "records", "logs", "output"):
            home.made(os.path.join(folder, name))

    def write_main(self, socket: str) -> None:
        quiet = {"logfile_maxbytes": "1MB", "logfile_backups": "1", "loglevel": "info"}
        main = {
            "logfile": os.path.join(self.folder, "supervisord.log"),
            "pidfile": os.path.join(self.folder, "supervisord.pid"),
            "childlogdir": self.folder,
            "directory": "/",
            "umask": "022",
            **({"user": "root"} if os.geteuid() == 0 else {}),
            **quiet,
        }
        factory = "supervisor.rpcinterface:make_main_rpcinterface"
        text = (
            _section("supervisord", main)
            + _section("unix_http_server", {"file": socket, "chmod": "0700"})
            + _section("rpcinterface:supervisor", {"supervisor.rpcinterface_factory": factory})
            + _section("include", {"files": os.path.join(self.folder, "programs", "*.conf")})
        )
        write(self.main, text)

    def write(self, program: Program) -> None:
        log = program.log or self.output(program.name)
        spec = {
            "name": program.name,
            "argv": list(program.argv),
            "env": dict(program.env),
            "cwd": program.cwd,
            "log": log,
            "record": self.record_path(program.name),
            "limits": dict(program.limits),
            "uid": program.uid,
            "gid": program.gid,
            "user": program.user,
            "umask": program.umask,
            "host": program.host,
            "port": program.port,
            "stop_group": program.stop_group,
            "stop_seconds": program.stop_seconds,
        }
        kept = {
            "path": log,
            "bytes": program.log_bytes,
            "keep": program.log_keep,
            "reopen": program.log_reopen,
        }
        path = self.spec(program.name)
        write(path, json.dumps(spec))
        write(os.path.join(self.folder, "logs", f"{program.name}.json"), json.dumps(kept))
        launcher = [sys.executable, "-I", "-S", str(launch.__file__), path]
        write(self.conf(program.name), _program_section(program, launcher))

    def record(self, name: str) -> dict[str, Any]:
        try:
            with open(self.record_path(name), encoding="utf-8") as file:
                found: dict[str, Any] = json.load(file)
                return found
        except (OSError, ValueError):
            return {}

    def record_path(self, name: str) -> str:
        return os.path.join(self.folder, "records", f"{name}.json")

    def conf(self, name: str) -> str:
        return os.path.join(self.folder, "programs", f"{name}.conf")

    def spec(self, name: str) -> str:
        return os.path.join(self.folder, "specs", f"{name}.json")

    @property
    def main(self) -> str:
        return os.path.join(self.folder, "supervisord.conf")

    def output(self, name: str) -> str:
        """The path of a program's log file."""
        return os.path.join(self.folder, "output", f"{name}.log")

    def kept(self) -> list[str]:
        """The programs that are to run."""
        names = os.listdir(os.path.join(self.folder, "programs"))
        return [name.removesuffix(".conf") for name in names if name.endswith(".conf")]

    def recorded(self) -> set[str]:
        """The programs that were started and not forgotten."""
        names = os.listdir(os.path.join(self.folder, "records"))
        return {name.removesuffix(".json") for name in names if name.endswith(".json")}

    def forget(self, name: str) -> None:
        """All of a program that isn't to run any more and doesn't, but for what it said."""
        for kind in ("specs", "records", "logs"):
            unlink(os.path.join(self.folder, kind, f"{name}.json"))
        unlink(launch.beside(self.record_path(name)))


def socket_path(folder: str, name: str) -> str:
    """Where a Unix socket of this folder is: in it, or, when that path is too long for one, in
    a folder of the user's own below the temporary folder."""
    path = os.path.join(folder, name)
    if len(os.fsencode(path)) <= SOCKET_LENGTH:
        return path
    short = os.path.join("/tmp", f"headway-{os.getuid()}")
    home.made(short)
    info = os.lstat(short)
    if info.st_uid != os.getuid() or info.st_mode & 0o077:
        raise HeadwayError(f"{short} belongs to somebody else", hint="set HEADWAY_HOME")
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return os.path.join(short, f"{key}-{name}")


def _program_section(program: Program, launcher: list[str]) -> str:
    return _section(
        f"program:{program.name}",
        {
            "command": shlex.join(launcher),
            "autostart": "true",
            "autorestart": _RESTART[program.restart],
            "exitcodes": "0",
            "startsecs": str(program.start_seconds),
            "startretries": str(program.start_retries),
            "stopsignal": "TERM",
            "stopwaitsecs": str(max(1, round(program.stop_seconds))),
            "stopasgroup": "true" if program.stop_group else "false",
            "killasgroup": "true",
            "stdout_logfile": "NONE",
            "stderr_logfile": "NONE",
        },
    )


def _section(title: str, values: Mapping[str, str]) -> str:
    lines = [f"{key}={value.replace('%', '%%')}" for key, value in values.items()]
    return "\n".join([f"[{title}]", *lines, "", ""])


def write(path: str, text: str) -> None:
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
        os.replace(beside, path)
    except OSError as error:
        unlink(beside)
        raise HeadwayError(f"{path} can't be written: {error.strerror}") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
