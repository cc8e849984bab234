"""Makes a job's network, services and container before its first step, and removes them."""

from __future__ import annotations

import os

from headway import events
from headway.clients import containers
from headway.clients.containers import LABEL, Container, Mount
from headway.errors import HeadwayError
from headway.runner.containers import health, images
from headway.runner.containers.paths import EVENT, EXTERNALS, HOME, TOOLS, WORK, Paths
from headway.runner.containers.sandbox import Sandbox
from headway.runner.containers.settings import Wanted, wanted
from headway.workflow.expression import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headway.runner.job import Job
    from headway.runner.step import Step
    from headway.workflow.expression import Scope

MARK = "containers"  # file in a run's work folder: its containers may have to be removed
TITLE = "Initialize containers"


class Setup:
    """The containers of one job. `image` is that of its runner, "" for this machine."""

    def __init__(self, job: Job, image: str) -> None:
        self._job = job
        self._image = image
        self._labels = {LABEL: job.run.info.id}
        self._name = f"headway-{job.run.info.id}-{job.instance.number}"
        self._made: list[str] = []
        self._network = ""
        self._engine: containers.Engine | None = None

    # --- before the first step -----------------------------------------------------------

    def work(self, step: Step) -> None:
        """Starts everything and waits until it is healthy. Raises HeadwayError."""
        scope = self._job.scope(step.level, contexts=step.contexts)
        own, services = self._wanted(scope)
        if own is None and not services:
            step.say("the names of all images are empty: nothing to start")
            return
        self._engine = engine = containers.needed()
        with open(os.path.join(self._job.run.work, MARK), "a", encoding="utf-8"):
            pass  # from here on a killed run's containers are looked for
        engine.make_network(self._name, self._labels)
        self._network = self._name
        contexts: dict[str, Any] = {}
        for service in services:
            contexts[service.name] = self._start_service(engine, service, step)
        boxed = self._job.model.container is not None  # else an image stands for the machine
        job: dict[str, Any] = {"services": contexts} if services else {}
        if services or boxed:
            job["container"] = {"network": self._network}
        if own is not None:
            made = self._start_own(engine, own, bool(services), step)
            job.update({"container": made} if boxed else {})
        for service in services:
            self._wait(engine, service, contexts[service.name]["id"], step)
        step.level.contexts["job"] = {**step.level.contexts["job"], **job}

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

    def _start_service(
        self, engine: containers.Engine, service: Wanted, step: Step
    ) -> dict[str, Any]:
        step.say(f"##[group]service {service.name}: {service.image}")
        container = Container(
            image=images.ready(engine, service, step),
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
        made = self._create(engine, container)
        ports = engine.ports(made)
        for inner, outer in ports.items():
            step.say(f"port {inner} is localhost:{outer}")
        step.say("##[endgroup]")
        return {"id": made, "network": self._network, "ports": ports}

    def _start_own(
        self, engine: containers.Engine, own: Wanted, services: bool, step: Step
    ) -> dict[str, Any]:
        step.say(f"##[group]job container: {own.image}")
        job = self._job
        # An image of the runner's stands for a machine, where services are on localhost.
        is_machine = services and job.model.container is None
        network = containers.HOST if is_machine else self._network
        paths, mounts = self._folders()
        container = Container(
            image=images.ready(engine, own, step),
            name=self._name,
            entrypoint="tail",  # does nothing until it is removed
            command=("-f", "/dev/null"),
            env={"HOME": HOME, "GITHUB_ACTIONS": "true", "CI": "true", **own.env},
            mounts=mounts,
            ports=own.ports,
            network=network,
            directory=paths.inside(job.directory),
            labels=self._labels,
            options=(*own.options, *_volumes(own)),
        )
        made = self._create(engine, container)
        env = engine.own_environment(made)
        sandbox = Sandbox(engine, made, paths, env, engine.host_address(network))
        job.enter(sandbox, step.level)
        step.say("##[endgroup]")
        return {"id": made, "network": network, "ports": engine.ports(made)}

    def _create(self, engine: containers.Engine, container: Container) -> str:
        self._made.append(container.name)
        return engine.start(container)

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

    def _wait(self, engine: containers.Engine, service: Wanted, made: str, step: Step) -> None:
        title = f"service {service.name}"
        step.say(f"waiting for {title}")
        try:
            health.wait(engine, made, title, lambda: step.stopped)
        except HeadwayError:
            step.say(f"##[group]log of {title}")
            step.on_host(engine.argv("logs", "--tail", "200", made))
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


def _volumes(container: Wanted) -> tuple[str, ...]:
    return tuple(f"--volume={volume}" for volume in container.volumes)


def _own_node(job: Job) -> str:
    """A Node of this machine that may run in a container; "" when there is none."""
    from headway.runner.action import node

    program = node.portable(job.run.base_env)
    return os.path.realpath(program) if program else ""


def _from_template(value: object, place: object) -> dict[str, Any]:
    """`services: ${{ fromJSON(…) }}`: containers from a value."""
    from headway.workflow.model import Container

    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise HeadwayError(f"{place}: services: expected a mapping of names to containers")
    found = {}
    for name, one in value.items():
        fields = one if isinstance(one, dict) else {"image": one}
        known = {"image", "env", "ports", "volumes", "options", "command", "entrypoint"}
        given = {key: fields[key] for key in known & fields.keys()}
        found[str(name)] = Container(**{"name": str(name), "place": place, "image": "", **given})
    return found
