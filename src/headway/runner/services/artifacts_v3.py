"""Artifacts as `@actions/artifact` 1 stores them (upload-artifact and download-artifact v1–v3).

Files come one by one, in parts, each named by `itemPath`; several uploads may add to an
artifact. It enters the run's store when its size is told, which ends an upload.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import threading
import zlib

from headway.runner.action.builtin import artifact_store
from headway.runner.action.builtin.base import ActionFailed
from headway.runner.services.exchange import Exchange, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from headway.runner.services.artifacts import Artifacts

PREFIX = "/_apis/pipelines/workflows/"
CONTAINERS = "/_apis/resources/Containers/"
_MOST = 64 << 30  # bytes of one file


class ArtifactsV3:
    """`base` gives the server's own address, `address` a signed URL of a path."""

    def __init__(
        self,
        artifacts: Artifacts,
        folder: str,
        base: Callable[[Exchange], str],
        address: Callable[[Exchange, str, str], str],
    ) -> None:
        self._artifacts = artifacts
        self._folder = folder
        self._base = base
        self._address = address
        self._lock = threading.Lock()

    def rest(self, exchange: Exchange) -> None:
        """The calls that begin, end and list artifacts."""
        match exchange.method:
            case "POST":
                self._create(exchange)
            case "PATCH":
                self._finish(exchange)
            case "GET":
                self._list(exchange)
            case _:
                raise Refused(404, "not_found", f"{exchange.method} {exchange.path}")

    def _create(self, exchange: Exchange) -> None:
        name = str(exchange.json().get("Name", ""))
        try:
            artifact_store.check_name(name)
        except ActionFailed as error:
            raise Refused(400, "invalid_argument", str(error)) from None
        with self._lock:
            os.makedirs(os.path.join(self._folder, name), exist_ok=True)
        exchange.answer(201, self._described(exchange, name, -1))

    def _finish(self, exchange: Exchange) -> None:
        name = exchange.query.get("artifactName", "")
        incoming = self._incoming(name)
        with self._lock:
            for existing in artifact_store.artifacts(self._store):
                if existing.name == name:  # an upload of the same name adds to it
                    _merge(existing.path, incoming)
                    artifact_store.delete(self._store, name)

            def fill(folder: str) -> tuple[int, int, str]:
                shutil.copytree(incoming, folder, dirs_exist_ok=True, copy_function=shutil.move)
                return artifact_store.summed(folder)

            stored = artifact_store.add(self._store, name, fill)
            shutil.rmtree(incoming)
        self._artifacts.announce(exchange, stored)
        exchange.answer(200, self._described(exchange, name, stored.size))

    def _list(self, exchange: Exchange) -> None:
        found = [
            self._described(exchange, a.name, a.size) for a in artifact_store.artifacts(self._store)
        ]
        exchange.answer(200, {"count": len(found), "value": found})

    def content(self, exchange: Exchange) -> None:
        """The calls about an artifact's files."""
        name = exchange.path.removeprefix(CONTAINERS)
        if exchange.method == "PUT":
            self._receive(name, exchange)
        elif exchange.method == "GET":
            self._files(name, exchange)
        else:
            raise Refused(404, "not_found", f"{exchange.method} {exchange.path}")

    def _receive(self, name: str, exchange: Exchange) -> None:
        path = _inside(self._incoming(name), exchange.query.get("itemPath", ""), name)
        found = re.match(r"bytes (\d+)-(\d+)/(\d+|\*)", exchange.headers.get("Content-Range") or "")
        start, end, total = (int(found[1]), int(found[2]), found[3]) if found else (0, 0, "*")
        if start > _MOST:
            raise Refused(413, "out_of_range", f"more than {_MOST} bytes")
        packed = (exchange.headers.get("Content-Encoding") or "") == "gzip"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        part = path + ".\x01part" if packed else path
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(part, flags, 0o600), "wb") as file:
            file.seek(start)
            exchange.copy_to(file, _MOST - start)
        if packed and total.isdecimal() and end + 1 == int(total):
            _decompress(part, path)
            os.unlink(part)
        exchange.answer(200, {})

    def _files(self, name: str, exchange: Exchange) -> None:
        artifact = self._find(name)
        entries: list[dict[str, Any]] = []
        for folder, _, files in os.walk(artifact.path):
            below = os.path.relpath(folder, artifact.path)
            start = name if below == "." else f"{name}/{below}"
            entries.append({"path": start, "itemType": "folder"})
            for file in sorted(files):
                url = self._address(exchange, f"/blobs/file/{start}/{file}", "r")
                size = os.path.getsize(os.path.join(folder, file))
                entries.append(
                    {
                        "path": f"{start}/{file}",
                        "itemType": "file",
                        "fileLength": size,
                        "contentLocation": url,
                    }
                )
        exchange.answer(200, {"count": len(entries), "value": entries})

    def download(self, path: str, exchange: Exchange) -> None:
        """What `contentLocation` leads to."""
        name, _, rest = path.partition("/")
        file = _inside(self._find(name).path, rest, "")
        if not os.path.isfile(file):
            raise Refused(404, "not_found", "no such file")
        exchange.answer_file(file, {"Content-Type": "application/octet-stream"})

    @property
    def _store(self) -> str:
        return self._artifacts.run_store

    def _find(self, name: str) -> artifact_store.Artifact:
        try:
            return artifact_store.find(self._store, name)
        except ActionFailed as error:
            raise Refused(404, "not_found", str(error)) from None

    def _incoming(self, name: str) -> str:
        folder = _inside(self._folder, name, "")
        if not os.path.isdir(folder):
            raise Refused(404, "not_found", f"no upload of {name} was begun")
        return folder

    def _described(self, exchange: Exchange, name: str, size: int) -> dict[str, Any]:
        url = f"{self._base(exchange)}{CONTAINERS}{name}"
        return {
            "name": name,
            "type": "actions_storage",
            "size": size,
            "containerId": 1,
            "fileContainerResourceUrl": url,
        }


def _decompress(source: str, target: str) -> None:
    left = _MOST
    try:
        with gzip.open(source, "rb") as reader, open(target, "wb") as writer:
            while chunk := reader.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise Refused(413, "out_of_range", f"more than {_MOST} bytes")
                writer.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refused(400, "invalid_argument", f"not gzip: {error}") from None


def _inside(folder: str, path: str, name: str) -> str:
    """`path` in `folder`, which it can't leave; the artifact's name at its start is left out."""
    parts = [part for part in re.split(r"[/\\]", path) if part not in ("", ".")]
    if name and parts[:1] == [name]:
        parts = parts[1:]
    if ".." in parts or not parts:
        raise Refused(400, "invalid_argument", f"not a path in an artifact: {path!r}")
    return os.path.join(folder, *parts)


def _merge(source: str, target: str) -> None:
    """What `target` doesn't have itself comes from `source`."""
    for folder, _, files in os.walk(source):
        for file in files:
            path = os.path.join(target, os.path.relpath(os.path.join(folder, file), source))
            if not os.path.lexists(path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.move(os.path.join(folder, file), path)
