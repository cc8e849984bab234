import os
import stat
import threading

import pytest

from headway.runner.action.builtin import (
    artifact_store,
    download_artifact,
    merge_artifacts,
    upload_artifact,
)
from headway.runner.action.builtin.artifact_store import Source
from headway.runner.action.builtin.base import ActionFailed


def stored(job, name="artifact"):
    folder = os.path.join(job.run_store, "artifacts", name)
    found = {}
    for path, _, files in os.walk(folder):
        for file in files:
            with open(os.path.join(path, file)) as content:
                found[os.path.relpath(os.path.join(path, file), folder)] = content.read()
    return found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # A folder, or a pattern: the artifact starts at its literal part.
        ("out", {"a.txt", "deep/b.txt", "deep/c.log"}),
        ("out/", {"a.txt", "deep/b.txt", "deep/c.log"}),
        ("out/**/*.txt", {"a.txt", "deep/b.txt"}),
        ("out/deep/*", {"b.txt", "c.log"}),
        # One file named outright: only its name.
        ("out/deep/b.txt", {"b.txt"}),
        # Several: their least common ancestor.
        ("out/a.txt\nout/deep", {"a.txt", "deep/b.txt", "deep/c.log"}),
        ("out/deep/b.txt\nother", {"out/deep/b.txt", "other/o.txt"}),
        ("out\n!out/**/*.log", {"a.txt", "deep/b.txt"}),
        ("~/home.txt", {"home.txt"}),
    ],
)
def test_what_is_uploaded(job, write, path, expected):
    write({"out/a.txt": "a", "out/deep/b.txt": "b", "out/deep/c.log": "c", "other/o.txt": "o"})
    write({"home.txt": "h"}, root=job.env["HOME"])
    job.do(upload_artifact, {"path": path})
    assert set(stored(job)) == expected
    assert job.artifacts == [("artifact", len(expected), len(expected))]


def test_outputs(job, write):
    write({"report.xml": "<r/>"})
    outputs = job.do(upload_artifact, {"path": "report.xml", "name": "a report"})
    assert outputs["artifact-id"] == "1"
    assert len(outputs["artifact-digest"]) == 64
    assert outputs["artifact-url"] == f"file://{job.run_store}/artifacts/a%20report"
    write({"second": ""})
    assert job.do(upload_artifact, {"path": "second", "name": "2"})["artifact-id"] == "2"


def test_hidden_files_only_if_asked(job, write):
    write({"out/.env": "", "out/.git/x": "", "out/a": ""})
    job.do(upload_artifact, {"path": "out"})
    assert set(stored(job)) == {"a"}
    job.do(upload_artifact, {"path": "out", "include-hidden-files": "true", "name": "all"})
    assert set(stored(job, "all")) == {"a", ".env", ".git/x"}


def test_links_are_what_they_point_to_and_modes_are_lost_as_in_a_zip(job, write):
    write({"out/run.sh": "#!/bin/sh\n", "elsewhere": "e"})
    os.chmod(f"{job.directory}/out/run.sh", 0o755)
    os.symlink("../elsewhere", f"{job.directory}/out/link")
    os.symlink("nowhere", f"{job.directory}/out/broken")
    os.mkfifo(f"{job.directory}/out/pipe")
    os.mkdir(f"{job.directory}/out/empty")
    job.do(upload_artifact, {"path": "out"})
    job.do(download_artifact, {"name": "artifact", "path": "in"})
    assert sorted(os.listdir(f"{job.directory}/in")) == ["link", "run.sh"]
    assert not os.path.islink(f"{job.directory}/in/link")
    mode = os.stat(f"{job.directory}/in/run.sh").st_mode
    assert stat.S_IMODE(mode) & 0o111 == 0


def test_an_artifact_does_not_change_with_the_file(job, write):
    write({"a": "before"})
    job.do(upload_artifact, {"path": "a"})
    with open(f"{job.directory}/a", "r+") as file:
        file.write("AFTER!")
    assert stored(job) == {"a": "before"}


@pytest.mark.parametrize(
    ("behaviour", "level"), [("warn", [("warning", "No files were found")]), ("ignore", [])]
)
def test_nothing_to_upload(job, behaviour, level):
    assert job.do(upload_artifact, {"path": "none/*", "if-no-files-found": behaviour}) == {}
    assert [(kind, text[:19]) for kind, text in job.annotations] == level
    assert job.artifacts == []


def test_nothing_to_upload_can_be_an_error(job):
    refusal = job.refusal(upload_artifact, {"path": "none", "if-no-files-found": "error"})
    assert refusal.startswith("No files were found with the provided path: none.")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "Input required and not supplied: path"),
        ({"path": "../a"}, "Relative pathing"),
        ({"path": "f", "name": "a/b"}, "artifact name is not valid"),
        ({"path": "f", "name": "a\nb"}, "artifact name is not valid"),
        ({"path": "f", "name": ".."}, "artifact name is not valid"),
        ({"path": "f", "if-no-files-found": "fail"}, "Available options: warn,error,ignore"),
        ({"path": "f", "compression-level": "10"}, "Valid values are 0-9"),
        ({"path": "f", "retention-days": "soon"}, "Invalid retention-days"),
        ({"path": "f", "overwrite": "yes"}, "'overwrite' must be true or false"),
        ({"path": "g*"}, "file systems? can hold"),
        ({"path": "*", "archive": "false"}, "only a single file can be uploaded"),
    ],
)
def test_refusals(job, write, inputs, message):
    import re

    write({"f": "", "g:h": ""})
    assert re.search(message, job.refusal(upload_artifact, inputs))


def test_one_name_one_artifact(job, write):
    write({"a": "one", "b": "two"})
    job.do(upload_artifact, {"path": "a"})
    refusal = job.refusal(upload_artifact, {"path": "b"})
    assert "already exists" in refusal
    assert "overwrite: true" in refusal
    assert stored(job) == {"a": "one"}
    job.do(upload_artifact, {"path": "b", "overwrite": "true"})
    assert stored(job) == {"b": "two"}
    assert [a.id for a in artifact_store.artifacts(job.run_store)] == [2]


def test_of_several_jobs_at_once_one_gets_the_name(tmp_path):
    (tmp_path / "f").write_text("x")
    results = []

    def upload(number):
        try:
            sources = [Source(str(tmp_path / "f"), str(number))]
            results.append(artifact_store.store(str(tmp_path / "run"), "same", sources).id)
        except ActionFailed as failure:
            results.append(str(failure))

    threads = [threading.Thread(target=upload, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(r, int) for r in results) == 1
    assert len(artifact_store.artifacts(str(tmp_path / "run"))) == 1


def test_a_file_as_it_is(job, write):
    write({"dist/app-1.0.whl": "wheel"})
    job.do(upload_artifact, {"path": "dist/*.whl", "archive": "false"})
    assert stored(job, "app-1.0.whl") == {"app-1.0.whl": "wheel"}
    job.do(download_artifact, {"name": "app-1.0.whl", "path": "in"})
    assert os.listdir(f"{job.directory}/in") == ["app-1.0.whl"]


# --- download -----------------------------------------------------------------------------


@pytest.fixture
def uploaded(job, write):
    """Artifacts one (x, same), two (y, same) and logs (deep/z)."""
    write({"1/x": "x", "1/same": "1", "2/y": "y", "2/same": "2", "3/deep/z": "z"})
    for name, path in (("one", "1"), ("two", "2"), ("logs", "3")):
        job.do(upload_artifact, {"name": name, "path": path, "retention-days": "5"})


def downloaded(job, folder="in"):
    root = os.path.join(job.directory, folder)
    return {
        os.path.relpath(os.path.join(path, name), root)
        for path, _, names in os.walk(root)
        for name in names
    }


@pytest.mark.parametrize(
    ("inputs", "uses", "expected"),
    [
        ({"name": "one"}, "v4", {"x", "same"}),
        ({}, "v4", {"one/x", "one/same", "two/y", "two/same", "logs/deep/z"}),
        ({"merge-multiple": "true"}, "v4", {"x", "y", "same", "deep/z"}),
        ({"pattern": "{one,two}"}, "v6", {"one/x", "one/same", "two/y", "two/same"}),
        ({"pattern": "o*"}, "v4", {"one/x", "one/same"}),
        ({"pattern": "o*"}, "v5", {"x", "same"}),
        ({"pattern": "o*"}, "main", {"x", "same"}),
        ({"artifact-ids": "3"}, "v5", {"deep/z"}),
        ({"artifact-ids": "1, 3,"}, "v5", {"one/x", "one/same", "logs/deep/z"}),
        ({"pattern": "none"}, "v4", set()),
    ],
)
def test_download(job, uploaded, inputs, uses, expected):
    inputs = {"path": "in", **inputs}
    outputs = job.do(download_artifact, inputs, uses=f"actions/download-artifact@{uses}")
    assert downloaded(job) == expected
    assert outputs == {"download-path": f"{job.directory}/in"}


def test_download_into_the_workspace_and_the_home_folder(job, uploaded):
    job.do(download_artifact, {"name": "one"})
    assert os.path.exists(f"{job.directory}/x")
    job.do(download_artifact, {"name": "one", "path": "~/in"})
    assert os.path.exists(f"{job.env['HOME']}/in/x")


def test_downloading_replaces_files_but_follows_no_link_out(job, uploaded, tmp_path):
    (tmp_path / "precious").write_text("p")
    os.makedirs(f"{job.directory}/in")
    os.symlink(tmp_path / "precious", f"{job.directory}/in/x")
    os.symlink(tmp_path, f"{job.directory}/in/deep")
    job.do(download_artifact, {"path": "in", "merge-multiple": "true"})
    assert (tmp_path / "precious").read_text() == "p"
    assert not (tmp_path / "z").exists()
    assert os.path.exists(f"{job.directory}/in/deep/z")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"name": "oen"}, 'did you mean "one"'),
        ({"name": "one", "artifact-ids": "1"}, "cannot be used together"),
        ({"artifact-ids": "x"}, "Must be a number"),
        ({"artifact-ids": ","}, "No valid artifact IDs"),
        ({"artifact-ids": "99"}, "None of the provided artifact IDs"),
        ({"digest-mismatch": "shrug"}, "Valid options are"),
        ({"run-id": "gone", "github-token": "t"}, "not a run on this machine"),
    ],
)
def test_refused_downloads(job, uploaded, inputs, message):
    assert message in job.refusal(download_artifact, inputs)


def test_an_id_that_is_missing_among_others_is_told(job, uploaded):
    job.do(download_artifact, {"artifact-ids": "1,99", "path": "in"})
    assert job.annotations == [("warning", "Could not find the following artifact IDs: 99")]


def test_artifacts_of_another_run(new_job, job, uploaded):
    later = new_job(run="2")
    assert "Artifact not found" in later.refusal(download_artifact, {"name": "one"})
    assert "Artifact not found" in later.refusal(download_artifact, {"name": "one", "run-id": "1"})
    later.do(download_artifact, {"name": "one", "run-id": "1", "github-token": "t", "path": "in"})
    assert downloaded(later) == {"x", "same"}


@pytest.mark.parametrize(
    ("how", "annotations"), [("warn", ["warning"]), ("info", []), ("ignore", [])]
)
def test_what_was_changed_meanwhile_is_noticed(job, uploaded, how, annotations):
    with open(f"{job.run_store}/artifacts/one/x", "w") as file:
        file.write("tampered")
    refusal = job.refusal(download_artifact, {"name": "one", "path": "in"})
    assert "Digest validation failed for artifact(s): one" in refusal
    job.do(download_artifact, {"name": "one", "path": "in", "digest-mismatch": how})
    assert [level for level, _ in job.annotations] == annotations


def test_what_is_known_about_an_artifact(job, uploaded):
    found = artifact_store.find(job.run_store, "one")
    assert (found.id, found.files, found.size, found.retention_days) == (1, 2, 2, 5)


# --- merge --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, {"x", "y", "same", "deep/z"}),
        ({"pattern": "{one,logs}"}, {"x", "same", "deep/z"}),
        ({"separate-directories": "true", "pattern": "*o*"}, {"one/x", "one/same", "two/y"}),
    ],
)
def test_merge(job, uploaded, inputs, expected):
    outputs = job.do(merge_artifacts, inputs)
    assert expected <= set(stored(job, "merged-artifacts"))
    assert outputs["artifact-id"] == "4"
    assert len(artifact_store.artifacts(job.run_store)) == 4
    assert os.listdir(job.temp) in ([], ["git"])


def test_merged_ones_can_go(job, uploaded):
    job.do(merge_artifacts, {"pattern": "{one,two}", "delete-merged": "true", "name": "both"})
    assert [a.name for a in artifact_store.artifacts(job.run_store)] == ["logs", "both"]


def test_nothing_to_merge(job):
    refusal = job.refusal(merge_artifacts, {"pattern": "x*"})
    assert refusal == "No artifacts found matching pattern 'x*'"


def test_cancelling(job, uploaded, write):
    job.stopped = True
    for action, inputs in (
        (upload_artifact, {"path": "1", "name": "new"}),
        (download_artifact, {"path": "in"}),
        (merge_artifacts, {}),
    ):
        assert "canceled" in job.refusal(action, inputs)
    assert len(artifact_store.artifacts(job.run_store)) == 3
    job.stopped = False
    job.do(upload_artifact, {"path": "1", "name": "new"})
