"""The variables by which a job's steps find the run's services."""

from __future__ import annotations

from headway.runner.services.oidc import claims
from headway.workflow.expression import resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.runner.job import Job


def for_actions(job: Job) -> dict[str, str]:
    """Of JavaScript and Docker actions: artifacts, caches."""
    found = job.run.services().environment(job.key, job.instance.number, _host(job))
    job.run.masker.add(found["ACTIONS_RUNTIME_TOKEN"])
    return found


def for_identity(job: Job, github: Mapping[str, Any]) -> dict[str, str]:
    """Of every step of a job that may ask for identity tokens; `github` is its context."""
    environment = job.model.environment
    scope = job.base_scope()
    name = "" if environment is None else to_text(resolve(environment.name, scope))
    found = job.run.services().identity_environment(
        job.key, job.instance.number, claims(github, name), _host(job)
    )
    job.run.masker.add(found["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
    return found


def _host(job: Job) -> str:
    """Where the job finds the services: a container's loopback is its own."""
    if job.sandbox is None:
        return "127.0.0.1"
    listen, name = job.sandbox.host
    job.run.services().listen(listen)
    return name
