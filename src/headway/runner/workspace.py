"""The folders that jobs work in: each a copy of the working tree, made once a run.

A run that needs copies takes one `Snapshot` of the tracked and untracked, not ignored files;
each job's `Workspace` comes from it. By an overlay mount where the system can (Linux, as
root), by shared blocks where the file system can (btrfs, XFS, …), else by copying. The
workspace has a `.git` of its own, so nothing that a job does reaches the user's tree or
repository.
"""

from __future__ import annotations

import os
import threading

from headway.clients import git
from headway.errors import HeadwayError
from headway.runner import copying, overlay, private_git
from headway.runner.mirror import Mirror, folder_for
from headway.runner.removal import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from headway.clients.git import Repository

# Files times jobs; below, copying is done before an overlay would be mounted.
FEW = 256


class Workspace:
    """A job's folder `path`. `method` is overlay, reflink, copy or in-place.

    Of one job, so not for several threads at a time.
    """

    def __init__(self, snapshot: Snapshot, path: str, method: str) -> None:
        self.path = path
        self.method = method
        self._snapshot = snapshot

    def copy_to(self, path: str) -> None:
        """Makes the folder `path` another copy of what was in the tree, `.git` included."""
        self._snapshot.copy_to(path)

    def refresh(self) -> None:
        """Makes the files what they were in the beginning, as a clean checkout does.

        What the job did to its repository stays, but for what is checked out. In place
        nothing is changed: those are the user's files.
        """

    def keep(self) -> None:
        """Makes the folder last: it will be there after the run, until it is deleted."""

    def remove(self) -> None:
        """Deletes the folder. Raises HeadwayError when something in it can't be deleted."""


class Snapshot:
    """The working tree of `repository` as it was when a job first needed it.

    `folder` is the run's own, for whatever has to be put down; `jobs` how many workspaces
    are to be expected (with one, it is made from the tree, without a copy in between);
    `cache`, if given, a folder where a copy is kept for the next run, when that helps.
    `warnings` tells of files that could not be read. Several threads may call `workspace`.
    """

    def __init__(
        self,
        repository: Repository,
        folder: str,
        in_place: bool = False,
        jobs: int = 1,
        cache: str = "",
    ) -> None:
        self.repository = repository
        self.folder = folder
        self.in_place = in_place
        self.jobs = jobs
        self.warnings: list[str] = []
        self._cache = cache
        self._lock = threading.Lock()
        self._names: list[str] | None = None
        self._tree = ""
        self._mirror: Mirror | None = None
        self._overlay = False
        self._method = "copy"

    def workspace(self, path: str) -> Workspace:
        """Makes the folder `path` with the tree's files; it may exist, if it is empty.

        Raises HeadwayError when git or the disk can't.
        """
        if self.in_place:
            return Workspace(self, self.repository.root, "in-place")
        try:
            with self._lock:
                if self._names is None:
                    self._take(os.path.dirname(path))
                use_overlay = self._overlay
            os.makedirs(path, exist_ok=True)
        except OSError as error:
            raise copying.disk_error(error, error.filename or path) from None
        if use_overlay:
            try:
                return _Overlay(self, path, [self._git_layer, self._tree])
            except OSError:
                with self._lock:
                    self._overlay = False  # not in this container, not on this file system
        return self._copy(path, self._names or [])

    def copy_to(self, path: str) -> None:
        """See `Workspace.copy_to`."""
        try:
            with self._lock:
                if self._names is None:
                    self._take(os.path.dirname(path))
            os.makedirs(path, exist_ok=True)
        except OSError as error:
            raise copying.disk_error(error, error.filename or path) from None
        # In place, the new folder may itself be in the tree.
        below = os.path.relpath(path, self._tree) + "/"
        self._copy(path, [name for name in self._names or [] if not name.startswith(below)])

    def _copy(self, path: str, names: list[str]) -> _Copy:
        return _Copy(self, path, self._method, self._tree, self._git_layer, names)

    @property
    def _git_layer(self) -> str:
        return os.path.join(self.folder, "git")

    def _take(self, destination: str) -> None:
        root = self.repository.root
        listed = git.listed(root)
        os.makedirs(self._git_layer, exist_ok=True)
        self._make_git(self.repository, "")
        self._overlay = overlay.possible() and len(listed) * self.jobs > FEW
        if self.jobs > 1 or (self._overlay and self._cache):
            self._names = self._copy_tree(root, listed)
        else:
            self._overlay, self._tree, self._names = False, root, listed
        if not self._overlay and self._shares_blocks(destination):
            self._method = "reflink"

    def _make_git(self, repository: Repository, below: str) -> None:
        target = os.path.join(self._git_layer, below)
        os.makedirs(target, exist_ok=True)
        private_git.make(repository.git_dir, repository.common_dir, os.path.join(target, ".git"))
        if os.path.exists(os.path.join(repository.root, ".gitmodules")):
            for module in git.submodules(repository.root):
                inner = git.discover(os.path.join(repository.root, module))
                self._make_git(inner, os.path.join(below, module))

    def _copy_tree(self, root: str, listed: list[str]) -> list[str]:
        if self._cache:
            mirror = Mirror(folder_for(self._cache, root))
            names = mirror.update(root, listed, self._unreadable)
            if names is not None:
                self._mirror, self._tree = mirror, mirror.tree
                return names
        self._tree = os.path.join(self.folder, "tree")
        os.makedirs(self._tree, exist_ok=True)
        return copying.copy_names(root, self._tree, listed, self._unreadable)

    def _shares_blocks(self, folder: str) -> bool:
        paths = (os.path.join(self._tree, name) for name in self._names or [])
        file = next((p for p in paths if os.path.isfile(p) and os.path.getsize(p)), "")
        return bool(file) and copying.reflinks(file, folder)

    def _unreadable(self, name: str) -> None:
        path = os.path.join(self.repository.root, name)
        self.warnings.append(f"{path} can't be read and is not in the jobs' workspaces")

    def remove(self) -> None:
        """Deletes what the snapshot put into `folder`; the workspaces must be gone."""
        if self._mirror:
            self._mirror.close()
        for path in (self._git_layer, os.path.join(self.folder, "tree")):
            remove_tree(path)


class _Overlay(Workspace):
    """A mount; what the job changes is in `layers/upper`. Raises OSError if it can't be."""

    def __init__(self, snapshot: Snapshot, path: str, lower: list[str]) -> None:
        super().__init__(snapshot, path, "overlay")
        self._lower = lower
        self._layers = path + ".layers"
        self._generation = 0
        try:
            self._mount()
        except OSError:
            remove_tree(self._layers)
            raise

    def _folder(self, name: str) -> str:
        return os.path.join(self._layers, f"{name}-{self._generation}")

    def _mount(self) -> None:
        for name in ("upper", "work"):
            os.makedirs(self._folder(name), exist_ok=True)
        overlay.mount(self._lower, self._folder("upper"), self._folder("work"), self.path)

    def refresh(self) -> None:
        upper = self._folder("upper")
        if not os.listdir(upper):
            return
        try:
            overlay.unmount(self.path)
            self._generation += 1
            os.makedirs(self._folder("upper"))
            if os.path.isdir(f"{upper}/.git"):
                os.rename(f"{upper}/.git", os.path.join(self._folder("upper"), ".git"))
            self._mount()
        except OSError as error:
            raise copying.disk_error(error, self.path) from None
        private_git.reset(os.path.join(self._lower[0], ".git"), f"{self.path}/.git")

    def keep(self) -> None:
        plain = self.path + ".kept"
        os.makedirs(plain, exist_ok=True)
        copying.copy_all(self.path, plain)
        self.remove()
        os.rename(plain, self.path)

    def remove(self) -> None:
        remove_tree(self.path)
        remove_tree(self._layers)


class _Copy(Workspace):
    """Plain files, from `tree` (the snapshot, or the user's tree) and `git_layer`."""

    def __init__(
        self,
        snapshot: Snapshot,
        path: str,
        method: str,
        tree: str,
        git_layer: str,
        names: list[str],
    ) -> None:
        super().__init__(snapshot, path, method)
        self._tree, self._git_layer, self._names = tree, git_layer, names
        copying.copy_names(tree, path, names, lambda name: None)
        copying.copy_all(git_layer, path)
        self._made = self._now()

    def _now(self) -> int:
        """The file system's clock: what changes from now on has at least this time (ns)."""
        os.utime(self.path)
        return os.stat(self.path).st_ctime_ns

    def refresh(self) -> None:
        missing = set(self._names)
        try:
            os.makedirs(self.path, exist_ok=True)
            self._clear("", missing, _folders_of(missing), self._repositories())
            copying.copy_names(self._tree, self.path, missing, lambda name: None)
            for below in self._repositories():
                folder = os.path.normpath(os.path.join(self.path, below))
                os.makedirs(folder, exist_ok=True)
                private_git.reset(os.path.join(self._git_layer, below, ".git"), f"{folder}/.git")
        except OSError as error:
            raise copying.disk_error(error, error.filename or self.path) from None
        self._made = self._now()

    def _clear(
        self, prefix: str, missing: set[str], folders: set[str], repositories: list[str]
    ) -> None:
        """Deletes what wasn't there or has changed; `missing` loses what is as it was."""
        for entry in _entries(os.path.join(self.path, prefix)):
            name = prefix + entry.name
            if not entry.is_dir(follow_symlinks=False):
                if name in missing and entry.stat(follow_symlinks=False).st_ctime_ns < self._made:
                    missing.remove(name)
                else:
                    os.unlink(entry.path)
            elif name in folders:
                self._clear(name + "/", missing, folders, repositories)
            elif entry.name != ".git" or prefix.rstrip("/") not in repositories:
                remove_tree(entry.path)

    def _repositories(self) -> list[str]:
        """The folders that have a `.git`: "" and those of the submodules."""
        found = []
        for folder, subfolders, _ in os.walk(self._git_layer):
            if ".git" in subfolders:
                subfolders.remove(".git")
                found.append(os.path.relpath(folder, self._git_layer).removeprefix("."))
        return found

    def remove(self) -> None:
        remove_tree(self.path)


def _folders_of(names: set[str]) -> set[str]:
    folders: set[str] = set()
    for name in names:
        while (name := os.path.dirname(name)) and name not in folders:
            folders.add(name)
    return folders


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except PermissionError:
        os.chmod(folder, 0o700)
        with os.scandir(folder) as entries:
            return list(entries)


def reap(folder: str, alive: Callable[[str], bool]) -> list[str]:
    """Deletes the folders in `folder` whose names aren't `alive`; gives the names deleted.

    For what killed runs left: mounts are taken away first, links are not followed. What
    can't be deleted is left for the next time.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    reaped = []
    for name in names:
        if alive(name):
            continue
        try:
            remove_tree(os.path.join(folder, name))
        except HeadwayError:
            continue
        reaped.append(name)
    return reaped
