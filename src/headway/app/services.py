"""Containers that a suite needs: started, waited for, removed with the suite."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from headway.clients import containers
from headway.clients.containers import Container, Engine
from headway.clients.program import ask
from headway.errors import HeadwayError
from headway.quality.suite import Service

MARK = "dev.headway.suite"  # label: the process that made it
FOR = "dev.headway.for"  # label: the suite that it is for
_CHECK = ("--health-interval=1s", "--health-timeout=10s", "--health-retries=600")


@contextmanager
def running(
    services: Mapping[str, Service], key: str, stopped: Callable[[], bool]
) -> Iterator[dict[str, str]]:
    """The services of a suite; variables that say where they are: NAME_HOST, NAME_PORT.

    Raises HeadwayError: no engine, a container that can't be started or doesn't get ready.
    """
    if not services:
        yield {}
        return
    engine = containers.needed()
    _reap(engine)
    made: list[str] = []
    found: dict[str, str] = {}
    try:
        for name, service in services.items():
            made.append(_start(engine, name, service, key))
        for container, (name, service) in zip(made, services.items(), strict=True):
            _wait(engine, container, name, service, stopped)
            found.update(_variables(engine, container, name, service))
        yield found
    finally:
        # By their marks: one whose start was interrupted has no id that is known.
        engine.remove(*_marked(engine, f"{MARK}={os.getpid()}", f"{FOR}={key}"))


def _start(engine: Engine, name: str, service: Service, key: str) -> str:
    image = engine.image(service.image)
    if not image:
        answer = ask(engine.pull(service.image), 900)
        if answer.code != 0:
            said = containers.last_words(answer)
            raise HeadwayError(f"service {name}: {service.image} can't be had: {said}")
        image = engine.qualified(service.image)
    check = (f"--health-cmd={service.health}", *_CHECK) if service.health else ()
    return engine.start(
        Container(
            image=image,
            command=service.command,
            env=service.env,
            ports=tuple(f"127.0.0.1::{port}" for port in service.ports),
            labels={MARK: f"{os.getpid()}", FOR: key},
            options=check,
        )
    )


def _wait(
    engine: Engine, container: str, name: str, service: Service, stopped: Callable[[], bool]
) -> None:
    import time

    from headway.runner.containers import health

    deadline = time.monotonic() + service.time_limit
    late = False

    def enough() -> bool:
        nonlocal late
        late = time.monotonic() > deadline
        return late or stopped()

    try:
        health.wait(engine, container, f"service {name}", enough)
    except HeadwayError as error:
        raise HeadwayError(f"{error.message}: {_last_words(engine, container)}") from None
    if late:
        limit = f"{service.time_limit:g} s"
        said = _last_words(engine, container)
        raise HeadwayError(f"service {name} was not ready within {limit}: {said}")


def _last_words(engine: Engine, container: str) -> str:
    answer = ask(engine.argv("logs", "--tail", "20", container))
    lines = [line for line in (answer.output + answer.complaint).splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def _variables(engine: Engine, container: str, name: str, service: Service) -> dict[str, str]:
    word = re.sub(r"\W", "_", name).upper()
    ports = engine.ports(container)
    found = {f"{word}_HOST": "127.0.0.1"}
    for number, port in enumerate(service.ports):
        outer = ports.get(str(port), "")
        found[f"{word}_PORT_{port}"] = outer
        if not number:
            found[f"{word}_PORT"] = outer
    return found


def _marked(engine: Engine, *labels: str) -> list[str]:
    wanted = [word for label in labels for word in ("--filter", f"label={label}")]
    return ask(engine.argv("ps", "--all", "--quiet", "--no-trunc", *wanted)).lines


def _reap(engine: Engine) -> None:
    """Removes what a killed Headway left."""
    listing = ("ps", "--all", "--no-trunc", "--format", f'{{{{.ID}}}} {{{{.Label "{MARK}"}}}}')
    answer = ask(engine.argv(*listing, "--filter", f"label={MARK}"))
    for line in answer.lines:
        container, _, owner = line.partition(" ")
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            engine.remove(container)
