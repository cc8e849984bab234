"""Artifacts as upload-artifact v3 and download-artifact v3 call them."""

from __future__ import annotations

import gzip
from urllib.parse import quote

ARTIFACTS = "_apis/pipelines/workflows/1/artifacts"


def upload(client, name, files):
    status, answer = client.call("POST", ARTIFACTS, {"Type": "actions_storage", "Name": name})
    assert status == 201, answer
    url = answer["fileContainerResourceUrl"]
    for path, data in files.items():
        item = f"{url}?itemPath={quote(f'{name}/{path}')}"
        whole = f"bytes 0-{len(data) - 1}/{len(data)}"
        assert client.call("PUT", item, data, {"Content-Range": whole})[0] == 200
    return client.call("PATCH", f"{ARTIFACTS}?artifactName={name}", {"Size": 1})


def download(client, name):
    _, listed = client.get(ARTIFACTS)
    url = next(a["fileContainerResourceUrl"] for a in listed["value"] if a["name"] == name)
    _, items = client.get(f"{url}?itemPath={name}")
    return {
        item["path"]: client.get(item["contentLocation"])[1]
        for item in items["value"]
        if item["itemType"] == "file"
    }


def test_files_go_up_and_come_down(client):
    assert upload(client, "dist", {"a.txt": b"one", "sub/b.txt": b"two"})[0] == 200
    assert download(client, "dist") == {"dist/a.txt": b"one", "dist/sub/b.txt": b"two"}


def test_a_second_upload_of_the_name_adds_to_it(client):
    upload(client, "dist", {"a": b"1", "b": b"1"})
    upload(client, "dist", {"b": b"2", "c": b"2"})
    assert download(client, "dist") == {"dist/a": b"1", "dist/b": b"2", "dist/c": b"2"}


def test_packed_files_in_parts_are_unpacked(client):
    client.call("POST", ARTIFACTS, {"Type": "actions_storage", "Name": "logs"})
    data = gzip.compress(b"line\n" * 1000)
    half = len(data) // 2
    for start, end in ((0, half), (half, len(data))):
        headers = {
            "Content-Range": f"bytes {start}-{end - 1}/{len(data)}",
            "Content-Encoding": "gzip",
        }
        item = "_apis/resources/Containers/logs?itemPath=logs/x.log"
        assert client.call("PUT", item, data[start:end], headers)[0] == 200
    client.call("PATCH", f"{ARTIFACTS}?artifactName=logs", {"Size": 1})
    assert download(client, "logs") == {"logs/x.log": b"line\n" * 1000}


def test_no_path_leads_out_of_the_artifact(client):
    client.call("POST", ARTIFACTS, {"Name": "x"})
    item = "_apis/resources/Containers/x?itemPath=x/../../y"
    status, answer = client.call("PUT", item, b"1")
    assert status == 400
    assert "not a path in an artifact" in answer["message"]
