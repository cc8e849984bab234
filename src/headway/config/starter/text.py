"""The text of a first headway.yaml: short, with only what the project has a use for."""

from __future__ import annotations

from collections.abc import Iterator

from headway.config.starter.project import Project
from headway.config.words import written

COVERAGE = 80  # percent, where the project demands nothing of itself


def text(project: Project) -> str:
    """headway.yaml for a project; it is valid, whatever was found."""
    parts = [_head(project), _gates(project), _environments(project)]
    return "\n".join("\n".join(lines) + "\n" for part in parts if (lines := list(part)))


def _head(project: Project) -> Iterator[str]:
    yield "# How Headway judges and delivers this repository. Every key has a default: what is not"
    yield "# here is as docs/configuration.md says. Check changes with: headway lint"
    if project.name:
        yield f"service: {written(project.name)}"


def _gates(project: Project) -> Iterator[str]:
    if not project.tested:
        return
    yield "# What is written here needs evidence: without a report of it the gate fails."
    yield "gates:"
    yield "  tests:"
    yield "    failed: 0"
    if not project.coverage:
        return
    demanded = project.coverage_min
    yield "  coverage:"
    if demanded is None:
        yield f"    min: {COVERAGE}  # percent of lines"
    else:
        yield f"    min: {written(demanded)}  # percent of lines, as the project's own settings say"


def _environments(project: Project) -> Iterator[str]:
    how = list(_instance(project))
    if not how:
        return
    yield "# Where releases go: headway deploy staging"
    yield "environments:"
    yield "  staging:"
    yield from (f"    {line}" for line in how)
    yield "    instances: 1"
    yield "  production:"
    yield from (f"    {line}" for line in how)
    yield "    requires: [staging]  # promoted there first"
    yield "    strategy: canary     # a growing share of traffic, judged at every step"


def _instance(project: Project) -> Iterator[str]:
    """How one is started; nothing where that can't be known."""
    if len(project.dockerfiles) == 1:
        (dockerfile,) = project.dockerfiles
        yield f"platform: container  # {dockerfile.path}"
        if dockerfile.port is not None:
            yield f"port: {dockerfile.port}"
        if dockerfile.health:
            yield f"health: {{http: {written(dockerfile.health)}}}"
        return
    started = [component.start for component in project.components if component.start]
    if not project.dockerfiles and len(started) == 1:
        yield f"command: {written(started[0])}  # listens on $PORT"
