"""Containers, through the command line of podman or docker, whichever is there; rootless too.

What a container should be is a value (`Container`); `Engine` turns it into argument lists and
carries out what needs no watching. Everything that is made carries the label `LABEL` with the
run's id, so that whatever a killed process left is found and removed by the next start.
"""

from __future__ import annotations

import os

from headway.clients.program import ask
from headway.errors import HeadwayError, UsageError
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from headway.clients.program import Answer

LABEL = "dev.headway.run"
HOST = "host"  # the network of this machine itself
ENGINES = ("podman", "docker")
CHOICE = "HEADWAY_CONTAINER_ENGINE"  # podman, docker, or the path of either
NONE = "there is neither podman nor a running docker"
INSTALL = f"install podman (Debian: apt install podman), or start docker; {CHOICE} names one"
# The engine reads these itself: for a container they are given in the argument list. All else
# is handed over by name alone, so that no secret stands in a list that everybody can read.
_OWN = frozenset(("HOME", "PATH", "USER", "LOGNAME", "TMPDIR", "PWD", "SHELL", "LANG", "TZ"))
_OWN_PREFIXES = ("DOCKER_", "CONTAINER", "PODMAN_", "BUILDAH_", "REGISTRY_", "XDG_", "LD_", "LC_")


class Mount(Value):
    """A folder or file of this machine as the container sees it."""

    source: str
    target: str
    read_only: bool = False


class Image(Value):
    """An image of this machine: the name under which it is here, and its variables."""

    name: str
    env: Mapping[str, str]


class Container(Value):
    """One container. `command` are the arguments after the image; `options` go in as they are.

    `ports` are as `--publish` takes them; `env` may hold secrets.
    """

    image: str
    name: str = ""
    entrypoint: str = ""
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    mounts: tuple[Mount, ...] = ()
    ports: tuple[str, ...] = ()
    network: str = ""
    aliases: tuple[str, ...] = ()  # names in the network
    directory: str = ""
    labels: Mapping[str, str] = {}
    options: tuple[str, ...] = ()


class Engine:
    """podman or docker. Methods without a result of their own raise HeadwayError."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.name = os.path.basename(program)

    def argv(self, *arguments: str) -> list[str]:
        return [self.program, *arguments]

    # --- argument lists, for whoever watches the program ----------------------------------

    def run(self, container: Container, *flags: str) -> list[str]:
        """`run`, attached; with `--detach` among the flags it prints the id and ends."""
        return self._create("run", container, flags)

    def create(self, container: Container, *flags: str) -> list[str]:
        return self._create("create", container, flags)

    def _create(self, verb: str, container: Container, flags: Sequence[str]) -> list[str]:
        c = container
        argv = self.argv(verb, *flags)
        if self.name == "podman":
            # What is mounted is the job's own folders: SELinux must let the container at them.
            argv += ["--security-opt", "label=disable"]
        for flag, value in (
            ("--name", c.name),
            ("--workdir", c.directory),
            ("--network", c.network),
            ("--entrypoint", c.entrypoint),
        ):
            if value:
                argv += [flag, value]
        argv += [f"--label={name}={value}" for name, value in c.labels.items()]
        argv += [f"--network-alias={name}" for name in c.aliases]
        argv += [f"--publish={port}" for port in c.ports]
        argv += [f"--volume={_volume(mount)}" for mount in c.mounts]
        argv += [f"--env={n}={v}" if _own(n) else f"--env={n}" for n, v in c.env.items()]
        return [*argv, *c.options, c.image, *c.command]

    def environment(self, container: Container) -> dict[str, str]:
        """Variables of the program that `run` or `create` starts: its own, and the values."""
        return self.variables(container.env)

    def execute(
        self,
        name: str,
        argv: Sequence[str],
        *,
        directory: str = "",
        env: Mapping[str, str] | None = None,
    ) -> list[str]:
        """A program in a container that runs; to be started with `variables(env)`."""
        where = ["--workdir", directory] if directory else []
        given = [f"--env={n}={v}" if _own(n) else f"--env={n}" for n, v in (env or {}).items()]
        return self.argv("exec", *where, *given, name, *argv)

    def variables(self, env: Mapping[str, str]) -> dict[str, str]:
        """Variables of a program that hands `env` on by name: its own, and the values."""
        return {**os.environ, **{n: v for n, v in env.items() if not _own(n)}}

    def build(
        self,
        folder: str,
        file: str,
        tag: str,
        labels: Mapping[str, str] | None = None,
        id_file: str = "",
    ) -> list[str]:
        """Into `id_file` the image's id is written: a tag may be another's a moment later."""
        marks = [f"--label={name}={value}" for name, value in (labels or {}).items()]
        told = [f"--iidfile={id_file}"] if id_file else []
        return self.argv("build", "--tag", tag, "--file", file, *told, *marks, folder)

    def pull(self, image: str) -> list[str]:
        return self.argv("pull", self.qualified(image))

    def qualified(self, image: str) -> str:
        """With its registry: podman doesn't take Docker Hub for granted."""
        first, slash, _ = image.partition("/")
        if self.name == "docker" or (slash and ("." in first or ":" in first)):
            return image
        if slash and first == "localhost":
            return image
        return f"docker.io/{image}" if slash else f"docker.io/library/{image}"

    # --- short work ----------------------------------------------------------------------

    def image(self, name: str) -> str:
        """The name under which the image is here; "" when it is not."""
        found = self.find_image(name)
        return found.name if found else ""

    def find_image(self, name: str) -> Image | None:
        import json

        for known in dict.fromkeys((name, self.qualified(name))):
            answer = ask(self.argv("image", "inspect", "--format", "{{json .Config}}", known))
            if answer.code == 0:
                return Image(known, _variables(json.loads(answer.output)))
        return None

    def start(self, container: Container) -> str:
        """Starts it in the background; its id. Raises HeadwayError."""
        argv = self._create("run", container, ("--detach",))
        answer = ask(argv, 300, self.environment(container))
        if answer.code != 0:
            raise HeadwayError(f"{container.image} can't be started: {last_words(answer)}")
        return answer.output.strip().splitlines()[-1]

    def make_network(self, name: str, labels: Mapping[str, str]) -> None:
        marks = [f"--label={key}={value}" for key, value in labels.items()]
        self._done("network", "create", *marks, name)

    @property
    def default_network(self) -> str:
        """The network of containers that name none."""
        return "podman" if self.name == "podman" else "bridge"

    def host_address(self, network: str) -> tuple[str, str]:
        """What a server here has to listen on so that containers of a network reach it, and
        the name under which they do. Rootless networks have no address of this machine."""
        import json

        if network == HOST:
            return "127.0.0.1", "127.0.0.1"
        answer = ask(self.argv("network", "inspect", network))
        about = json.loads(answer.output)[0] if answer.code == 0 else {}
        known = [*about.get("subnets", ()), *(about.get("IPAM", {}).get("Config") or ())]
        gateways = [entry.get("gateway") or entry.get("Gateway") for entry in known]
        gateway = next((g for g in gateways if g and ":" not in g), "")
        if gateway and (os.geteuid() == 0 or self.name == "docker"):
            return gateway, gateway
        return "0.0.0.0", "host.containers.internal"

    def containers(self, run: str = "") -> list[str]:
        """Ids of the containers, running or not, of a run; of all runs without one."""
        return self._labelled(("ps", "--all", "--quiet", "--no-trunc"), run)

    def networks(self, run: str = "") -> list[str]:
        return self._labelled(("network", "ls", "--quiet"), run)

    def _labelled(self, listing: tuple[str, ...], run: str) -> list[str]:
        mark = f"label={LABEL}={run}" if run else f"label={LABEL}"
        answer = ask(self.argv(*listing, "--filter", mark))
        if answer.code != 0:
            raise HeadwayError(f"{self.name} {listing[0]} failed: {last_words(answer)}")
        return answer.lines

    def ports(self, name: str) -> dict[str, str]:
        """Port in the container → port of this machine; `53/udp` for what isn't TCP."""
        found: dict[str, str] = {}
        for line in ask(self.argv("port", name)).lines:  # 6379/tcp -> 127.0.0.1:34567
            inner, _, outer = line.partition(" -> ")
            found.setdefault(inner.removesuffix("/tcp"), outer.rpartition(":")[2])
        return found

    def own_environment(self, name: str) -> dict[str, str]:
        """The variables that the container was made with, its image's included."""
        import json

        answer = ask(self.argv("inspect", "--format", "{{json .Config}}", name))
        return _variables(json.loads(answer.output) if answer.code == 0 else None)

    def remove(self, *names: str) -> None:
        """Ends and deletes containers, with their anonymous volumes; those gone already too."""
        if not names:
            return
        at_once = ("--time", "0") if self.name == "podman" else ()
        answer = ask(self.argv("rm", "--force", "--volumes", *at_once, *names))
        complaints = [line for line in answer.complaint.splitlines() if line.strip()]
        gone = ("no such container", "already in progress")
        real = [c for c in complaints if not any(words in c.lower() for words in gone)]
        if answer.code != 0 and (real or not complaints):
            raise HeadwayError(f"containers can't be removed: {(real or [str(answer.code)])[-1]}")

    def remove_network(self, *names: str) -> None:
        for name in names:
            answer = ask(self.argv("network", "rm", name))
            if answer.code != 0 and "not found" not in answer.complaint.lower():
                raise HeadwayError(f"network {name} can't be removed: {last_words(answer)}")

    def reap(self, run: str) -> None:
        """Removes every container and network of a run that has ended, however it ended."""
        self.remove(*self.containers(run))
        self.remove_network(*self.networks(run))

    def _done(self, *arguments: str) -> None:
        answer = ask(self.argv(*arguments))
        if answer.code != 0:
            raise HeadwayError(f"{self.name} {arguments[0]} failed: {last_words(answer)}")


def find() -> Engine | None:
    """The engine of this machine. Raises UsageError when the one that was chosen isn't there.

    podman is taken first, for it needs no daemon; docker only when its daemon answers.
    """
    chosen = os.environ.get(CHOICE, "")
    if chosen:
        program = _which(chosen)
        if program is None or os.path.basename(program) not in ENGINES:
            known = " or ".join(ENGINES)
            raise UsageError(f"{CHOICE}={chosen}: expected {known}, or the path of either")
        return Engine(program)
    for name in ENGINES:
        program = _which(name)
        if program is not None and (name == "podman" or _daemon_answers(program)):
            return Engine(program)
    return None


def needed() -> Engine:
    """As `find`. Raises HeadwayError when there is none."""
    engine = find()
    if engine is None:
        raise HeadwayError(NONE, hint=INSTALL)
    return engine


def _daemon_answers(docker: str) -> bool:
    return ask([docker, "version", "--format", "{{.Server.Version}}"], 10).code == 0


def _which(program: str) -> str | None:
    if os.sep in program:
        return program if os.access(program, os.X_OK) else None
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        full = os.path.join(folder or ".", program)
        if os.access(full, os.X_OK) and not os.path.isdir(full):
            return full
    return None


def _variables(config: dict[str, Any] | None) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in (config or {}).get("Env") or () if "=" in pair)


def _own(name: str) -> bool:
    return name.upper() in _OWN or name.upper().startswith(_OWN_PREFIXES)


def _volume(mount: Mount) -> str:
    return f"{mount.source}:{mount.target}{':ro' if mount.read_only else ''}"


def last_words(answer: Answer) -> str:
    said = answer.complaint.strip().splitlines() or answer.output.strip().splitlines()
    # docker closes with where to read on.
    said = [line for line in said if line.strip() and not line.startswith(("Run '", "See '"))]
    return said[-1].removeprefix("Error: ") if said else f"exit code {answer.code}"
