"""Caches: v2 (CacheService, Twirp with JSON) as `@actions/cache` 4 uses it, and v1 before it.

Both keep what they are given as it is: the client packs and unpacks. Entries are those of the
built-in cache actions; theirs and the clients' differ in `version`, so neither is given the
other's archives. A branch sees its own entries, those of the branch it is to be merged into
and those of the default branch; it writes only its own.
"""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import time

from headway.errors import HeadwayError
from headway.runner.services.exchange import Exchange, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from headway.runner.action.builtin.cache_store import CacheStore, Entry
    from headway.runner.services.blobs import Blobs

SERVICE = "github.actions.results.api.v1.CacheService"
PREFIX = "/_apis/artifactcache/"


class Caches:
    """`scopes` are the branches to look in; the first is where to save."""

    def __init__(
        self,
        store: CacheStore,
        scopes: Sequence[str],
        blobs: Blobs,
        address: Callable[[Exchange, str, str], str],
    ) -> None:
        self._store = store
        self._scopes = scopes
        self._blobs = blobs
        self._address = address
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        # (key, version) → number and upload of a save that has begun; the first one wins.
        self._pending: dict[tuple[str, str], tuple[int, str]] = {}
        self.methods = {
            "CreateCacheEntry": self.create,
            "FinalizeCacheEntryUpload": self.finalize,
            "GetCacheEntryDownloadURL": self.download_url,
        }

    # --- v2 ----------------------------------------------------------------------------------

    def create(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        begun = self._begin(*_named(asked))
        if begun is None:
            raise Refused(409, "already_exists", "cache entry with the same key already exists")
        return {
            "ok": True,
            "signed_upload_url": self._address(exchange, f"/blobs/caches/{begun[1]}", "w"),
        }

    def finalize(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        number = self._commit(*_named(asked), int(asked.get("size_bytes") or 0))
        return {"ok": True, "entry_id": str(number)}

    def download_url(self, exchange: Exchange, asked: dict[str, Any]) -> dict[str, Any]:
        key, version = _named(asked)
        others = [str(k) for k in asked.get("restore_keys") or ()]
        entry = self._find(key, others, version)
        if entry is None:
            return {"ok": False}
        url = self._location(exchange, entry)
        return {"ok": True, "signed_download_url": url, "matched_key": entry.key}

    # --- v1 ----------------------------------------------------------------------------------

    def rest(self, exchange: Exchange) -> None:
        """The calls below `_apis/artifactcache/`."""
        what, _, number = exchange.path.removeprefix(PREFIX).partition("/")
        match exchange.method, what, bool(number):
            case "GET", "cache", False:
                self._look_up(exchange)
            case "GET", "caches", False:
                self._enumerate(exchange)
            case "POST", "caches", False:
                self._reserve(exchange)
            case "PATCH", "caches", True:
                self._blobs.append(self._upload(number), exchange)
                exchange.answer(204)
            case "POST", "caches", True:
                self._commit(*self._pair(number), int(exchange.json().get("size") or 0))
                exchange.answer(204)
            case _:
                raise Refused(404, "not_found", f"{exchange.method} {exchange.path}")

    def _look_up(self, exchange: Exchange) -> None:
        key, *others = exchange.query.get("keys", "").split(",")
        entry = self._find(key, others, exchange.query.get("version", ""))
        if entry is None:
            exchange.answer(204)
            return
        exchange.answer(
            200, {**_described(entry), "archiveLocation": self._location(exchange, entry)}
        )

    def _enumerate(self, exchange: Exchange) -> None:
        begin = exchange.query.get("key", "")
        found = [
            _described(entry)
            for entry in self._store.entries()
            if entry.scope in self._scopes and entry.key.startswith(begin)
        ]
        exchange.answer(200, {"totalCount": len(found), "artifactCaches": found})

    def _reserve(self, exchange: Exchange) -> None:
        asked = exchange.json()
        size = int(asked.get("cacheSize") or 0)
        if size > self._store.limit:
            raise Refused(400, "invalid_argument", f"more than {self._store.limit} bytes")
        begun = self._begin(*_named(asked))
        if begun is None:
            message = f"Cache already exists. Scope: {self._scopes[0]}, Key: {asked.get('key')}"
            exchange.answer(
                409,
                {"typeKey": "ArtifactCacheItemAlreadyExistsException", "message": message},
            )
            return
        exchange.answer(201, {"cacheId": begun[0]})

    def _pair(self, number: str) -> tuple[str, str]:
        with self._lock:
            for pair, (known, _) in self._pending.items():
                if str(known) == number:
                    return pair
        raise Refused(404, "not_found", f"no cache {number} was reserved")

    def _upload(self, number: str) -> str:
        pair = self._pair(number)
        return self._pending[pair][1]

    # --- both --------------------------------------------------------------------------------

    def _begin(self, key: str, version: str) -> tuple[int, str] | None:
        with self._lock:
            known = self._store.reserved(key, version, self._scopes[0])
            if known or (key, version) in self._pending:
                return None
            begun = next(self._numbers), self._blobs.reserve()
            self._pending[key, version] = begun
            return begun

    def _commit(self, key: str, version: str, size: int) -> int:
        with self._lock:
            if (key, version) not in self._pending:
                raise Refused(404, "not_found", "no upload of this cache was begun")
            number, upload = self._pending.pop((key, version))
        blob = self._blobs.finish(upload)
        try:
            if size != blob.size:
                raise Refused(400, "data_loss", f"{blob.size} bytes arrived of {size}")

            def write(path: str) -> tuple[int, str]:
                shutil.move(blob.path, path)  # the cache may be on another file system
                return blob.size, blob.digest

            self._store.save(key, version, self._scopes[0], write)
        except HeadwayError as error:
            raise Refused(400, "resource_exhausted", str(error)) from None
        finally:
            self._blobs.drop(upload)
        return number

    def _find(self, key: str, others: Sequence[str], version: str) -> Entry | None:
        entry = self._store.find(key, others, version, self._scopes)
        if entry is not None:
            self._store.use(entry)
        return entry

    def _location(self, exchange: Exchange, entry: Entry) -> str:
        return self._address(exchange, f"/blobs/entry/{os.path.basename(entry.folder)}", "r")

    def download(self, name: str, exchange: Exchange) -> None:
        """What a signed URL of an entry leads to."""
        path = os.path.join(self._store.folder, name, "archive")
        if "/" in name or not os.path.isfile(path):
            raise Refused(404, "not_found", "this cache is gone")
        exchange.answer_file(path, {"Content-Type": "application/octet-stream"})


def _named(asked: dict[str, Any]) -> tuple[str, str]:
    key, version = str(asked.get("key") or ""), str(asked.get("version") or "")
    if not key or len(key) > 512 or "," in key:
        raise Refused(400, "invalid_argument", f"not a key: {key[:100]!r}")
    return key, version


def _described(entry: Entry) -> dict[str, str]:
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry.created))
    return {
        "cacheKey": entry.key,
        "cacheVersion": entry.version,
        "scope": entry.scope,
        "creationTime": created,
    }
