import io
import os
import tarfile
import threading

import pytest

from headway.runner.action.builtin import cache, cache_archive, cache_restore, cache_save
from headway.runner.action.builtin.base import ActionFailed
from headway.runner.action.builtin.cache_archive import Damaged, Places
from headway.runner.action.builtin.cache_store import CacheStore


@pytest.fixture
def saved(new_job, write):
    """Saves a cache of `deps` in a job of its own, with the given content."""

    def save(key, content="d", ref="refs/heads/main", path="deps", run="saver"):
        job = new_job(run=run)
        job.github["ref"] = ref
        write({"deps/file": content}, root=job.directory)
        job.do(cache_save, {"key": key, "path": path})
        return job

    return save


def content(job, path="deps/file"):
    try:
        with open(os.path.join(job.directory, path)) as file:
            return file.read()
    except FileNotFoundError:
        return None


# --- finding ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "restore_keys", "matched", "hit"),
    [
        ("npm-linux-2", "", "npm-linux-2", "true"),
        ("NPM-linux-2", "", None, None),
        ("npm-linux", "", "npm-linux-2", "false"),  # the key itself may be only a beginning
        ("npm-linux-9", "npm-linux-", "npm-linux-2", "false"),  # the newest
        ("npm-linux-9", "pip-\nnpm-linux-1", "npm-linux-1", "false"),
        ("npm-linux-9", "npm-linux-1\nnpm-", "npm-linux-1", "false"),  # in their order
        ("npm-linux-9", "pip-", None, None),
    ],
)
def test_which_cache_is_restored(job, saved, key, restore_keys, matched, hit):
    for number, run in ((1, "a"), (2, "b")):
        saved(f"npm-linux-{number}", f"content {number}", run=run)
    inputs = {"key": key, "path": "deps", "restore-keys": restore_keys}
    outputs = job.do(cache_restore, inputs)
    assert outputs["cache-primary-key"] == key
    assert outputs.get("cache-matched-key") == matched
    assert outputs.get("cache-hit") == hit
    assert content(job) == (f"content {matched[-1]}" if matched else None)


def test_a_cache_of_other_paths_is_another(job, saved):
    saved("k")
    assert "cache-hit" not in job.do(cache_restore, {"key": "k", "path": "deps\nmore"})


def test_branches_see_their_own_and_the_default_branchs(new_job, saved):
    saved("k", "from main", "refs/heads/main", run="a")
    saved("k", "from topic", "refs/heads/topic", run="b")
    for ref, base, expected in (
        ("refs/heads/topic", "", "from topic"),
        ("refs/heads/other", "", "from main"),
        ("refs/heads/main", "", "from main"),
        ("refs/pull/1/merge", "topic", "from topic"),
    ):
        job = new_job(run=f"{ref}-{base}".replace("/", "-"))
        job.github.update(ref=ref, base_ref=base)
        job.do(cache_restore, {"key": "k", "path": "deps"})
        assert content(job) == expected


def test_a_branchs_own_partial_match_comes_before_the_default_branchs_exact_one(new_job, saved):
    saved("k-1", "from main", run="a")
    saved("k-0", "from topic", "refs/heads/topic", run="b")
    job = new_job()
    job.github["ref"] = "refs/heads/topic"
    job.do(cache_restore, {"key": "k-1", "path": "deps", "restore-keys": "k-"})
    assert content(job) == "from topic"


def test_other_repositories_have_their_own(new_job, saved, tree):
    saved("k")
    tree.git("remote", "add", "origin", "https://github.com/acme/shop.git")
    assert "cache-hit" not in new_job(run="2").do(cache_restore, {"key": "k", "path": "deps"})


def test_options_of_restore(job, saved):
    saved("k-1")
    inputs = {"key": "k-2", "path": "deps", "restore-keys": "k-", "lookup-only": "true"}
    assert job.do(cache_restore, inputs)["cache-matched-key"] == "k-1"
    assert content(job) is None
    refusal = job.refusal(cache, {"key": "x", "path": "deps", "fail-on-cache-miss": "true"})
    assert "fail-on-cache-miss is set. Input key: x" in refusal
    job.do(cache, {"key": "x", "path": "deps"})
    assert job.said[-1] == "Cache not found for input keys: x"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"path": "deps"}, "not supplied: key"),
        ({"key": "k"}, "not supplied: path"),
        ({"key": "a,b", "path": "deps"}, "cannot contain commas"),
        ({"key": "k" * 513, "path": "deps"}, "larger than 512"),
        ({"key": "k", "path": "deps", "restore-keys": "a\n" * 10}, "maximum of 10"),
    ],
)
def test_refusals(job, inputs, message):
    assert message in job.refusal(cache, inputs)


# --- the whole action ---------------------------------------------------------------------


def test_a_miss_is_saved_afterwards_and_a_hit_is_not(new_job, write):
    first = new_job(run="1")
    first.do(cache, {"key": "k", "path": "deps"})
    write({"deps/file": "one"}, root=first.directory)
    cache.post(first)
    second = new_job(run="2")
    assert second.do(cache, {"key": "k", "path": "deps"})["cache-hit"] == "true"
    assert content(second) == "one"
    write({"deps/file": "two"}, root=second.directory)
    cache.post(second)
    assert "not saving cache" in second.said[-1]
    third = new_job(run="3")
    third.do(cache, {"key": "k", "path": "deps"})
    assert content(third) == "one"


def test_a_partial_match_is_saved_under_the_new_key(new_job, saved, write):
    saved("k-1")
    job = new_job(run="2")
    job.do(cache, {"key": "k-2", "path": "deps", "restore-keys": "k-"})
    cache.post(job)
    assert job.said[-1].startswith("Cache saved with key: k-2")


def test_the_key_of_main_counts_though_the_files_it_hashes_changed(new_job, write):
    job = new_job()
    job.do(cache, {"key": "before", "path": "deps"})
    job.inputs["key"] = "after"
    write({"deps/file": ""}, root=job.directory)
    cache.post(job)
    assert job.said[-1].startswith("Cache saved with key: before")


def test_a_cache_does_not_change(saved):
    saved("k", "one", run="a")
    job = saved("k", "two", run="b")
    assert ("warning", "Cache save failed.") in job.annotations


def test_nothing_to_save(job):
    job.do(cache_save, {"key": "k", "path": "none"})
    assert "do(es) not exist" in job.annotations[0][1]


# --- what is in it ------------------------------------------------------------------------


def test_everything_comes_back_as_it_was(new_job, write):
    first, second = new_job(run="1"), new_job(run="2")
    write(
        {"deps/run.sh": "#!/bin/sh\n", "deps/deep/.hidden": "h", "deps/ro/file": "r"},
        first.directory,
    )
    root = f"{first.directory}/deps"
    os.chmod(f"{root}/run.sh", 0o755)
    os.utime(f"{root}/run.sh", (1, 1_600_000_000))
    os.chmod(f"{root}/ro/file", 0o400)
    os.chmod(f"{root}/ro", 0o555)
    os.mkdir(f"{root}/empty")
    os.symlink("run.sh", f"{root}/link")
    os.symlink("/nowhere", f"{root}/broken")
    os.mkfifo(f"{root}/pipe")
    first.do(cache_save, {"key": "k", "path": "deps"})
    os.chmod(f"{root}/ro", 0o755)
    second.do(cache_restore, {"key": "k", "path": "deps"})
    root = f"{second.directory}/deps"
    assert sorted(os.listdir(root)) == ["broken", "deep", "empty", "link", "ro", "run.sh"]
    assert os.stat(f"{root}/run.sh").st_mode & 0o777 == 0o755
    assert os.stat(f"{root}/run.sh").st_mtime == 1_600_000_000
    assert os.stat(f"{root}/ro").st_mode & 0o777 == 0o555
    assert os.readlink(f"{root}/link") == "run.sh"
    assert os.readlink(f"{root}/broken") == "/nowhere"
    second.do(cache_restore, {"key": "k", "path": "deps"})  # over itself
    os.chmod(f"{root}/ro", 0o755)


def test_patterns_home_and_temporary_folder(new_job, write):
    first, second = new_job(run="1"), new_job(run="2")
    write({"a/x.o": "1", "a/y.c": "2", "b/z.o": "3"}, first.directory)
    write({".tool/cache": "h"}, first.env["HOME"])
    write({"t/file": "t"}, first.temp)
    path = "**/*.o\n! b/z.o\n~/.tool\n{temp}/t"
    first.do(cache_save, {"key": "k", "path": path.format(temp=first.temp)})
    os.unlink(f"{first.env['HOME']}/.tool/cache")
    outputs = second.do(cache_restore, {"key": "k", "path": path.format(temp=second.temp)})
    assert outputs["cache-hit"] == "true"
    assert content(second, "a/x.o") == "1"
    assert content(second, "a/y.c") is None
    assert content(second, "b/z.o") is None
    assert content(second, f"{second.env['HOME']}/.tool/cache") == "h"
    assert content(second, f"{second.temp}/t/file") == "t"


def test_what_is_in_the_way_is_replaced(new_job, saved, tmp_path, write):
    saved("k", path="deps")
    (tmp_path / "outside").mkdir()
    (tmp_path / "precious").write_text("p")
    job = new_job(run="2")
    os.mkdir(f"{job.directory}/deps")
    os.symlink(tmp_path / "precious", f"{job.directory}/deps/file")
    job.do(cache_restore, {"key": "k", "path": "deps"})
    assert content(job) == "d"
    assert (tmp_path / "precious").read_text() == "p"


def test_no_link_below_the_given_paths_is_followed(new_job, tmp_path, write):
    first, second = new_job(run="1"), new_job(run="2")
    write({"deps/deep/file": "d"}, first.directory)
    first.do(cache_save, {"key": "k", "path": "deps"})
    (tmp_path / "outside").mkdir()
    os.mkdir(f"{second.directory}/deps")
    os.symlink(tmp_path / "outside", f"{second.directory}/deps/deep")
    second.do(cache_restore, {"key": "k", "path": "deps"})
    assert os.listdir(tmp_path / "outside") == []
    assert content(second, "deps/deep/file") == "d"


@pytest.mark.parametrize(
    "name", ["w/../../escaped", "w//etc/x", "a/etc/x", "h/.bashrc", "w/other", "z/x", "/x", "x"]
)
def test_archives_do_not_get_out_of_the_given_paths(tmp_path, name):
    places = Places(str(tmp_path / "work"), str(tmp_path / "home"), "", "")
    with tarfile.open(tmp_path / "archive", "w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(Damaged):
        cache_archive.unpack(str(tmp_path / "archive"), ["deps"], places)
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000])
def test_a_damaged_cache_is_a_miss_and_goes(new_job, saved, damage):
    saved("k")
    job = new_job(run="2")
    entry = cache.store_of(job).entries()[0]
    with open(entry.archive, "wb") as file:
        file.write(damage)
    assert "cache-hit" not in job.do(cache_restore, {"key": "k", "path": "deps"})
    assert "is damaged" in job.annotations[0][1]
    assert cache.store_of(job).entries() == []


# --- the store ----------------------------------------------------------------------------


def writer(size):
    def write(path):
        with open(path, "wb") as file:
            file.write(b"x" * size)
        return size, "digest"

    return write


def test_the_longest_unused_go_first(tmp_path):
    store = CacheStore(str(tmp_path), limit=300)
    entries = [store.save(f"k{n}", "v", "main", writer(100)) for n in range(3)]
    for age, entry in enumerate(entries):
        os.utime(entry.folder, (age, age))
    store.use(entries[0])
    store.save("k3", "v", "main", writer(100))
    assert {e.key for e in store.entries()} == {"k0", "k2", "k3"}


def test_one_that_is_larger_than_the_limit_is_refused(new_job, write):
    job = new_job()
    job.cache_size = 1000
    write({"deps/file": "x" * 2000}, job.directory)
    job.do(cache_save, {"key": "k", "path": "deps"})
    assert "over the limit" in job.annotations[0][1]
    assert cache.store_of(job).entries() == []


def test_of_several_savers_at_once_one_wins(tmp_path):
    store = CacheStore(str(tmp_path / "caches"))
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(store.save("k", "v", "m", writer(10))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(r is not None for r in results) == 1
    assert len(os.listdir(store.folder)) == 1


def test_what_killed_savers_left_goes(tmp_path):
    store = CacheStore(str(tmp_path))
    (tmp_path / "incoming-1-2").mkdir()
    (tmp_path / "incoming-3-4").mkdir()
    os.utime(tmp_path / "incoming-1-2", (1, 1))
    store.save("k", "v", "m", writer(1))
    assert not (tmp_path / "incoming-1-2").exists()
    assert (tmp_path / "incoming-3-4").exists()


def test_a_failure_to_save_does_not_fail_the_job(job, write, monkeypatch):
    write({"deps/file": ""})

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_archive, "pack", full)
    job.do(cache_save, {"key": "k", "path": "deps"})
    assert "No space left" in job.annotations[0][1]
    with pytest.raises(ActionFailed):
        job.do(cache_save, {"key": "", "path": "deps"})


def test_cancelling(new_job, saved, write):
    saved("k")
    job = new_job(run="2")
    job.stopped = True
    assert "canceled" in job.refusal(cache_restore, {"key": "k", "path": "deps"})
    write({"deps/file": ""}, job.directory)
    assert "canceled" in job.refusal(cache_save, {"key": "k-2", "path": "deps"})
    assert os.listdir(cache.store_of(job).folder) != []
    assert not [n for n in os.listdir(cache.store_of(job).folder) if n.startswith("incoming")]
