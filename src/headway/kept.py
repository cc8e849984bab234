"""What was worked out of a file, kept for as long as the file and the code that read it last.

It is what `__pycache__` is to Python: by content and by the readers' own version, in a folder
that only its user can write to. So an unchanged file needs neither a YAML reader nor checks.
"""

from __future__ import annotations

import contextlib
import os

from headway import __version__, home
from headway.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def key(data: bytes, path: str, readers: Iterable[str]) -> str:
    """Changes with the file, its path, and every module in the folders `readers`."""
    newest = 0
    for folder in readers:
        with os.scandir(folder) as entries:
            newest = max(newest, *(e.stat().st_mtime_ns for e in entries))
    return sha256(f"{__version__} {newest} {path}\0".encode() + data).hexdigest()


def get(kind: str, key: str) -> Any:
    """What was put there; None when there is nothing that can be read."""
    import _pickle as pickle

    try:
        with open(_file(kind, key), "rb") as stream:
            return pickle.load(stream)
    except Exception:  # a damaged file makes pickle raise nearly anything
        return None


def put(kind: str, key: str, value: object) -> None:
    """Writes the file whole or not at all; a cache that can't be written only costs time."""
    import _pickle as pickle

    file = _file(kind, key)
    temporary = f"{file}.{os.getpid()}"
    content = pickle.dumps(value, 5)
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.write(content)
        os.replace(temporary, file)


def _file(kind: str, key: str) -> str:
    return os.path.join(home.cache(), kind, key)
