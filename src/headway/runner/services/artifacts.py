"""Artifacts v4: the results service's ArtifactService, as `@actions/artifact` 2 and later use it.

Twirp with JSON; names of fields and messages as in its protocol buffers. What is uploaded as
a zip file is unpacked into the run's store, where the built-in actions, `headway show` and
people find plain files; a download gets a zip file of those again.
"""

from __future__ import annotations

import os
import shutil
import time
import zipfile

from headway import events
from headway.runner.action.builtin import artifact_store
from headway.runner.action.builtin.base import ActionFailed
from headway.runner.services.exchange import Exchange, Refused
from headway.unpack import BadArchive, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from headway.runner.action.builtin.artifact_store import Artifact
    from headway.runner.recorder import Recorder
    from headway.runner.services.blobs import Blob, Blobs

SERVICE = "github.actions.results.api.v1.ArtifactService"


class Artifacts:
    """The artifacts of one run. `address` makes a signed URL of a path."""

    def __init__(
        self,
        run_store: str,
        folder: str,
        blobs: Blobs,
        recorder: Recorder,
        address: Callable[[Exchange, str, str], str],
    ) -> None:
        self.run_store = run_store
        self._folder = folder  # for zip files on their way out
        self._blobs = blobs
        self._recorder = recorder
        self._address = address
        # (job, name) → upload, archive, days
        self._pending: dict[tuple[str, str], tuple[str, bool, int]] = {}
        self.methods = {
            "CreateArtifact": self.create,
            "FinalizeArtifact": self.finalize,
            "ListArtifacts": self.list,
            "GetSignedArtifactURL": self.signed_url,
            "DeleteArtifact": self.delete,
        }

    def create(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        name = str(asked.get("name", ""))
        try:
            artifact_store.check_name(name)
        except ActionFailed as error:
            raise Refused(400, "invalid_argument", str(error)) from None
        if self._find(name) is not None:
            raise Refused(
                409,
                "already_exists",
                "an artifact with this name already exists on the workflow run",
            )
        mime = str(asked.get("mime_type") or "application/zip")
        upload = self._blobs.reserve()
        days = _days(asked.get("expires_at"))
        self._pending[exchange.identity.job, name] = (upload, "zip" in mime, days)
        return {
            "ok": True,
            "signed_upload_url": self._address(exchange, f"/blobs/artifacts/{upload}", "w"),
        }

    def finalize(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        name = str(asked.get("name", ""))
        begun = self._pending.pop((exchange.identity.job, name), None)
        if begun is None:
            raise Refused(404, "not_found", f"no upload of {name} was begun")
        upload, archive, days = begun
        blob = self._blobs.finish(upload)
        try:
            _check(blob, asked)
            stored = self.store(name, blob, archive, days)
        finally:
            self._blobs.drop(upload)
        self.announce(exchange, stored)
        return {"ok": True, "artifact_id": str(stored.id)}

    def store(self, name: str, blob: Blob, archive: bool, days: int) -> Artifact:
        def unzipped(folder: str) -> tuple[int, int, str]:
            unpack(blob.path, folder)
            return artifact_store.summed(folder)

        def single(folder: str) -> tuple[int, int, str]:
            shutil.move(blob.path, os.path.join(folder, name))
            return 1, blob.size, f"sha256:{blob.digest}"

        try:
            fill = unzipped if archive else single
            return artifact_store.add(
                self.run_store, name, fill, retention_days=days, single=not archive
            )
        except ActionFailed as error:
            raise Refused(409, "already_exists", str(error)) from None
        except BadArchive as error:
            raise Refused(400, "invalid_argument", str(error)) from None

    def announce(self, exchange: Exchange, stored: Artifact) -> None:
        self._recorder.emit(
            events.ArtifactStored(
                job=exchange.identity.key,
                name=stored.name,
                path=os.path.relpath(stored.path, self.run_store),
                files=stored.files,
                size=stored.size,
                digest=stored.digest,
            )
        )

    def list(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        name, number = asked.get("name_filter"), asked.get("id_filter")
        return {
            "artifacts": [
                {
                    "workflow_run_backend_id": exchange.identity.run,
                    "workflow_job_run_backend_id": exchange.identity.job,
                    "database_id": str(artifact.id),
                    "name": artifact.name,
                    "size": str(artifact.size),
                    "created_at": _timestamp(artifact.created),
                    "digest": self._digest(artifact),
                }
                for artifact in artifact_store.artifacts(self.run_store)
                if name in (None, artifact.name) and number in (None, str(artifact.id))
            ]
        }

    def signed_url(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        artifact = self._known(asked)
        ending = "" if artifact.single else ".zip"
        return {
            "signed_url": self._address(exchange, f"/blobs/download/{artifact.id}{ending}", "r")
        }

    def delete(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        artifact = self._known(asked)
        artifact_store.delete(self.run_store, artifact.name)
        return {"ok": True, "artifact_id": str(artifact.id)}

    def download(self, name: str, exchange: Exchange) -> None:
        """What a signed URL of `signed_url` leads to."""
        number = name.removesuffix(".zip")
        for artifact in artifact_store.artifacts(self.run_store):
            if str(artifact.id) == number:
                break
        else:
            raise Refused(404, "not_found", "no such artifact")
        if artifact.single:
            headers = {"Content-Type": "application/octet-stream", **_named(artifact.single)}
            exchange.answer_file(os.path.join(artifact.path, artifact.single), headers)
            return
        headers = {"Content-Type": "application/zip", **_named(artifact.name + ".zip")}
        exchange.answer_file(self._zipped(artifact), headers)

    def _zipped(self, artifact: Artifact) -> str:
        """A zip file of the artifact, made once; stored, since it goes nowhere but here."""
        path = os.path.join(self._folder, f"{artifact.id}.zip")
        if os.path.exists(path):
            return path
        os.makedirs(self._folder, exist_ok=True)
        beside = f"{path}.{time.monotonic_ns()}"
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as target:
            for folder, folders, files in os.walk(artifact.path):
                folders.sort()
                for file in sorted(files):
                    full = os.path.join(folder, file)
                    info = zipfile.ZipInfo(os.path.relpath(full, artifact.path))
                    info.external_attr = 0o644 << 16
                    info.file_size = os.path.getsize(full)
                    with open(full, "rb") as source, target.open(info, "w") as member:
                        shutil.copyfileobj(source, member, 1 << 20)
        os.replace(beside, path)
        return path

    def _digest(self, artifact: Artifact) -> str:
        """Of what a download gets, which later clients check."""
        if artifact.single:
            return artifact.digest
        import hashlib

        with open(self._zipped(artifact), "rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"

    def _known(self, asked: dict[str, Any]) -> Artifact:
        artifact = self._find(str(asked.get("name", "")))
        if artifact is None:
            raise Refused(404, "not_found", f"no artifact named {asked.get('name')}")
        return artifact

    def _find(self, name: str) -> Artifact | None:
        known = artifact_store.artifacts(self.run_store)
        return next((a for a in known if a.name == name), None)


def _check(blob: Blob, asked: dict[str, Any]) -> None:
    """What arrived must be what was sent."""
    size, digest = str(asked.get("size", "")), str(asked.get("hash") or "")
    if size not in ("", "0", str(blob.size)):
        raise Refused(400, "data_loss", f"{blob.size} bytes arrived of {size}")
    if digest and digest.removeprefix("sha256:") != blob.digest:
        raise Refused(400, "data_loss", f"the SHA-256 of what arrived is {blob.digest}")


def _days(expires: object) -> int:
    if not isinstance(expires, str):
        return 0
    from datetime import datetime

    try:
        until = datetime.fromisoformat(expires.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0
    return max(1, round((until - time.time()) / 86400))


def _timestamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _named(name: str) -> dict[str, str]:
    from urllib.parse import quote

    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
