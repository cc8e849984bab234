"""What actions take and give: GitHub's own from a table, the repository's from their files.

The table has the inputs and outputs of every version, from their action.yml files.
"""

from __future__ import annotations

from headway.workflow.check import action_ref
from headway.workflow.syntax import read_action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.check.base import Step, Subject
    from headway.workflow.model import Action

_CACHE = "enableCrossOsArchive key path"
_RESTORE = f"{_CACHE} fail-on-cache-miss lookup-only restore-keys"
_SETUP = "architecture cache cache-dependency-path check-latest token"
_ARTIFACT = "compression-level include-hidden-files name retention-days"

INPUTS: dict[str, tuple[str, ...]] = {
    name: tuple(inputs.split())
    for name, inputs in {
        "actions/cache": f"{_RESTORE} save-always upload-chunk-size",
        "actions/cache/restore": _RESTORE,
        "actions/cache/save": f"{_CACHE} upload-chunk-size",
        "actions/checkout": "allow-unsafe-pr-checkout clean fetch-depth fetch-tags filter"
        " github-server-url lfs path persist-credentials ref repository set-safe-directory"
        " show-progress sparse-checkout sparse-checkout-cone-mode ssh-key ssh-known-hosts"
        " ssh-strict ssh-user submodules token",
        "actions/download-artifact": "artifact-ids digest-mismatch github-token merge-multiple"
        " name path pattern repository run-id skip-decompress",
        "actions/setup-node": f"{_SETUP} always-auth mirror mirror-token node-version"
        " node-version-file package-manager-cache registry-url scope version",
        "actions/setup-python": f"{_SETUP} allow-prereleases freethreaded pip-install"
        " pip-version python-version python-version-file update-environment",
        "actions/upload-artifact": f"{_ARTIFACT} archive if-no-files-found overwrite path",
        "actions/upload-artifact/merge": f"{_ARTIFACT} delete-merged pattern separate-directories",
    }.items()
}
OUTPUTS: dict[str, tuple[str, ...]] = {
    name: tuple(outputs.split())
    for name, outputs in {
        "actions/cache": "cache-hit cache-primary-key cache-matched-key",
        "actions/cache/restore": "cache-hit cache-primary-key cache-matched-key",
        "actions/cache/save": "",
        "actions/checkout": "commit ref",
        "actions/download-artifact": "download-path",
        "actions/setup-node": "cache-hit cache-primary-key cache-matched-key node-version",
        "actions/setup-python": "cache-hit python-path python-version",
        "actions/upload-artifact": "artifact-digest artifact-id artifact-url",
        "actions/upload-artifact/merge": "artifact-digest artifact-id artifact-url",
    }.items()
}


def table_name(uses: str) -> str:
    """The key of a remote action in the tables: owner/repository/path."""
    ref = action_ref.parse(uses)
    if ref is None:
        return ""
    return f"{ref.name}/{ref.path}" if ref.path else ref.name


def metadata_paths(folder: str) -> tuple[str, str]:
    prefix = f"{folder}/" if folder else ""
    return f"{prefix}action.yml", f"{prefix}action.yaml"


def load_local(subject: Subject, step: Step) -> Action | None:
    """A local action as its metadata describes it; None when there is none to read."""
    folder = action_ref.local(step.uses)
    if folder is None or subject.files is None:
        return None
    for path in metadata_paths(folder):
        text = subject.files(path)
        if text is not None:
            return read_action(text, path)[0]
    return None


def inputs_of(subject: Subject, step: Step) -> list[str] | None:
    """The inputs that the step's action declares; None when that isn't known."""
    action = load_local(subject, step)
    if action is not None:
        return None if action.using == "docker" else list(action.inputs)
    known = INPUTS.get(table_name(step.uses))
    return list(known) if known is not None else None


def outputs_of(subject: Subject, step: Step) -> list[str] | None:
    """The outputs that the step's action can set; None when that isn't known."""
    action = load_local(subject, step)
    if action is not None:
        # Scripts can set outputs that the metadata doesn't name; composite actions can't.
        return list(action.outputs) if action.using == "composite" else None
    known = OUTPUTS.get(table_name(step.uses))
    return list(known) if known is not None else None
