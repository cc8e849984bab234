"""Makes a job's network, services and container before its first step, and removes them."""

from __future__ import annotations

import os
import threading
import time
from functools import partial

from headway import events
from headway.clients import containers
from headway.clients.containers import LABEL, Container, Mount
from headway.errors import HeadwayError
from headway.runner.containers import health, images
from headway.runner.containers.paths import EVENT, EXTERNALS, HOME, TOOLS, WORK, Paths
from headway.runner.containers.sandbox import Sandbox
from headway.runner.containers.settings import Wanted, wanted
from headway.values import Value
from headway.workflow.expression import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from headway.clients.containers import Image
    from headway.runner.job import Job
    from headway.runner.step import Step
    from headway.workflow.expression import Scope

MARK = "containers"  # file in a run's work folder: its containers may have to be removed
TITLE = "Initialize containers"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # engines' default


class Running(Value):
    """A container that was started, at `since` (time.monotonic); the ports that it publishes."""

    id: str
    container: Container
    since: float
    ports: Mapping[str, str]

    def context(self) -> dict[str, Any]:
        """As the `job` context has it."""
        return {"id": self.id, "network": self.container.network, "ports": self.ports}


class Setup:
    """The containers of one job. `image` is that of its runner, "" for this machine."""

    def __init__(self, job: Job, image: str) -> None:
        self._job = job
        self._image = image
        self._labels = {LABEL: job.run.info.id}
        self._name = f"headway-{job.run.info.id}-{job.instance.number}"
        self._made: list[str] = []
        self._network = ""
        self._paths = Paths(())
        self._engine: containers.Engine | None = None

    # --- before the first step -----------------------------------------------------------

    def work(self, step: Step) -> None:
        """Starts everything and waits until it is healthy. Raises HeadwayError."""
        job = self._job
        scope = job.scope(step.level, contexts=step.contexts)
        own, services = self._wanted(scope)
        everything = [*services, *([own] if own is not None else [])]
        if not everything:
            step.say("the names of all images are empty: nothing to start")
            return
        self._engine = engine = containers.needed()
        job.run.note_containers()  # from here on a killed run's containers are looked for
        self._network = self._name
        _, ready = together(
            lambda: engine.make_network(self._name, self._labels),
            lambda: [images.ready(engine, each, step) for each in everything],
        )
        found = [self._service(s, image) for s, image in zip(services, ready, strict=False)]
        if own is not None:
            found.append(self._own(own, ready[-1], bool(services)))
        made = together(*(partial(self._start, engine, each) for each in found))
        boxed = job.model.container is not None  # else an image stands for the machine
        about: dict[str, Any] = {}
        if services:
            about["services"] = {s.name: m.context() for s, m in zip(services, made, strict=False)}
        if services or boxed:
            about["container"] = {"network": self._network}
        if own is not None:
            job.enter(self._sandbox(engine, made[-1], ready[-1]), step.level)
            about.update({"container": made[-1].context()} if boxed else {})
        for service, running in zip(services, made, strict=False):
            self._wait(engine, service, running, step)
        step.level.contexts["job"] = {**step.level.contexts["job"], **about}

    def _wanted(self, scope: Scope) -> tuple[Wanted | None, list[Wanted]]:
        model = self._job.model
        own = wanted(model.container, scope) if model.container is not None else None
        if own is None and self._image:
            own = Wanted("", self._image)
        declared = model.services
        if not isinstance(declared, dict):
            declared = _from_template(resolve(declared, scope), model.place)
        found = [wanted(service, scope) for service in declared.values()]
        return own, [service for service in found if service is not None]

    def _service(self, service: Wanted, image: Image) -> Container:
        return Container(
            image=image.name,
            name=f"{self._name}-{service.name}",
            entrypoint=service.entrypoint,
            command=service.command,
            env=service.env,
            ports=service.ports,
            network=self._network,
            aliases=(service.name,),
            labels=self._labels,
            options=(*service.options, *_volumes(service)),
        )

    def _own(self, own: Wanted, image: Image, services: bool) -> Container:
        job = self._job
        # An image of the runner's stands for a machine, where services are on localhost.
        is_machine = services and job.model.container is None
        self._paths, mounts = self._folders()
        return Container(
            image=image.name,
            name=self._name,
            entrypoint="tail",  # does nothing until it is removed
            command=("-f", "/dev/null"),
            env={"HOME": HOME, "GITHUB_ACTIONS": "true", "CI": "true", **own.env},
            mounts=mounts,
            ports=own.ports,
            network=containers.HOST if is_machine else self._network,
            directory=self._paths.inside(job.directory),
            labels=self._labels,
            options=(*own.options, *_volumes(own)),
        )

    def _start(self, engine: containers.Engine, container: Container) -> Running:
        self._made.append(container.name)
        made = engine.start(container)
        # Each question to the engine takes a twentieth of a second.
        published = container.ports or container.options
        since = time.monotonic()
        return Running(made, container, since, engine.ports(made) if published else {})

    def _sandbox(self, engine: containers.Engine, running: Running, image: Image) -> Sandbox:
        container = running.container
        env = {"PATH": PATH, **image.env, **container.env}
        if container.options:  # they may set variables, too
            env = engine.own_environment(running.id)
        return Sandbox(engine, running.id, self._paths, env, container.network)

    def _folders(self) -> tuple[Paths, tuple[Mount, ...]]:
        """What of this machine the container sees, and where."""
        job = self._job
        home = os.path.join(job.temp, "_github_home")
        event = os.path.join(job.temp, "_github_workflow")
        tools = job.run.info.tool_cache
        os.makedirs(home)
        os.makedirs(event)
        os.makedirs(tools, exist_ok=True)
        os.link(job.run.event_path(), os.path.join(event, "event.json"))
        name = os.path.basename(job.directory)
        workspace = f"{WORK}/{name}/{name}"
        pairs = [
            (job.directory, workspace),
            (home, HOME),
            (event, EVENT),
            (job.folder, WORK),
            (tools, TOOLS),
        ]
        # A mount below the job's folder (its workspace) is not seen through the folder's own.
        mounts = [Mount(here, there) for here, there in sorted(pairs, key=lambda p: len(p[1]))]
        node = _own_node(job)
        if node:
            mounts.append(Mount(node, f"{EXTERNALS}/node", read_only=True))
        return Paths(tuple(pairs)), tuple(mounts)

    def _wait(
        self, engine: containers.Engine, service: Wanted, running: Running, step: Step
    ) -> None:
        title = f"service {service.name}"
        step.say(f"waiting for {title}: {service.image}")
        for inner, outer in running.ports.items():
            step.say(f"  port {inner} is localhost:{outer}")
        try:
            health.wait(engine, running.id, title, lambda: step.stopped, running.since)
        except HeadwayError:
            step.say(f"##[group]log of {title}")
            step.on_host(engine.argv("logs", "--tail", "200", running.id))
            step.say("##[endgroup]")
            raise

    # --- after the last ------------------------------------------------------------------

    def remove(self) -> None:
        """Takes everything away; what can't be is told, and left to a later run."""
        if self._engine is None:
            return
        try:
            self._engine.remove(*self._made)
            if self._network:
                self._engine.remove_network(self._network)
        except HeadwayError as error:
            job = self._job
            job.run.recorder.emit(events.Notice(message=str(error), level="warning", job=job.key))


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls give, made side by side. Raises the first one's error, once all have ended."""
    given: list[Any] = [None] * len(calls)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            given[number] = calls[number]()
        except BaseException as error:  # goes on in the thread that asks
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, len(calls))]
    for thread in threads:
        thread.start()
    work(0)
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return given


def _volumes(container: Wanted) -> tuple[str, ...]:
    return tuple(f"--volume={volume}" for volume in container.volumes)


def _own_node(job: Job) -> str:
    """A Node of this machine that may run in a container; "" when there is none."""
    from headway.runner.action import node

    program = node.portable(job.run.base_env)
    return os.path.realpath(program) if program else ""


def _from_template(value: object, place: object) -> dict[str, Any]:
    """`services: ${{ fromJSON(…) }}`: containers from a value."""
    from headway.workflow.model import Container, Credentials

    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise HeadwayError(f"{place}: services: expected a mapping of names to containers")
    found = {}
    for name, one in value.items():
        fields = one if isinstance(one, dict) else {"image": one}
        known = {"image", "env", "ports", "volumes", "options", "command", "entrypoint"}
        given = {key: fields[key] for key in known & fields.keys()}
        login = fields.get("credentials")
        if isinstance(login, dict):
            given["credentials"] = Credentials(login.get("username"), login.get("password"))
        found[str(name)] = Container(**{"name": str(name), "place": place, "image": "", **given})
    return found
