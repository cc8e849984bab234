"""The one name of a file: relative to the repository, whatever machine and folder a tool ran in.

Pure: the repository's files are given. Without them only what can be told from the path itself
is done.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

# Where CI services put a repository's working tree.
_CHECKOUTS = re.compile(
    r"(?:[A-Za-z]:)?/(?:home/runner/work/[^/]+/[^/]+|a/[^/]+/[^/]+|__w/[^/]+/[^/]+"
    r"|github/workspace|builds/[^/]+/[^/]+|home/circleci/project|var/jenkins_home/workspace/[^/]+"
    r"|bitbucket/pipelines/agent/build|Users/runner/work/[^/]+/[^/]+)/"
)
# Installed packages are never the repository's, however alike their names are.
_FOREIGN = re.compile(r"(?:^|/)(?:site-packages|dist-packages|node_modules|\.venv|\.tox)/")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")


class Paths:
    """Names files as the repository does.

    `root` is where the repository is on this machine, `files` its files (relative, forward
    slashes), `prefixes` what else stands for a folder of it: `{"example.com/shop": "backend"}`
    for the Go module in `backend`.
    """

    def __init__(
        self,
        root: str = "",
        files: Iterable[str] = (),
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        self._root = _clean(root).rstrip("/") + "/" if root else ""
        self._files = frozenset(files)
        self._prefixes = sorted((prefixes or {}).items(), key=lambda item: -len(item[0]))
        self._by_name: dict[str, list[str]] = {}
        for file in self._files:
            self._by_name.setdefault(file.rpartition("/")[2], []).append(file)
        self._known: dict[tuple[str, tuple[str, ...]], str] = {}

    def resolve(self, path: str, roots: tuple[str, ...] = ()) -> str:
        """The repository's name of `path`; `roots` are folders that it may be relative to."""
        key = (path, roots)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolve(path, roots)
        return found

    def _resolve(self, path: str, roots: tuple[str, ...]) -> str:
        if not path:
            return ""
        plain = self._inside(_clean(path))
        if plain in self._files:
            return plain
        joined = [] if _ABSOLUTE.match(plain) else [self._under(root, plain) for root in roots]
        for candidate in joined:
            if candidate in self._files:
                return candidate
        if self._files:
            return self._by_ending(plain) or plain
        # A single folder of sources leaves no doubt.
        if len(joined) == 1 and not _ABSOLUTE.match(joined[0]):
            return joined[0]
        return plain

    def _under(self, root: str, path: str) -> str:
        return self._inside(_clean(posixpath.join(root.replace("\\", "/"), path)))

    def _inside(self, path: str) -> str:
        """Without what is before the repository."""
        for prefix, folder in self._prefixes:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                return posixpath.join(folder, path[len(prefix) :].lstrip("/"))
        if self._root and path.startswith(self._root):
            return path[len(self._root) :]
        checkout = _CHECKOUTS.match(path)
        return path[checkout.end() :] if checkout else path

    def _by_ending(self, path: str) -> str:
        """The one file whose name ends with this path, or that this path ends with."""
        if _FOREIGN.search(path):
            return ""
        same = self._by_name.get(path.rpartition("/")[2], ())
        longer = [file for file in same if file.endswith("/" + path)]
        if longer:
            return longer[0] if len(longer) == 1 else ""
        shorter = [file for file in same if path.endswith("/" + file)]
        return max(shorter, key=len, default="")


def _clean(path: str) -> str:
    """Forward slashes, no `file://`, `.` or `..` where they can be resolved."""
    path = path.strip().replace("\\", "/")
    if path.startswith("file:"):
        from urllib.parse import unquote

        path = unquote(re.sub(r"^file:(?://[^/]*)?", "", path))
        path = path[1:] if re.match(r"/[A-Za-z]:/", path) else path
    if "/./" in path or "//" in path or ".." in path or path.startswith("./"):
        path = posixpath.normpath(path)
    return path
