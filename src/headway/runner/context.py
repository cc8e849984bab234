"""The `github`, `runner`, `job` and `strategy` contexts, and the default variables from them.

Sources: GitHub's "Contexts reference" and "Variables reference" pages.
"""

from __future__ import annotations

import os
import sys

from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from headway.runner.payload import Cause
    from headway.workflow.model import Origin

SERVER = "https://github.com"
API = "https://api.github.com"
GRAPHQL = "https://api.github.com/graphql"
_ARCH = {"x86_64": "X64", "amd64": "X64", "aarch64": "ARM64", "arm64": "ARM64", "i686": "X86"}


class RunInfo(Value):
    """What every job of a run has in common. `secrets` and `vars` map names to values."""

    id: str
    github_id: str  # GITHUB_RUN_ID: a number, which actions rely on
    number: int
    attempt: int
    cause: Cause
    repository: str  # owner/name
    repository_url: str
    token: str
    secrets: Mapping[str, str]
    vars: Mapping[str, str]
    tool_cache: str
    debug: bool = False


def github(
    run: RunInfo, workflow: str, path: str, job: str, workspace: str, event_path: str
) -> dict[str, Any]:
    """The `github` context at a job's start. `workflow` is its name, `path` its file."""
    cause = run.cause
    owner = run.repository.partition("/")[0]
    return {
        "action": "",
        "action_ref": "",
        "action_repository": "",
        "actor": cause.actor,
        "actor_id": "0",
        "api_url": API,
        "base_ref": cause.base_ref,
        "event": dict(cause.payload),
        "event_name": cause.event,
        "event_path": event_path,
        "graphql_url": GRAPHQL,
        "head_ref": cause.head_ref,
        "job": job,
        "ref": cause.ref,
        "ref_name": cause.ref_name,
        "ref_protected": False,
        "ref_type": cause.ref_type,
        "repository": run.repository,
        "repository_id": "0",
        "repository_owner": owner,
        "repository_owner_id": "0",
        "repositoryUrl": run.repository_url,
        "retention_days": "90",
        "run_attempt": str(run.attempt),
        "run_id": run.github_id,
        "run_number": str(run.number),
        "secret_source": "Actions",
        "server_url": SERVER,
        "sha": cause.sha,
        "token": run.token,
        "triggering_actor": cause.actor,
        "workflow": workflow,
        "workflow_ref": f"{run.repository}/{path}@{cause.ref}",
        "workflow_sha": cause.sha,
        "workspace": workspace,
    }


def runner(run: RunInfo, temp: str, workspace: str) -> dict[str, Any]:
    context = {
        "name": "headway",
        "os": "macOS" if sys.platform == "darwin" else "Linux",
        "arch": _ARCH.get(os.uname().machine.lower(), "X64"),
        "temp": temp,
        "tool_cache": run.tool_cache,
        "workspace": os.path.dirname(workspace),
        # Its programs are the user's, as on a self-hosted runner.
        "environment": "self-hosted",
    }
    if run.debug:
        context["debug"] = "1"
    return context


def job(run: RunInfo, path: str, origin: Origin | None = None) -> dict[str, Any]:
    """The `job` context; `origin` is that of a workflow from another repository."""
    known = {
        "workflow_file_path": path,
        "workflow_ref": f"{run.repository}/{path}@{run.cause.ref}",
        "workflow_repository": run.repository,
        "workflow_sha": run.cause.sha,
    }
    if origin is not None:
        known = {
            "workflow_file_path": origin.path,
            "workflow_ref": f"{origin.repository}/{origin.path}@{origin.ref}",
            "workflow_repository": origin.repository,
            "workflow_sha": origin.commit,
        }
    return {
        "status": "success",
        "check_run_id": None,
        **known,
    }


_GITHUB_VARIABLES = [
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "server_url",
    "sha",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
    "env",
    "output",
    "path",
    "state",
    "step_summary",
]
_RUNNER_VARIABLES = [
    "name",
    "os",
    "arch",
    "temp",
    "tool_cache",
    "environment",
    "debug",
    "workspace",
]


def default_variables(github: Mapping[str, Any], runner: Mapping[str, Any]) -> dict[str, str]:
    """`GITHUB_*` and `RUNNER_*` as every step gets them."""
    variables = {"CI": "true", "GITHUB_ACTIONS": "true"}
    for name in _GITHUB_VARIABLES:
        value = github.get(name)
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            variables["GITHUB_" + name.upper()] = text
    for name in _RUNNER_VARIABLES:
        if name in runner:
            variables["RUNNER_" + name.upper()] = str(runner[name])
    return variables
