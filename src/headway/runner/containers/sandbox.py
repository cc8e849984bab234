"""A job's container while steps run in it."""

from __future__ import annotations

import signal
import threading

from headway.clients.process import Process
from headway.clients.program import ask
from headway.errors import HeadwayError
from headway.runner.containers.paths import EXTERNALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headway.clients.containers import Engine
    from headway.runner.containers.paths import Paths

# A variable that every process of a program inherits: what a signal has to find in there.
_MARK = "HEADWAY_PROGRAM"
_SIGNAL = (
    'for p in /proc/[0-9]*; do grep -q "$0" "$p/environ" 2> /dev/null && '
    'kill -s "$1" "${p#/proc/}" 2> /dev/null; done'
)


class Sandbox:
    """Programs of a job's steps run through this, in the container `name`.

    `own_env` is the environment that the image and `container.env` give; what steps set comes
    on top of it.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        paths: Paths,
        own_env: Mapping[str, str],
        network: str,
    ) -> None:
        self.engine = engine
        self.name = name
        self.paths = paths
        self.own_env = dict(own_env)
        self._network = network
        self._host: tuple[str, str] | None = None
        self._count = 0
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], str | None] = {}
        self._node = ""

    @property
    def host(self) -> tuple[str, str]:
        """What to listen on to be reached from inside, and its name there."""
        if self._host is None:
            self._host = self.engine.host_address(self._network)
        return self._host

    def start(self, argv: Sequence[str], cwd: str, env: Mapping[str, str]) -> Process:
        """Starts a program; `cwd` is a folder of this machine or of the container."""
        with self._lock:
            self._count += 1
            mark = f"{self.name[:12]}-{self._count}."
        inside = self.paths.inside
        marked = {**env, _MARK: mark}
        command = self.engine.execute(
            self.name, [inside(word) for word in argv], directory=inside(cwd), env=marked
        )
        return _Contained(self, mark, command, self.engine.variables(marked))

    def signal(self, mark: str, number: int) -> None:
        """Signals every process of the program that was started with this mark."""
        name = signal.Signals(number).name.removeprefix("SIG")
        self._ask(["sh", "-c", _SIGNAL, f"{_MARK}={mark}", name])

    def which(self, program: str, path: str | None) -> str | None:
        """Where the container has a program; asked once."""
        key = program, path or ""
        if key not in self._known:
            env = {"PATH": path} if path else {}
            argv = ["sh", "-c", 'command -v -- "$0"', program]
            found = ask(self.engine.execute(self.name, argv, env=env), 60)
            self._known[key] = found.lines[0] if found.lines else None
        return self._known[key]

    def node(self) -> str:
        """A Node that runs in the container: ours, else its own. Raises HeadwayError."""
        if not self._node:
            own = f"{EXTERNALS}/node"
            candidates = [own, self.which("node", self.own_env.get("PATH"))]
            works = (n for n in candidates if n and self._ask([n, "--version"]) == 0)
            self._node = next(works, "")
        if not self._node:
            raise HeadwayError(
                "a JavaScript action needs Node, and the container has none and can't run ours",
                hint="use an image with Node; or one with glibc, and: pip install 'headway[node]'",
            )
        return self._node

    def _ask(self, argv: Sequence[str]) -> int | None:
        return ask(self.engine.execute(self.name, argv), 30).code


class _Contained(Process):
    """A program in a container: its client runs here, signals go to the program itself."""

    def __init__(
        self, sandbox: Sandbox, mark: str, argv: Sequence[str], env: Mapping[str, str]
    ) -> None:
        self._sandbox = sandbox
        self._mark = mark
        super().__init__(argv, cwd="/", env=env)

    def signal(self, number: int) -> None:
        self._sandbox.signal(self._mark, number)
        if number == signal.SIGKILL:
            super().signal(number)
