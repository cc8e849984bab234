"""What scanners see of a repository: the names of its files, and the texts of some. Pure."""

from __future__ import annotations

import json
import posixpath
import tomllib
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

# Never looked at, also where git doesn't ignore them.
SKIPPED = frozenset(
    (
        *(".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", ".eggs", "__pycache__"),
        *("node_modules", "bower_components", ".headway", "site-packages", ".terraform"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".cache", ".next"),
        *(".gradle", ".direnv", ".pixi", "htmlcov"),
    )
)
BUILT = frozenset(("build", "dist", "target", "out"))  # where git doesn't say what they are


class Project:
    """`files` are the repository's, from its root, without what is never looked at. `text` reads
    one ("" when there is none). `ignored` are folders that are there and aren't looked at.
    """

    def __init__(
        self,
        files: Iterable[str],
        text: Callable[[str], str],
        *,
        ignored: Iterable[str] = (),
        exclude: Iterable[str] = (),
        in_git: bool = True,
    ) -> None:
        names = tuple(files)
        self.exclude = tuple(exclude)
        self.files = tuple(sorted(f for f in names if not self._passed_over(f)))
        self.text = text
        self.ignored = tuple(sorted({*ignored, *_skipped(names), *_folders(names, self.exclude)}))
        self.in_git = in_git
        self._known = frozenset(self.files)

    def _passed_over(self, file: str) -> bool:
        if not SKIPPED.isdisjoint(file.split("/")):
            return True
        return any(matches(file, pattern) for pattern in self.exclude)

    def has(self, path: str) -> bool:
        return path in self._known

    def named(self, *names: str) -> list[str]:
        """Paths of the files that are called so (globs)."""
        return [f for f in self.files if any(fnmatchcase(base(f), name) for name in names)]

    def ending(self, *endings: str) -> list[str]:
        return [file for file in self.files if file.endswith(endings)]

    @cached_property
    def python(self) -> list[str]:
        return self.ending(".py")

    @cached_property
    def javascript(self) -> list[str]:
        return self.ending(".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")

    def toml(self, path: str) -> dict[str, Any]:
        """A TOML file's content; nothing of one that can't be read."""
        try:
            return tomllib.loads(self.text(path))
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}

    def json(self, path: str) -> dict[str, Any]:
        try:
            found = json.loads(self.text(path))
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def below(self, folder: str, files: Iterable[str]) -> list[str]:
        """Those of the files that are in a folder, as seen from it."""
        if not folder:
            return list(files)
        return [f[len(folder) + 1 :] for f in files if f.startswith(folder + "/")]

    def out(self, folder: str = "") -> list[str]:
        """Folders below `folder`, as seen from it, that a tool must leave out when it walks."""
        return self.below(folder, self.ignored)


def _skipped(files: Iterable[str]) -> Iterator[str]:
    """Folders that are never looked at, but that git doesn't ignore."""
    for file in files:
        parts = file.split("/")
        if not SKIPPED.isdisjoint(parts[:-1]):
            first = next(n for n, part in enumerate(parts) if part in SKIPPED)
            yield "/".join(parts[: first + 1])


def _folders(files: Iterable[str], patterns: Iterable[str]) -> Iterator[str]:
    """Whole folders that these patterns leave out."""
    plain = [_plain(pattern) for pattern in patterns]
    if not plain:
        return
    for file in files:
        parts = file.split("/")
        for count in range(1, len(parts)):
            at = "/".join(parts[:count])
            if any(fnmatchcase(at, one) or ("/" not in one and parts[count - 1] == one)
                   for one in plain):  # fmt: skip
                yield at
                break


def matches(file: str, pattern: str) -> bool:
    """`docs/**`, `src/gen` (the folder and all in it), `*.min.js` (anywhere)."""
    plain = _plain(pattern)
    if not plain:
        return False
    if file == plain or file.startswith(plain + "/"):
        return True
    if "/" not in plain:
        return any(fnmatchcase(part, plain) for part in file.split("/"))
    return fnmatchcase(file, plain) or fnmatchcase(file, plain + "/*")


def _plain(pattern: str) -> str:
    return pattern.strip().removeprefix("./").rstrip("/").removesuffix("/**").removesuffix("/*")


def base(path: str) -> str:
    return posixpath.basename(path)


def folder(path: str) -> str:
    return posixpath.dirname(path)


def table(data: object, *keys: str) -> dict[str, Any]:
    """The table at nested keys, {} where there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}
