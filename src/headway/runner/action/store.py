"""The actions that were fetched: a folder for each commit, shared by all runs on this machine.

    actions/<server>/<owner>/<name>/<commit>/      the files, as they were
    actions/<server>/<owner>/<name>/names          the commit that each tag or branch last named
    actions/<server>/<owner>/<name>/lock           held (flock) by whoever fetches

A folder appears whole or not at all: it is filled under another name and then renamed. What
was being filled when its process ended is deleted by the next one to fetch from there.
"""

from __future__ import annotations

import contextlib
import os

from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FILLING = "filling-"


class Store:
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find(self, repository: str, commit: str) -> str:
        """The folder with a commit's files, or "". `repository` is server/owner/name."""
        folder = os.path.join(self._folder, repository, commit)
        try:
            os.utime(folder)  # used now: see `prune`
        except OSError:
            return folder if os.path.isdir(folder) else ""
        return folder

    def take(self, repository: str, commit: str, fill: Callable[[str], None]) -> str:
        """The folder with a commit's files; `fill` makes the folder that it is given, if need be.

        Of several that want the same one fills it and the others wait. Raises what `fill` does.
        """
        found = self.find(repository, commit)
        if found:
            return found
        place = os.path.join(self._folder, repository)
        with self._locked(place):
            found = self.find(repository, commit)
            if found:
                return found
            _tidy(place)
            filling = os.path.join(place, _FILLING + commit)
            try:
                fill(filling)
                os.rename(filling, os.path.join(place, commit))
            finally:
                _tidy(place)
        return os.path.join(place, commit)

    def recall(self, repository: str, ref: str) -> str:
        """The commit that a tag or branch named when it was last asked for, or ""."""
        return self._names(os.path.join(self._folder, repository)).get(ref, "")

    def remember(self, repository: str, ref: str, commit: str) -> None:
        if self.recall(repository, ref) == commit:
            return
        place = os.path.join(self._folder, repository)
        with self._locked(place):
            names = {**self._names(place), ref: commit}
            text = "".join(f"{sha} {name}\n" for name, sha in sorted(names.items()))
            file = os.path.join(place, "names")
            with open(file + ".new", "w", encoding="utf-8", errors="surrogateescape") as stream:
                stream.write(text)
            os.replace(file + ".new", file)

    @staticmethod
    def _names(place: str) -> dict[str, str]:
        try:
            with open(
                os.path.join(place, "names"), encoding="utf-8", errors="surrogateescape"
            ) as file:
                pairs = [line.rstrip("\n").partition(" ") for line in file]
        except OSError:
            return {}
        return {name: sha for sha, _, name in pairs}

    @staticmethod
    @contextlib.contextmanager
    def _locked(place: str) -> Iterator[None]:
        import fcntl

        os.makedirs(place, mode=0o700, exist_ok=True)
        lock = os.open(os.path.join(place, "lock"), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def prune(folder: str, older_than: float) -> list[str]:
    """Deletes the commits in a store that no run has used for so many seconds; their folders."""
    import time

    pruned = []
    for place, names, _ in os.walk(folder):
        commits = [name for name in names if len(name) in (40, 64)]
        names[:] = [name for name in names if name not in commits]
        for name in commits:
            path = os.path.join(place, name)
            with Store._locked(place):
                if time.time() - os.lstat(path).st_mtime > older_than:
                    # Another name first: what is half deleted must not be found.
                    os.rename(path, os.path.join(place, _FILLING + name))
                    _tidy(place)
                    pruned.append(path)
    return pruned


def _tidy(place: str) -> None:
    for name in os.listdir(place):
        if name.startswith(_FILLING):
            remove_tree(os.path.join(place, name))
