"""actions/upload-artifact: keeps files of a job for later jobs and for the user.

Facts from its documentation, versions 4 to 7. Where GitHub compresses, the files are copied
here, so `compression-level` changes nothing.
"""

from __future__ import annotations

import os

from headway.runner.action.builtin import artifact_store
from headway.runner.action.builtin.artifact_store import Source
from headway.runner.action.builtin.base import ActionFailed, flag, go_on, home, text
from headway.runner.glob import Glob, PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.runner.action.builtin.artifact_store import Artifact
    from headway.runner.action.builtin.base import ActionContext

INPUTS: dict[str, str | None] = {
    "name": "artifact",
    "path": None,
    "if-no-files-found": "warn",
    "retention-days": None,
    "compression-level": "6",
    "overwrite": "false",
    "include-hidden-files": "false",
    "archive": "true",
}


def main(context: ActionContext) -> None:
    patterns = text(context, "path", required=True)
    missing = text(context, "if-no-files-found") or "warn"
    if missing not in ("warn", "error", "ignore"):
        raise ActionFailed(
            f"Unrecognized if-no-files-found input. Provided: {missing}. "
            "Available options: warn,error,ignore"
        )
    retention = number(context, "retention-days", 0, None)
    number(context, "compression-level", 0, 9)
    archive = flag(context, "archive") if context.inputs.get("archive") else True
    hidden = flag(context, "include-hidden-files")
    overwrite = flag(context, "overwrite")
    sources = find_files(context, patterns, context.directory, hidden)
    if not sources:
        _nothing(context, missing, patterns)
        return
    plural = "" if len(sources) == 1 else "s"
    context.log(f"With the provided path, there will be {len(sources)} file{plural} uploaded")
    if not archive and len(sources) > 1:
        raise ActionFailed(
            "When 'archive' is set to false, only a single file can be uploaded. "
            f"Found {len(sources)} files to upload."
        )
    name = text(context, "name") if archive else os.path.basename(sources[0].path)
    artifact_store.check_name(name)
    if overwrite:
        artifact_store.delete(context.run_store, name)
    stored = artifact_store.store(
        context.run_store,
        name,
        sources,
        retention_days=retention,
        single=not archive,
        check=go_on(context),
    )
    report(context, stored)


def number(context: ActionContext, name: str, least: int, most: int | None) -> int:
    """A whole number, or 0 when there is none. Raises ActionFailed."""
    value = text(context, name)
    if not value:
        return 0
    try:
        found = int(value)
    except ValueError:
        raise ActionFailed(f"Invalid {name}: {value}") from None
    if found < least or (most is not None and found > most):
        limit = f"{least} or more" if most is None else f"{least}-{most}"
        raise ActionFailed(f"Invalid {name}: {value}. Valid values are {limit}")
    return found


def _nothing(context: ActionContext, missing: str, patterns: str) -> None:
    message = (
        f"No files were found with the provided path: {patterns}. No artifacts will be uploaded."
    )
    if missing == "error":
        raise ActionFailed(message)
    if missing == "warn":
        context.warning(message)
    else:
        context.log(message)


def find_files(context: ActionContext, patterns: str, root: str, hidden: bool) -> list[Source]:
    """The files that match, with their paths in the artifact.

    The artifact's root is the folder that the pattern starts from; of several patterns the
    least common ancestor of those; of a single file named outright, the folder it is in.
    """
    try:
        search = Glob(patterns, root, home=home(context), hidden=hidden)
        files = [path for path in search if os.path.isfile(path)]
    except PatternError as error:
        raise ActionFailed(str(error)) from None
    starts = search.search_paths
    if len(starts) > 1:
        base = os.path.commonpath(starts)
        context.log("Multiple search paths detected: the artifact's root is their least common")
        context.log(f"ancestor, {base}")
    elif files == starts:
        base = os.path.dirname(files[0])
    else:
        base = starts[0] if starts else root
    _warn_of_case(context, files)
    return [Source(path, os.path.relpath(path, base)) for path in files]


def _warn_of_case(context: ActionContext, files: list[str]) -> None:
    seen: set[str] = set()
    for path in files:
        if path.lower() in seen:
            context.log(
                f"Uploads are case insensitive: {path} was detected that it will be overwritten "
                "by another file with the same path"
            )
        seen.add(path.lower())


def report(context: ActionContext, stored: Artifact) -> None:
    """Says what was stored, in the log, as outputs and as an event."""
    from urllib.parse import quote

    url = "file://" + quote(os.fsencode(stored.path))
    digest = stored.digest.removeprefix("sha256:")
    context.log(
        f"Artifact {stored.name} has been successfully uploaded! "
        f"Final size is {stored.size} bytes. Artifact ID is {stored.id}"
    )
    context.log(f"Artifact download URL: {url}")
    context.output("artifact-id", str(stored.id))
    context.output("artifact-digest", digest)
    context.output("artifact-url", url)
    context.artifact(stored.name, stored.path, stored.files, stored.size, stored.digest)
