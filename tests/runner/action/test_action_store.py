"""The cache of actions: whole folders or none, whoever is killed meanwhile."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from headway.runner.action.store import Store, prune

REPOSITORY = os.path.join("example.com", "octo", "act")
COMMIT = "1" * 40


def fill(folder):
    os.mkdir(folder)
    with open(os.path.join(folder, "file"), "w") as file:
        file.write("whole")


def names(folder):
    return sorted(os.listdir(folder / REPOSITORY))


def test_a_commit_is_taken_once(tmp_path):
    store = Store(str(tmp_path))
    assert store.find(REPOSITORY, COMMIT) == ""
    first = store.take(REPOSITORY, COMMIT, fill)
    assert store.take(REPOSITORY, COMMIT, lambda folder: pytest.fail("again")) == first
    assert store.find(REPOSITORY, COMMIT) == first
    assert names(tmp_path) == [COMMIT, "lock"]


def test_what_breaks_leaves_nothing(tmp_path):
    store = Store(str(tmp_path))

    def broken(folder):
        fill(folder)
        os.mkdir(folder + ".git")
        raise RuntimeError("the line broke")

    with pytest.raises(RuntimeError):
        store.take(REPOSITORY, COMMIT, broken)
    assert names(tmp_path) == ["lock"]
    assert store.find(REPOSITORY, COMMIT) == ""


def test_what_a_killed_process_was_filling_is_cleared_away(tmp_path):
    program = f"""
import os, signal
from headway.runner.action.store import Store
def fill(folder):
    os.mkdir(folder)
    open(folder + "/half", "w").close()
    os.kill(os.getpid(), signal.SIGKILL)
Store({str(tmp_path)!r}).take({REPOSITORY!r}, {COMMIT!r}, fill)
"""
    done = subprocess.run([sys.executable, "-c", program])
    assert done.returncode == -signal.SIGKILL
    assert Store(str(tmp_path)).find(REPOSITORY, COMMIT) == ""
    Store(str(tmp_path)).take(REPOSITORY, COMMIT, fill)
    assert names(tmp_path) == [COMMIT, "lock"]
    assert os.listdir(tmp_path / REPOSITORY / COMMIT) == ["file"]


def test_of_several_one_fills(tmp_path):
    filled = []

    def take():
        Store(str(tmp_path)).take(REPOSITORY, COMMIT, lambda f: (filled.append(f), fill(f)))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(filled) == 1


def test_what_nobody_used_for_long_is_deleted(tmp_path):
    store = Store(str(tmp_path))
    old = store.take(REPOSITORY, COMMIT, fill)
    new = store.take(REPOSITORY, "2" * 40, fill)
    for folder in (old, new):
        os.utime(folder, (1, 1))
    store.find(REPOSITORY, "2" * 40)
    assert prune(str(tmp_path), 3600) == [old]
    assert names(tmp_path) == ["2" * 40, "lock"]


def test_names_are_remembered(tmp_path):
    store = Store(str(tmp_path))
    assert store.recall(REPOSITORY, "v1") == ""
    store.remember(REPOSITORY, "v1", COMMIT)
    store.remember(REPOSITORY, "feature/x", "2" * 40)
    store.remember(REPOSITORY, "v1", "3" * 40)
    assert Store(str(tmp_path)).recall(REPOSITORY, "v1") == "3" * 40
    assert Store(str(tmp_path)).recall(REPOSITORY, "feature/x") == "2" * 40
