"""The variables by which a job's steps find the run's services."""

from __future__ import annotations

from headway.runner.services.oidc import claims
from headway.runner.services.server import LOOPBACK
from headway.workflow.expression import resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.runner.job import Job


def for_actions(job: Job, host: str = "") -> dict[str, str]:
    """Of JavaScript and Docker actions: artifacts, caches. They are found at `host`, else where
    the job's steps find them."""
    found = job.run.services().environment(job.key, job.instance.number, host or _host(job))
    job.run.masker.add(found["ACTIONS_RUNTIME_TOKEN"])
    return found


def for_identity(job: Job, github: Mapping[str, Any], host: str = "") -> dict[str, str]:
    """Of every step of a job that may ask for identity tokens; `github` is its context."""
    environment = job.model.environment
    scope = job.base_scope()
    name = "" if environment is None else to_text(resolve(environment.name, scope))
    found = job.run.services().identity_environment(
        job.key, job.instance.number, claims(github, name), host or _host(job)
    )
    job.run.masker.add(found["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
    return found


def reach(job: Job, address: tuple[str, str]) -> str:
    """The name under which containers find the services, which listen for them from now on;
    `address` as `Engine.host_address` gives it."""
    listen, name = address
    try:
        job.run.services().listen(listen)
    except OSError:
        return "host.docker.internal"  # docker in a machine of its own, which leads to loopback
    return name


def _host(job: Job) -> str:
    """Where the job finds the services: a container's loopback is its own."""
    return LOOPBACK if job.sandbox is None else reach(job, job.sandbox.host)
