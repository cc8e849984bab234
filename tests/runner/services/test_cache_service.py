"""Caches, called as @actions/cache 4 (v2) and 3 (v1) call them."""

from __future__ import annotations

import pytest

VERSION = "v" * 64


def save(client, key, data, version=VERSION):
    status, answer = client.rpc("CacheService", "CreateCacheEntry", key=key, version=version)
    if status != 200:
        return status
    client.put(answer["signed_upload_url"], data)
    size = str(len(data))
    status, answer = client.rpc(
        "CacheService", "FinalizeCacheEntryUpload", key=key, version=version, size_bytes=size
    )
    return status


def restore(client, key, *others, version=VERSION):
    _, answer = client.rpc(
        "CacheService",
        "GetCacheEntryDownloadURL",
        key=key,
        restore_keys=list(others),
        version=version,
    )
    if not answer["ok"]:
        return None
    return answer["matched_key"], client.call("GET", answer["signed_download_url"], token="")[1]


def test_what_is_saved_is_restored_by_a_later_run(bench, client):
    assert restore(client, "deps-1") is None
    assert save(client, "deps-1", b"archive") == 200
    later = bench.client(run="run-2")
    assert restore(later, "deps-1") == ("deps-1", b"archive")
    assert restore(later, "deps-2", "deps-") == ("deps-1", b"archive")
    assert restore(later, "deps-1", version="w" * 64) is None


def test_a_cache_never_changes(client):
    assert save(client, "k", b"1") == 200
    assert save(client, "k", b"2") == 409
    assert restore(client, "k") == ("k", b"1")


def test_the_first_of_two_savers_wins(client):
    assert client.rpc("CacheService", "CreateCacheEntry", key="k", version=VERSION)[0] == 200
    assert client.rpc("CacheService", "CreateCacheEntry", key="k", version=VERSION)[0] == 409


def test_a_branch_sees_its_own_caches_and_those_of_the_default_branch(bench):
    main = bench.client(scopes=("refs/heads/main",))
    pull = bench.client(run="run-2", scopes=("refs/pull/1/merge", "refs/heads/main"))
    save(main, "from-main", b"trusted")
    save(pull, "from-pull", b"untrusted")
    assert restore(pull, "from-main") == ("from-main", b"trusted")
    assert restore(main, "from-pull") is None
    assert restore(main, "x", "from-") == ("from-main", b"trusted")


def test_what_is_larger_than_the_limit_is_refused(bench):
    small = bench.client(limit=100)
    assert save(small, "k", b"x" * 101) == 400
    assert save(small, "k", b"x" * 60) == 200
    assert save(small, "l", b"x" * 60) == 200
    assert restore(small, "k") is None  # used longest ago
    assert restore(small, "l") == ("l", b"x" * 60)


@pytest.mark.parametrize("key", ["", "a,b", "x" * 513])
def test_keys_that_github_refuses(client, key):
    assert save(client, key, b"") == 400


def test_the_size_must_be_what_arrived(client):
    _, answer = client.rpc("CacheService", "CreateCacheEntry", key="k", version=VERSION)
    client.put(answer["signed_upload_url"], b"123")
    status, answer = client.rpc(
        "CacheService", "FinalizeCacheEntryUpload", key="k", version=VERSION, size_bytes="5"
    )
    assert (status, answer["msg"]) == (400, "3 bytes arrived of 5")
    assert restore(client, "k") is None


def test_v1(client):
    base = "_apis/artifactcache/"
    assert client.get(f"{base}cache?keys=k,l&version={VERSION}")[0] == 204
    status, answer = client.call("POST", f"{base}caches", {"key": "k-1", "version": VERSION})
    assert status == 201
    place = f"{base}caches/{answer['cacheId']}"
    for start, part in ((3, b"def"), (0, b"abc")):
        headers = {"Content-Range": f"bytes {start}-{start + 2}/*"}
        assert client.call("PATCH", place, part, headers)[0] == 204
    assert client.call("POST", place, {"size": 6})[0] == 204
    status, answer = client.call("POST", f"{base}caches", {"key": "k-1", "version": VERSION})
    assert (status, answer["typeKey"]) == (409, "ArtifactCacheItemAlreadyExistsException")

    status, answer = client.get(f"{base}cache?keys=k-2,k-&version={VERSION}")
    assert (status, answer["cacheKey"]) == (200, "k-1")
    assert client.call("GET", answer["archiveLocation"], token="") == (200, b"abcdef")
    assert client.get(f"{base}caches?key=k")[1]["totalCount"] == 1
