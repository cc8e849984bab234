"""Artifacts v4, called as @actions/artifact calls them."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

import pytest

from headway.runner.action.builtin import artifact_store


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def upload(client, name, data, **fields):
    status, answer = client.rpc("ArtifactService", "CreateArtifact", name=name, version=7, **fields)
    assert status == 200, answer
    assert client.put(answer["signed_upload_url"], data)[0] == 201
    digest = hashlib.sha256(data).hexdigest()
    return client.rpc(
        "ArtifactService",
        "FinalizeArtifact",
        name=name,
        size=str(len(data)),
        hash=f"sha256:{digest}",
    )


def download(client, name):
    status, answer = client.rpc("ArtifactService", "GetSignedArtifactURL", name=name)
    assert status == 200, answer
    status, body = client.call("GET", answer["signed_url"], token="")
    assert status == 200
    return body


def test_an_upload_becomes_plain_files_and_a_download_a_zip_file_again(bench, client):
    status, answer = upload(client, "dist", zipped(a="one", sub__b="two"))
    assert (status, answer["ok"]) == (200, True)

    [stored] = artifact_store.artifacts(str(bench.folder / "run-1"))
    assert (stored.name, stored.files, str(stored.id)) == ("dist", 2, answer["artifact_id"])
    assert (bench.folder / "run-1" / "artifacts" / "dist" / "sub" / "b").read_text() == "two"
    [event] = bench.recorded.events
    assert (event.job, event.name, event.files) == ("build", "dist", 2)

    with zipfile.ZipFile(io.BytesIO(download(client, "dist"))) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {"a": b"one", "sub/b": b"two"}


def test_large_uploads_come_in_blocks(client):
    data = zipped(a="x" * 100_000)
    _, answer = client.rpc("ArtifactService", "CreateArtifact", name="big", version=7)
    url = answer["signed_upload_url"]
    ids = []
    for start in range(0, len(data), 50):
        block = base64.b64encode(f"{start:06}".encode()).decode()
        assert client.put(f"{url}&comp=block&blockid={block}", data[start : start + 50])[0] == 201
        ids.append(f"<Latest>{block}</Latest>")
    listing = f"<?xml version='1.0'?><BlockList>{''.join(ids)}</BlockList>".encode()
    assert client.put(f"{url}&comp=blocklist", listing)[0] == 201
    status, _ = client.rpc("ArtifactService", "FinalizeArtifact", name="big", size=str(len(data)))
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(download(client, "big"))) as archive:
        assert len(archive.read("a")) == 100_000


def test_a_single_file_stays_as_it_is(client):
    assert upload(client, "app.tar", b"bytes", mime_type="application/x-tar")[0] == 200
    assert download(client, "app.tar") == b"bytes"


def test_a_client_can_check_what_it_downloads(client):
    upload(client, "dist", zipped(a="one"))
    upload(client, "app.tar", b"bytes", mime_type="application/x-tar")
    _, answer = client.rpc("ArtifactService", "ListArtifacts")
    for artifact in answer["artifacts"]:
        body = download(client, artifact["name"])
        assert artifact["digest"] == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_artifacts_are_listed_by_name_and_number(client):
    upload(client, "one", zipped(a="1"))
    upload(client, "two", zipped(a="2"))

    def names(**filters):
        _, answer = client.rpc("ArtifactService", "ListArtifacts", **filters)
        return [a["name"] for a in answer["artifacts"]]

    assert names() == ["one", "two"]
    assert names(name_filter="two") == ["two"]
    assert names(id_filter="1") == ["one"]
    assert names(name_filter="three") == []


def test_a_deleted_artifact_can_be_uploaded_again(client):
    upload(client, "one", zipped(a="1"))
    assert client.rpc("ArtifactService", "CreateArtifact", name="one")[0] == 409
    assert client.rpc("ArtifactService", "DeleteArtifact", name="one")[0] == 200
    assert upload(client, "one", zipped(a="2"))[0] == 200


@pytest.mark.parametrize(
    ("data", "fields", "message"),
    [
        (zipped(**{"..__x": "1"}), {}, "leads out of it"),
        (b"no archive", {}, "could not be opened"),
        (zipped(a="1"), {"size": "3"}, "bytes arrived of 3"),
        (zipped(a="1"), {"hash": "sha256:00"}, "the SHA-256 of what arrived"),
    ],
)
def test_what_arrives_is_checked(bench, client, data, fields, message):
    _, answer = client.rpc("ArtifactService", "CreateArtifact", name="bad")
    client.put(answer["signed_upload_url"], data)
    status, answer = client.rpc("ArtifactService", "FinalizeArtifact", name="bad", **fields)
    assert status == 400
    assert message in answer["msg"]
    assert artifact_store.artifacts(str(bench.folder / "run-1")) == []


def test_only_a_token_of_this_run_opens_anything(bench, client):
    other = bench.client(run="run-2")
    assert client.rpc("ArtifactService", "ListArtifacts", token=other.token)[0] == 401
    assert client.call("POST", "twirp/x", {}, token="a.b.c")[0] == 401
    _, answer = client.rpc("ArtifactService", "CreateArtifact", name="x")
    unsigned = answer["signed_upload_url"].partition("&sig")[0]
    assert client.put(unsigned, b"")[0] == 403
    assert client.put(f"{unsigned}&sig=AAAA", b"")[0] == 403
    assert client.call("GET", answer["signed_upload_url"])[0] == 403


def test_ranges_of_a_download(client):
    upload(client, "raw", b"0123456789", mime_type="text/plain")
    _, answer = client.rpc("ArtifactService", "GetSignedArtifactURL", name="raw")
    assert client.get(answer["signed_url"], Range="bytes=2-4") == (206, b"234")
    assert client.get(answer["signed_url"], Range="bytes=8-") == (206, b"89")
    assert client.get(answer["signed_url"], Range="bytes=-3") == (206, b"789")
    assert client.get(answer["signed_url"], Range="bytes=20-")[0] == 416


def test_two_jobs_may_upload_one_name_and_the_first_to_finish_wins(bench):
    one, two = bench.clients("one", "two")
    for client, text in ((one, "one"), (two, "two")):
        _, answer = client.rpc("ArtifactService", "CreateArtifact", name="x")
        client.put(answer["signed_upload_url"], zipped(a=text))
    assert one.rpc("ArtifactService", "FinalizeArtifact", name="x")[0] == 200
    assert two.rpc("ArtifactService", "FinalizeArtifact", name="x")[0] == 409
    assert (bench.folder / "run-1/artifacts/x/a").read_text() == "one"


@pytest.mark.parametrize(
    ("service", "method", "fields"),
    [
        ("ArtifactService", "CreateArtifact", {"name": "a\0b"}),
        ("ArtifactService", "FinalizeArtifact", {"name": ["x"]}),
        ("CacheService", "FinalizeCacheEntryUpload", {"key": "k", "size_bytes": "many"}),
    ],
)
def test_what_no_client_sends_is_answered_too(client, service, method, fields):
    assert client.rpc(service, method, **fields)[0] in (400, 404)
