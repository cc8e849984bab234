"""headway.yaml: found, read into one Config, with every mistake and its place.

A section is a Struct of the feature that it belongs to; model.py lists them. Nothing here is
loaded but what is asked for: `headway run` reads its few settings with `config.runner`.
"""

from __future__ import annotations

import os

from headway.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.config.model import Config

NAME = "headway.yaml"
OTHER = "headway.yml"


def find(root: str | os.PathLike[str]) -> str | None:
    """The name of the file in a folder, None when there is none. Raises UsageError for two."""
    there = [name for name in (NAME, OTHER) if os.path.isfile(os.path.join(root, name))]
    if len(there) > 1:
        raise UsageError(
            f"both {NAME} and {OTHER} are in {os.fspath(root)}", hint=f"keep one: {NAME}"
        )
    return there[0] if there else None


def read_bytes(root: str | os.PathLike[str], name: str) -> bytes:
    """The file's content. Raises UsageError."""
    try:
        with open(os.path.join(root, name), "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{name} can't be read: {error.strerror}") from None


def load(root: str | os.PathLike[str]) -> Config:
    """What a repository's headway.yaml says; the defaults where there is none.

    Raises InvalidFile with every mistake in it, UsageError when it can't be read.
    """
    from headway.config import loading

    return loading.load(root)
