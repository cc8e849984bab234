"""Evidence and what judges were given, as files named by the digest of their content."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import zlib
from collections.abc import Collection

from headway import home
from headway.errors import HeadwayError

LARGEST = 1 << 30  # bytes of one record, unpacked


def put(data: bytes) -> str:
    """Keeps the bytes; their sha256 in hexadecimal. Raises HeadwayError when that can't be."""
    digest = hashlib.sha256(data).hexdigest()
    path = _file(digest)
    with contextlib.suppress(OSError):
        os.utime(path)  # of now again, so that `prune` leaves it alone
        return digest
    temporary = f"{path}.{os.getpid()}"
    try:
        home.made(os.path.dirname(path))
        with open(temporary, "wb") as file:
            file.write(gzip.compress(data, 1, mtime=0))
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise HeadwayError(f"{path} can't be written: {error.strerror}") from None
    return digest


def get(digest: str) -> bytes:
    """The bytes of this digest. Raises HeadwayError when they aren't there or are others."""
    path = _file(digest)
    try:
        with open(path, "rb") as file:
            data = unpacked(file.read())
    except FileNotFoundError:
        raise HeadwayError(
            f"the record {digest[:12]} isn't there any more", hint=f"it was in {path}"
        ) from None
    except (OSError, ValueError) as error:
        raise HeadwayError(f"{path} can't be read: {error}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise HeadwayError(f"{path} is not what was written: its content was changed")
    return data


def prune(kept: Collection[str], *, before: float) -> None:
    """Removes records but these, unless they were put there later (seconds since 1970)."""
    with os.scandir(folder()) as files:
        for file in files:
            digest = file.name.split(".")[0]
            if digest and digest not in kept and file.stat().st_mtime < before:
                with contextlib.suppress(OSError):
                    os.unlink(file.path)


def unpacked(data: bytes) -> bytes:
    """What gzip packed, up to a bound, or the data as it is. Raises ValueError."""
    if data[:2] != b"\x1f\x8b":
        return data
    stream = zlib.decompressobj(31)
    try:
        whole = stream.decompress(data, LARGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if stream.unconsumed_tail or not stream.eof:
        raise ValueError("it is cut off, or larger than any evidence")
    return whole


def folder() -> str:
    return os.path.join(home.state(), "evidence")


def _file(digest: str) -> str:
    return os.path.join(folder(), f"{digest}.json.gz")
