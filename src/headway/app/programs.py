"""Where a program of a repository is: in its own environments, on PATH, beside Headway."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

ENVIRONMENTS = (".venv", "venv")


def find(name: str, root: str, folder: str = "") -> str:
    """Its path; "" when it isn't there.

    The environments of the folder itself come before those of the folders around it, up to the
    repository's root; what is installed with Headway comes last.
    """
    for place in (*_own(root, folder), *_search_path(), os.path.dirname(sys.executable)):
        path = os.path.join(place, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def python(root: str, folder: str = "") -> str:
    """The Python that the folder's packages are installed for; "" when none is known."""
    for place in (*_own(root, folder), *_active()):
        path = os.path.join(place, "python")
        if os.access(path, os.X_OK):
            return path
    return ""


def _own(root: str, folder: str) -> Iterator[str]:
    for at in around(folder):
        for name in ENVIRONMENTS:
            yield os.path.join(root, at, name, "bin")
        yield os.path.join(root, at, "node_modules", ".bin")


def around(folder: str) -> list[str]:
    """A folder, and those that it is in, up to the root ("")."""
    parts = [part for part in folder.split("/") if part]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _active() -> Iterator[str]:
    active = os.environ.get("VIRTUAL_ENV")
    if active:
        yield os.path.join(active, "bin")


def _search_path() -> Iterator[str]:
    for place in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(place):  # never a program of the working tree by accident
            yield place
