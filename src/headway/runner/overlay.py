"""Overlay mounts: a writable view of folders that stay as they are (Linux, as root).

Straight through mount(2): starting mount(8) costs ten times as much as mounting.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_NOFOLLOW, _DETACH = 8, 2
_SYS_ADMIN = 21  # the bit of CAP_SYS_ADMIN; root in a container seldom has it
# `volatile`: no sync of the upper layer when it is unmounted, which is about to be deleted
# anyhow (Linux 5.10). `redirect_dir`: folders of the lower layer can be renamed, as in any
# other file system. Older kernels refuse what they don't know, then less is asked for.
_OPTIONS = ("volatile,redirect_dir=on,index=off,metacopy=off", "redirect_dir=on", "")
_LONGEST = 4000  # bytes of options; the kernel takes a page


def possible() -> bool:
    """Whether it is worth trying: Linux, and the capability that mount(2) needs."""
    try:
        with open("/proc/self/status", "rb") as file:
            capabilities = file.read().partition(b"CapEff:")[2].split(None, 1)[0]
    except (OSError, IndexError):
        return False
    return bool(int(capabilities, 16) >> _SYS_ADMIN & 1)


def mount(lower: Sequence[str], upper: str, work: str, target: str) -> None:
    """Mounts on `target` what is in `lower` (the first wins), changes going to `upper`.

    `upper` and `work` are folders on one file system, `work` empty. Raises OSError.
    """
    layers = f"lowerdir={':'.join(_escaped(p).replace(':', chr(92) + ':') for p in lower)}"
    layers += f",upperdir={_escaped(upper)},workdir={_escaped(work)}"
    data = os.fsencode(layers)
    if len(data) > _LONGEST:
        raise OSError(7, "the paths are too long for the options of a mount")
    failure = OSError()
    for options in _OPTIONS:
        try:
            _call("mount", b"headway", os.fsencode(target), b"overlay", 0, _with(data, options))
            return
        except OSError as error:
            failure = error
            if error.errno != 22:  # EINVAL: an option that this kernel doesn't know
                break
    raise failure


def _with(data: bytes, options: str) -> bytes:
    return data + b"," + options.encode() if options else data


def _escaped(path: str) -> str:
    return path.replace("\\", "\\\\").replace(",", "\\,")


def unmount(target: str) -> None:
    """Takes the mount away at once, even from under a program that is still in it.

    Raises OSError.
    """
    _call("umount2", os.fsencode(target), _DETACH | _NOFOLLOW)


def mounts_below(folder: str) -> list[str]:
    """Mount points at or below `folder`, deepest first."""
    prefix = os.path.realpath(folder)
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    points = [_unescaped(line.split(b" ")[4]) for line in lines if line]
    found = [p for p in points if p == prefix or p.startswith(prefix + "/")]
    return sorted(found, key=len, reverse=True)


def _unescaped(field: bytes) -> str:
    for code in (b"040", b"011", b"012", b"134"):
        field = field.replace(b"\\" + code, bytes([int(code, 8)]))
    return os.fsdecode(field)


def _call(function: str, *arguments: object) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
