"""Uploads, as Azure's clients send them ("Put Block", "Put Block List", "Put Blob")."""

from __future__ import annotations

import os
import re
import secrets

from headway.runner.services.exchange import Exchange, Refused
from headway.values import Value

MOST = 64 << 30  # bytes of one upload
_ID = re.compile(r"<(?:Latest|Uncommitted|Committed)>([A-Za-z0-9+/=]+)</")


class Blob(Value):
    """What was uploaded: a file with its size in bytes and SHA-256 (hex)."""

    path: str
    size: int
    digest: str


class Blobs:
    """Uploads under way and done, in a folder that goes with the run."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def reserve(self) -> str:
        """The name of a new upload."""
        name = secrets.token_hex(8)
        os.makedirs(os.path.join(self._folder, name))
        return name

    def receive(self, name: str, exchange: Exchange) -> None:
        kind = exchange.query.get("comp", "")
        if kind == "block":
            self._write(name, _block(exchange.query.get("blockid", "")), exchange)
        elif kind == "blocklist":
            self._join(name, _ID.findall(exchange.text()))
        elif kind == "":
            self._write(name, "whole", exchange)
        else:
            raise Refused(400, "invalid_argument", f"comp={kind}")
        exchange.answer(201, None, {"ETag": '"1"', "x-ms-request-server-encrypted": "false"})

    def append(self, name: str, exchange: Exchange) -> None:
        """A part of a file, put where its Content-Range says."""
        found = re.match(r"bytes (\d+)-(\d+)/", exchange.headers.get("Content-Range") or "")
        start = int(found[1]) if found else 0
        if start > MOST:
            raise Refused(413, "out_of_range", f"more than {MOST} bytes")
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
        with open(os.open(self._path(name, "whole"), flags, 0o600), "wb") as file:
            file.seek(start)
            exchange.copy_to(file, MOST - start)

    def _write(self, name: str, part: str, exchange: Exchange) -> None:
        path = self._path(name, part)
        with open(path + ".new", "wb") as file:
            exchange.copy_to(file, MOST)
        os.replace(path + ".new", path)

    def _join(self, name: str, ids: list[str]) -> None:
        with open(self._path(name, "whole"), "wb") as whole:
            for block in ids:
                path = self._path(name, _block(block))
                try:
                    _append(path, whole.fileno())
                except FileNotFoundError:
                    raise Refused(400, "invalid_argument", f"no block {block}") from None
                os.unlink(path)

    def finish(self, name: str) -> Blob:
        """The upload, as one file. Raises Refused when nothing was uploaded."""
        import hashlib

        path = self._path(name, "whole")
        try:
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                return Blob(path, os.fstat(file.fileno()).st_size, digest)
        except FileNotFoundError:
            raise Refused(400, "failed_precondition", "nothing was uploaded") from None

    def drop(self, name: str) -> None:
        from headway.runner.removal import remove_tree

        remove_tree(os.path.join(self._folder, name))

    def _path(self, name: str, part: str) -> str:
        folder = os.path.join(self._folder, name)
        if not re.fullmatch(r"[0-9a-f]{16}", name) or not os.path.isdir(folder):
            raise Refused(404, "not_found", "no such upload")
        return os.path.join(folder, part)


def _block(name: str) -> str:
    import hashlib

    return hashlib.sha256(name.encode()).hexdigest()


def _append(path: str, target: int) -> None:
    with open(path, "rb") as source:
        left = os.fstat(source.fileno()).st_size
        while left:
            left -= os.sendfile(target, source.fileno(), None, left)
