"""As whom instances run, and where they find their files.

As root, instances get a user of their own, one an environment: a number from the range that
systemd keeps for such users, without an entry in /etc/passwd. Such a user may not look into
the state folder, so the release's files are put below `/var/lib/headway` for it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import zlib

from msgspec import Struct

from headway import home
from headway.errors import HeadwayError, UsageError

FOLDER = "HEADWAY_INSTANCES"  # another folder than the default
DEFAULT = "/var/lib/headway"
_FIRST, _COUNT = 61184, 4335


class Account(Struct, frozen=True):
    """`uid` -1: as Headway itself."""

    uid: int = -1
    gid: int = -1
    name: str = ""


def account(user: str, environment: str) -> Account:
    """Raises UsageError for a user that isn't there, or may not be had."""
    if os.geteuid() != 0:
        if user and user not in (str(os.geteuid()), _own_name()):
            raise UsageError(f"only root can run instances as {user}", hint="leave out user")
        return Account()
    if not user:
        number = _FIRST + zlib.crc32(f"{home.state()}\0{environment}".encode()) % _COUNT
        return Account(number, number)
    try:
        found = pwd.getpwuid(int(user)) if user.isdigit() else pwd.getpwnam(user)
    except KeyError:
        if user.isdigit():
            return Account(int(user), int(user))
        raise UsageError(
            f"there is no user {user}", hint="make one, or leave out user: each environment has one"
        ) from None
    if found.pw_uid == os.geteuid():
        return Account()
    return Account(found.pw_uid, found.pw_gid, found.pw_name)


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def group_folder(environment: str, group: str) -> str:
    """Where a group of another user's instances is. Not made here."""
    base = os.environ.get(FOLDER) or DEFAULT
    key = f"{zlib.crc32(home.state().encode()):08x}"
    return os.path.join(base, key, environment, group)


def provide(files: str, folder: str, owner: Account) -> None:
    """The release's files in `folder/files`, for `owner` alone; nothing if they are there."""
    if os.path.isdir(os.path.join(folder, "files")):
        return
    try:
        above = os.path.dirname(folder)
        os.makedirs(above, exist_ok=True)
        for level in (above, os.path.dirname(above), os.path.dirname(os.path.dirname(above))):
            with contextlib.suppress(OSError):
                os.chmod(level, 0o711 | os.stat(level).st_mode)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        new = os.path.join(folder, f".new-{os.getpid()}")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(files, new, symlinks=True, copy_function=_link_or_copy)
        os.rename(new, os.path.join(folder, "files"))
        os.chown(folder, owner.uid, owner.gid)
    except OSError as error:
        raise HeadwayError(
            f"instances can't have a folder of their own: {error}",
            hint=f"set {FOLDER} to another folder, or user: root",
        ) from None


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
