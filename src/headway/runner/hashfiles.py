"""`hashFiles()`: one SHA-256 for all files that match.

Source: GitHub's expressions page, "hashFiles"; the runner's own script. The hash is taken of
the hashes (32 bytes each) of the files' contents, in the order in which the search finds them.
"""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.runner.glob import Glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FOLLOW = "--follow-symbolic-links"


def hash_files(workspace: str, patterns: Sequence[str], home: str = "") -> str:
    """The hash (hex) of the files below `workspace` that match, or "" when none does.

    The first of the patterns may be `--follow-symbolic-links`. Raises HeadwayError for what
    isn't a pattern, for an unknown option and for a file that can't be read.
    """
    import hashlib

    follow = False
    if patterns and patterns[0].startswith("--"):
        if patterns[0].lower() != FOLLOW:
            raise HeadwayError(
                f"hashFiles: invalid glob option {patterns[0]}", hint=f"there is only {FOLLOW}"
            )
        follow, patterns = True, patterns[1:]
    total, found = hashlib.sha256(), False
    for path in Glob(patterns, workspace, home=home, follow_links=follow):
        if not path.startswith(workspace.rstrip("/") + "/"):
            continue
        try:
            if os.path.isdir(path):
                continue
            with open(path, "rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise HeadwayError(
                f"hashFiles: {path} can't be read: {error.strerror}",
                hint="narrow the pattern; a link that leads nowhere fails on GitHub too",
            ) from None
        found = True
    return total.hexdigest() if found else ""
