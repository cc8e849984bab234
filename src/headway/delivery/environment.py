"""Where releases go, and by which rules: an entry of `environments` in headway.yaml.

```yaml
environments:
  production:
    command: ./serve
    health: { http: /healthz }
```

is a whole one: everything else has a default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from headway.delivery.analysis.settings import Analysis, Source
from headway.delivery.approval import Approvals
from headway.delivery.checks import Hooks, Smoke, smoke_problems
from headway.delivery.freeze import Freeze
from headway.delivery.health import Health
from headway.delivery.strategy import AB, BlueGreen, Canary, Name, Recreate, Rolling, Shadow
from headway.units import Duration, Share, Size

Problem = tuple[str, str, str]  # path below the section, message, hint


class Secret(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a secret's value comes from; the value itself is never written down."""

    env: Annotated[str, Meta(description="A variable of the one who deploys.")] = ""
    file: Annotated[
        str, Meta(description="A file; a line end at its end is left out. `~` is the home folder.")
    ] = ""

    def problems(self) -> Iterator[Problem]:
        if bool(self.env) == bool(self.file):
            yield "", "a secret comes from exactly one place", "give env or file"


class ProcessLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one instance may use; unset is unlimited."""

    memory: Annotated[Size | None, Meta(description="Memory: `512MiB`.")] = None
    cpus: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="Processors: `0.5` (containers only)."),
    ] = None
    open_files: Annotated[
        Annotated[int, Meta(ge=16)] | None, Meta(description="Open files and sockets.")
    ] = None
    processes: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Processes and threads.")
    ] = None


class Listener(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the router takes requests."""

    host: Annotated[str, Meta(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="The port; `0` takes a free one and keeps it.")
    ] = 0
    preview_port: Annotated[
        int,
        Meta(ge=0, le=65535, description="Where the new version answers before it has traffic."),
    ] = 0
    hosts: Annotated[
        tuple[str, ...], Meta(description="Names that requests are for; none: any.")
    ] = ()
    certificate: Annotated[str, Meta(description="PEM file: TLS with this certificate.")] = ""
    key: Annotated[str, Meta(description="PEM file: its key.")] = ""
    timeout: Annotated[
        Duration, Meta(description="A request that takes longer is answered 504; `0` is never.")
    ] = Duration(0.0)
    retries: Annotated[
        int, Meta(ge=0, le=5, description="So many more tries of a failed request; they hide it.")
    ] = 0

    def problems(self) -> Iterator[Problem]:
        if bool(self.certificate) != bool(self.key):
            yield "certificate", "TLS needs a certificate and its key", "give both, or none"
        if self.port and self.port == self.preview_port:
            yield "preview_port", "the preview needs a port of its own", "0 takes a free one"


class ErrorBudget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No deployments, but for returns, when too little of the error budget is left."""

    objective: Annotated[Share, Meta(description="Good answers that are promised: `99.9%`.")]
    window: Annotated[Duration, Meta(description="The time that the promise is about.")] = Duration(
        30 * 86400.0
    )
    keep: Annotated[Share, Meta(description="What must be left of the budget to deploy.")] = Share(
        0.1
    )
    errors: Annotated[
        Source | None,
        Meta(
            description="Says which share of requests failed in that time, from 0 to 1; `{window}`"
            " stands for it in seconds: `2592000s`. Unset: nobody knows."
        ),
    ] = None

    def problems(self) -> Iterator[Problem]:
        if not 0 < self.objective < 1:
            yield "objective", "it must be more than 0 % and less than 100 %", "99.9% is usual"
        if self.errors is not None:
            yield from _below("errors", self.errors.problems())


class Environment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where releases go, and by which rules. Everything has a default."""

    platform: Annotated[
        Literal["process", "container"], Meta(description="What keeps the instances running.")
    ] = "process"
    instances: Annotated[int, Meta(ge=1, le=1000, description="How many serve.")] = 2
    command: Annotated[
        str | tuple[str, ...],
        Meta(
            description="What starts an instance: text for `sh -c`, or a list of words. Processes"
            " need it; containers have the image's own."
        ),
    ] = ""
    image: Annotated[
        str, Meta(description="For containers: the image that a release of files runs in.")
    ] = ""
    port_variable: Annotated[
        str, Meta(description="The variable that tells an instance where to listen.")
    ] = "PORT"
    port: Annotated[
        int,
        Meta(ge=1, le=65535, description="For containers: where the program listens inside."),
    ] = 8080
    user: Annotated[
        str, Meta(description="Instances run as this user; as root, unset is one of their own.")
    ] = ""
    variables: Annotated[dict[str, str], Meta(description="Environment variables.")] = {}
    secrets: Annotated[
        dict[str, Secret], Meta(description="Environment variables whose values nobody sees.")
    ] = {}
    limits: Annotated[ProcessLimits, Meta(description="What one instance may use.")] = (
        ProcessLimits()
    )
    router: Annotated[Listener, Meta(description="Where requests come in.")] = Listener()
    health: Annotated[Health, Meta(description="When an instance may be given traffic.")] = Health()
    timeout: Annotated[
        Duration,
        Meta(description="New instances that aren't healthy after so long are taken back."),
    ] = Duration(300.0)
    crashes: Annotated[
        int, Meta(ge=0, description="So often a new instance may crash after it was healthy.")
    ] = 0
    drain: Annotated[
        Duration, Meta(description="Requests in flight get so long to finish before SIGTERM.")
    ] = Duration(30.0)
    grace: Annotated[Duration, Meta(description="From SIGTERM to SIGKILL.")] = Duration(10.0)
    keep: Annotated[
        Duration,
        Meta(description="The old version stays warm for so long after it gave all traffic away."),
    ] = Duration(600.0)
    strategy: Annotated[Name, Meta(description="How traffic moves to a new version.")] = (
        "blue-green"
    )
    blue_green: Annotated[BlueGreen, Meta(description="For `strategy: blue-green`.")] = BlueGreen()
    canary: Annotated[Canary, Meta(description="For `strategy: canary`.")] = Canary()
    rolling: Annotated[Rolling, Meta(description="For `strategy: rolling`.")] = Rolling()
    ab: Annotated[AB, Meta(description="For `strategy: ab`.")] = AB()
    shadow: Annotated[Shadow, Meta(description="For `strategy: shadow`.")] = Shadow()
    recreate: Annotated[Recreate, Meta(description="For `strategy: recreate`.")] = Recreate()
    analysis: Annotated[Analysis, Meta(description="How the new version is judged.")] = Analysis()
    smoke: Annotated[
        tuple[Smoke, ...], Meta(description="Tests of the new version before it has traffic.")
    ] = ()
    hooks: Annotated[Hooks, Meta(description="What else is run, and when.")] = Hooks()
    gates: Annotated[
        Literal["required", "optional"],
        Meta(description="Whether a release needs a verdict that passed."),
    ] = "required"
    approvals: Annotated[Approvals, Meta(description="Who must say yes.")] = Approvals()
    requires: Annotated[
        tuple[str, ...],
        Meta(description="Environments in which the release must have been promoted before."),
    ] = ()
    freeze: Annotated[Freeze, Meta(description="When nothing is deployed.")] = Freeze()
    error_budget: Annotated[
        ErrorBudget | None, Meta(description="When too many errors stop deployments; unset: never.")
    ] = None

    def problems(self) -> Iterator[Problem]:
        """(path, message, hint) of what types can't express."""
        if self.platform == "process":
            if not self.command:
                yield "command", "processes need a command", "say what starts an instance"
            if self.image:
                yield "image", "processes have no image", "platform: container runs images"
            if self.limits.cpus is not None:
                yield "limits.cpus", "processes can't be limited to processors", ""
        for name in sorted(self.secrets.keys() & self.variables.keys()):
            yield f"secrets.{name}", f"{name} is a variable, too", "keep one of them"
        for name in ("timeout",):
            if getattr(self, name) <= 0:
                yield name, f"{name} is 0s", "5m is the default"
        for name, secret in self.secrets.items():
            yield from _below(f"secrets.{name}", secret.problems())
        for key in _SECTIONS:
            section = getattr(self, key)
            if section is not None:
                yield from _below(key, section.problems())
        yield from smoke_problems(self.smoke)


_SECTIONS = (
    *("router", "health", "canary", "rolling", "ab", "shadow", "analysis", "hooks", "approvals"),
    *("freeze", "error_budget"),
)


def _below(key: str, problems: Iterator[Problem]) -> Iterator[Problem]:
    for path, message, hint in problems:
        yield f"{key}.{path}" if path else key, message, hint


def problems(environments: Mapping[str, Environment]) -> Iterator[Problem]:
    """Of all of them together, paths below `environments`: names that `requires` doesn't know,
    and environments that wait for each other."""
    for name, environment in environments.items():
        for index, wanted in enumerate(environment.requires):
            at = f"{name}.requires[{index}]"
            if wanted not in environments:
                known = ", ".join(environments)
                yield at, f'there is no environment "{wanted}"', f"there are: {known}"
            elif name in _reached(wanted, environments):
                yield at, f"{name} and {wanted} wait for each other", "nothing could be deployed"


def _reached(name: str, environments: Mapping[str, Environment]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        here = waiting.pop()
        if here not in seen and here in environments:
            seen.add(here)
            waiting.extend(environments[here].requires)
    return seen
