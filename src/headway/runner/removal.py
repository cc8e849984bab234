"""Deletes what a run leaves behind, and nothing else.

Steps may have put anything below: links out of it, mounts of the user's folders, folders
without permissions, trees deeper than a path can say. Links are deleted, never followed;
mounts are taken away first, and what can't be taken away is not entered.
"""

from __future__ import annotations

import os
import stat

from headway.errors import HeadwayError
from headway.runner import overlay

_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 100  # open folders at a time


def remove_tree(path: str) -> None:
    """Deletes a folder (or file) and all below it; nothing happens when there is none.

    Deletes as much as it can, then raises HeadwayError for the first thing that it couldn't.
    """
    if not os.path.lexists(path):
        return
    unmount_below(path)
    try:
        about = os.lstat(path)
        if not stat.S_ISDIR(about.st_mode):
            os.unlink(path)
            return
    except FileNotFoundError:
        return
    removal = _Removal(path, about.st_dev)
    removal.run()
    if removal.problem:
        raise HeadwayError(removal.problem, hint=f"delete it yourself: rm -rf {path}")


def unmount_below(path: str) -> None:
    """Takes away all mounts at or below `path`. Raises HeadwayError when one stays."""
    for point in overlay.mounts_below(path):
        try:
            overlay.unmount(point)
        except OSError as error:
            raise HeadwayError(
                f"{point} is mounted and can't be unmounted: {error.strerror}",
                hint=f"unmount it yourself: umount {point}",
            ) from None


class _Removal:
    def __init__(self, path: str, device: int) -> None:
        self.path, self.device = path, device
        self.problem = ""
        self._moved = 0

    def run(self) -> None:
        try:
            _allow(self.path, None)
            top = os.open(self.path, _OPEN)
        except OSError as error:
            self._note(self.path, error)
            return
        try:
            before = -1
            while before != self._moved:  # again, while deep folders were moved to the top
                before = self._moved
                self._empty(top, top, self.path, 0)
        finally:
            os.close(top)
        try:
            os.rmdir(self.path)
        except OSError as error:
            self._note(self.path, error)

    def _empty(self, folder: int, top: int, path: str, depth: int) -> None:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for name, is_folder in found:
            try:
                if not is_folder:
                    os.unlink(name, dir_fd=folder)
                elif depth < _DEEPEST:
                    self._remove_folder(name, folder, top, f"{path}/{name}", depth)
                else:
                    self._moved += 1
                    _allow(name, folder)
                    shallow = f".headway-deep-{self._moved}"
                    os.rename(name, shallow, src_dir_fd=folder, dst_dir_fd=top)
            except OSError as error:
                self._note(f"{path}/{name}", error)

    def _remove_folder(self, name: str, parent: int, top: int, path: str, depth: int) -> None:
        try:
            os.rmdir(name, dir_fd=parent)
            return
        except OSError:
            pass  # not empty, most likely
        _allow(name, parent)
        folder = os.open(name, _OPEN, dir_fd=parent)
        try:
            if os.fstat(folder).st_dev != self.device:
                raise OSError(18, "another file system is mounted there")
            self._empty(folder, top, path, depth + 1)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=parent)

    def _note(self, path: str, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return  # somebody else deletes it too: a run that ends, and the next one's start
        if not self.problem:
            self.problem = f"{path} can't be deleted: {error.strerror}"


def _allow(name: str, parent: int | None) -> None:
    """Lets the owner into a folder that a step has closed."""
    about = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if stat.S_ISDIR(about.st_mode) and about.st_mode & 0o700 != 0o700:
        os.chmod(name, 0o700, dir_fd=parent)
