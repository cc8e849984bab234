"""actions/upload-artifact/merge: makes one artifact of several.

Facts from its documentation, versions 4 to 7.
"""

from __future__ import annotations

import os

from headway.runner.action.builtin import artifact_store
from headway.runner.action.builtin.base import ActionFailed, flag, go_on, text
from headway.runner.action.builtin.upload_artifact import find_files, number, report
from headway.runner.glob import escape, name_matches
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.base import ActionContext

INPUTS: dict[str, str | None] = {
    "name": "merged-artifacts",
    "pattern": "*",
    "separate-directories": "false",
    "retention-days": None,
    "compression-level": "6",
    "delete-merged": "false",
    "include-hidden-files": "false",
}


def main(context: ActionContext) -> None:
    name = text(context, "name", required=True)
    pattern = text(context, "pattern") or "*"
    separate = flag(context, "separate-directories")
    delete = flag(context, "delete-merged")
    hidden = flag(context, "include-hidden-files")
    retention = number(context, "retention-days", 0, None)
    known = artifact_store.artifacts(context.run_store)
    merged = [a for a in known if name_matches(pattern, a.name)]
    if not merged:
        raise ActionFailed(f"No artifacts found matching pattern '{pattern}'")
    context.log("Preparing to merge the following artifacts:")
    for artifact in merged:
        context.log(f"- {artifact.name} (ID: {artifact.id}, Size: {artifact.size})")
    together = os.path.join(context.temp, f"merge-artifact-{os.getpid()}-{merged[0].id}")
    try:
        for artifact in merged:
            target = os.path.join(together, artifact.name) if separate else together
            if not artifact_store.fetch(artifact, target, go_on(context)):
                raise ActionFailed(f"Artifact '{artifact.name}' isn't what was uploaded")
        sources = find_files(context, escape(together), context.directory, hidden)
        stored = artifact_store.store(
            context.run_store, name, sources, retention_days=retention, check=go_on(context)
        )
    finally:
        remove_tree(together)
    report(context, stored)
    context.log(f"The {len(merged)} artifact(s) have been successfully merged!")
    if delete:
        for artifact in merged:
            artifact_store.delete(context.run_store, artifact.name)
        context.log(f"The {len(merged)} artifact(s) have been deleted")
