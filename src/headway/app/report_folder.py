"""`.headway/reports`: where scans and suites leave their reports, out of git's sight."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable

from headway.app.reports import OWN
from headway.errors import HeadwayError


def make(root: str, *names: str) -> str:
    """The path of a folder in `.headway/reports`, made where it isn't there."""
    path = os.path.join(root, OWN, *names)
    try:
        os.makedirs(path, exist_ok=True)
        ignore = os.path.join(root, ".headway", ".gitignore")
        if not os.path.lexists(ignore):
            with open(ignore, "w", encoding="utf-8") as file:
                file.write("*\n")
    except OSError as error:
        raise HeadwayError(f"{path} can't be made: {error.strerror}") from None
    return path


def empty(path: str) -> None:
    """Removes what is in a folder; the folder stays."""
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)


def remove(folder: str, names: Iterable[str]) -> None:
    """Removes the files that are called `NAME.…` or `NAME-…`."""
    starts = tuple(f"{name}{mark}" for name in names for mark in (".", "-"))
    for name in os.listdir(folder):
        if starts and name.startswith(starts):
            os.unlink(os.path.join(folder, name))


def stem(*parts: str) -> str:
    """A name for a file: `eslint-web-shop`."""
    words = (re.sub(r"[^A-Za-z0-9._]+", "-", part).strip("-.") for part in parts)
    return "-".join(word for word in words if word)
