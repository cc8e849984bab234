"""The metadata file of an action in a repository that was fetched."""

from __future__ import annotations

import os

from headway.errors import UsageError, nearest
from headway.runner.run import find_action_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.remote import Found

SHORT = 12  # characters of a commit that people are shown
MOST_NAMES = 8


def find_metadata(found: Found) -> str:
    """The folder of the action that a reference names. Raises UsageError with the nearest."""
    folder = os.path.normpath(os.path.join(found.folder, found.reference.path))
    if find_action_file(folder) is not None:
        return folder
    known = _action_folders(found.folder)
    path = found.reference.path or "its root"
    close = nearest(found.reference.path, known) if found.reference.path else None
    hint = f'did you mean "{found.reference.slug}/{close}"?' if close else ""
    if not hint and known:
        hint = "it has actions in: " + ", ".join(known[:MOST_NAMES])
    at = f" at {found.commit[:SHORT]}" if found.commit else ""
    raise UsageError(f"{found.reference}: no action.yml or Dockerfile in {path}{at}", hint=hint)


def _action_folders(root: str) -> list[str]:
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in (".git", "node_modules"))
        if "action.yml" in files or "action.yaml" in files:
            found.append(os.path.relpath(folder, root))
    return found
