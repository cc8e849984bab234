"""actions/download-artifact: brings artifacts of this run, or of an earlier one, to a job.

Facts from its documentation, versions 4 to 7. Artifacts of other runs are found among the
runs on this machine; `github-token` must be given then, as on GitHub, but isn't used.
"""

from __future__ import annotations

import os

from headway.runner.action.builtin import artifact_store
from headway.runner.action.builtin.base import (
    ActionFailed,
    flag,
    go_on,
    home,
    major_version,
    text,
)
from headway.runner.glob import name_matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.artifact_store import Artifact
    from headway.runner.action.builtin.base import ActionContext

INPUTS: dict[str, str | None] = {
    "name": None,
    "artifact-ids": None,
    "path": None,
    "pattern": None,
    "merge-multiple": "false",
    "github-token": None,
    "repository": None,
    "run-id": None,
    "skip-decompress": "false",
    "digest-mismatch": "error",
}


def main(context: ActionContext) -> None:
    mismatch = text(context, "digest-mismatch") or "error"
    if mismatch not in ("ignore", "info", "warn", "error"):
        raise ActionFailed(
            f"Invalid value for 'digest-mismatch': '{mismatch}'. "
            "Valid options are: ignore, info, warn, error"
        )
    name, ids = text(context, "name"), text(context, "artifact-ids")
    if name and ids:
        raise ActionFailed(
            "Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one."
        )
    merge = flag(context, "merge-multiple")
    run_store = _run_store(context)
    if name:
        chosen = [artifact_store.find(run_store, name)]
    elif ids:
        chosen = _by_id(context, run_store, ids)
    else:
        chosen = _by_pattern(context, run_store)
    folder = _folder(context)
    direct = bool(name) or merge or (len(chosen) == 1 and _one_is_direct(context, ids))
    damaged = []
    for artifact in chosen:
        context.log(f"- {artifact.name} (ID: {artifact.id}, Size: {artifact.size})")
        target = folder if direct else os.path.join(folder, artifact.name)
        if not artifact_store.fetch(artifact, target, go_on(context)):
            damaged.append(artifact.name)
    _judge(context, damaged, mismatch)
    context.log(f"Total of {len(chosen)} artifact(s) downloaded")
    context.output("download-path", folder)


def _one_is_direct(context: ActionContext, ids: str) -> bool:
    """Since version 5 a lone artifact needs no folder of its own, however it was chosen."""
    version = major_version(context.uses)
    return version is None or version > 4


def _folder(context: ActionContext) -> str:
    path = text(context, "path")
    if path.startswith("~"):
        path = home(context) + path[1:]
    return os.path.normpath(os.path.join(context.directory, path))


def _run_store(context: ActionContext) -> str:
    run = text(context, "run-id")
    current = str(context.github.get("run_id", ""))
    if not text(context, "github-token") or run in ("", current):
        return context.run_store
    other = os.path.join(os.path.dirname(context.run_store), run)
    if "/" in run or not os.path.isdir(other):
        raise ActionFailed(
            f"Run {run} is not a run on this machine (see `headway runs`), and artifacts of "
            "runs on GitHub need the network"
        )
    return other


def _by_id(context: ActionContext, run_store: str, ids: str) -> list[Artifact]:
    wanted = []
    for part in filter(None, (part.strip() for part in ids.split(","))):
        if not part.isdecimal():
            raise ActionFailed(f"Invalid artifact ID: '{part}'. Must be a number.")
        wanted.append(int(part))
    if not wanted:
        raise ActionFailed("No valid artifact IDs provided in 'artifact-ids' input")
    found = [a for a in artifact_store.artifacts(run_store) if a.id in wanted]
    if not found:
        raise ActionFailed("None of the provided artifact IDs were found")
    missing = [str(n) for n in wanted if n not in {a.id for a in found}]
    if missing:
        context.warning(f"Could not find the following artifact IDs: {', '.join(missing)}")
    return found


def _by_pattern(context: ActionContext, run_store: str) -> list[Artifact]:
    pattern = text(context, "pattern")
    known = artifact_store.artifacts(run_store)
    if not pattern:
        context.log("No name, artifact-ids or pattern: downloading all artifacts of the run")
        return known
    found = [a for a in known if name_matches(pattern, a.name)]
    context.log(f"{len(found)} of {len(known)} artifacts match '{pattern}'")
    return found


def _judge(context: ActionContext, damaged: list[str], mismatch: str) -> None:
    if damaged and mismatch == "error":
        raise ActionFailed(
            f"Digest validation failed for artifact(s): {', '.join(damaged)}. "
            "Use 'digest-mismatch: warn' to continue on mismatch."
        )
    for name in damaged:
        message = f"Artifact '{name}' digest validation failed: it isn't what was uploaded"
        if mismatch == "warn":
            context.warning(message)
        elif mismatch == "info":
            context.log(message)
