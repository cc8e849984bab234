import os
import socket
import stat
import subprocess
import threading

import pytest

from headway.clients import git
from headway.errors import HeadwayError
from headway.runner import overlay, workspace
from headway.runner.workspace import Snapshot
from headway.testing.repository import ENVIRONMENT, ScratchRepository, contents
from headway.testing.repository import git as run_git

MANY = {f"many/{n}.txt": str(n) for n in range(workspace.FEW)}


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, ENVIRONMENT[name])


@pytest.fixture
def tree(tmp_path):
    return ScratchRepository(tmp_path / "shop", {"app.py": "print()\n", "lib/a.py": "a = 1\n"})


@pytest.fixture(params=["direct", "copy", "overlay", "mirror"])
def way(request):
    """The ways in which a workspace is made, which must not differ in what a job sees."""
    if request.param in ("overlay", "mirror") and not overlay.possible():
        pytest.skip("overlay mounts need root")
    return request.param


@pytest.fixture
def make(tmp_path, way, monkeypatch):
    """Makes workspaces in the given way, and takes them away at the end."""
    made = []
    if way in ("direct", "copy"):
        monkeypatch.setattr(overlay, "possible", lambda: False)
    else:
        monkeypatch.setattr(workspace, "FEW", -1)

    def workspace_of(scratch):
        folder = tmp_path / f"run{len(made)}"
        folder.mkdir()
        cache = str(tmp_path / "cache") if way == "mirror" else ""
        jobs = 1 if way == "direct" else 2
        snapshot = Snapshot(git.discover(str(scratch.path)), str(folder), jobs=jobs, cache=cache)
        made.append((snapshot, snapshot.workspace(str(folder / "work"))))
        return made[-1][1]

    yield workspace_of
    for snapshot, one in made:
        one.remove()
        snapshot.remove()
        assert os.listdir(snapshot.folder) == []


# --- what is in it ------------------------------------------------------------------------


def test_tracked_and_untracked_files_but_not_ignored_ones(tree, make, way):
    tree.write({".gitignore": "*.log", "new": "n", "x.log": "", "app.py": "edited"})
    (tree.path / "lib/a.py").unlink()
    made = make(tree)
    assert contents(made.path) == {".gitignore": "*.log", "new": "n", "app.py": "edited"}
    assert made.method in ("overlay" if way in ("overlay", "mirror") else "copy", "reflink")


def test_modes_times_and_links(tree, make):
    script = tree.path / "run.sh"
    tree.write({"run.sh": "#!/bin/sh\n", "read-only": "r", "secret": "s"})
    script.chmod(0o755)
    (tree.path / "read-only").chmod(0o444)
    (tree.path / "secret").chmod(0o600)
    os.utime(script, (1, 1_600_000_000))
    (tree.path / "link").symlink_to("lib")
    (tree.path / "broken").symlink_to("/nowhere/at/all")
    made = make(tree)
    modes = {
        name: stat.S_IMODE(os.stat(f"{made.path}/{name}").st_mode)
        for name in ("run.sh", "read-only", "secret")
    }
    assert modes == {"run.sh": 0o755, "read-only": 0o444, "secret": 0o600}
    assert os.stat(f"{made.path}/run.sh").st_mtime == 1_600_000_000
    assert os.readlink(f"{made.path}/link") == "lib"
    assert os.readlink(f"{made.path}/broken") == "/nowhere/at/all"


def test_an_empty_repository(tmp_path, make):
    made = make(ScratchRepository(tmp_path / "empty"))
    assert os.listdir(made.path) == [".git"]
    assert run_git(made.path, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_strange_names_and_strange_files(tree, make):
    names = [b"new\nline", b"\xff\xfe", b" blank ", b"a,b:c\\d"]
    for name in names:
        with open(os.path.join(os.fsencode(tree.path), name), "w") as file:
            file.write("x")
    os.mkfifo(tree.path / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tree.path / "socket"))
    server.close()
    made = make(tree)
    found = {os.fsencode(n) for n in os.listdir(made.path)}
    assert set(names) <= found
    assert not {b"pipe", b"socket"} & found


def test_a_file_behind_a_link_that_took_its_folders_place(tree, make, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a.py").write_text("not in the tree")
    (tree.path / "lib/a.py").unlink()
    (tree.path / "lib").rmdir()
    (tree.path / "lib").symlink_to(tmp_path / "outside")
    made = make(tree)
    assert os.readlink(f"{made.path}/lib") == str(tmp_path / "outside")


def test_a_path_with_characters_that_mean_something_to_mount(tmp_path, make):
    made = make(ScratchRepository(tmp_path / "a:b,c\\d e", {"f": "1"}))
    assert contents(made.path) == {"f": "1"}


def test_submodules(tree, make, tmp_path):
    inner = ScratchRepository(tmp_path / "inner", {"deep/x": "1"})
    add = ("submodule", "--quiet", "add", str(inner.path), "vendor/sub")
    tree.git("-c", "protocol.file.allow=always", *add)
    tree.commit({})
    made = make(tree)
    assert contents(made.path)["vendor/sub/deep/x"] == "1"
    assert run_git(made.path, "status", "--short") == ""
    sub = f"{made.path}/vendor/sub"
    assert run_git(sub, "log", "--format=%s") == "a change"
    run_git(sub, "commit", "-q", "--allow-empty", "-m", "in the job")
    assert "in the job" not in run_git(tree.path / "vendor/sub", "log", "--format=%s")


def test_what_cannot_be_read_is_told(tree, tmp_path, monkeypatch):
    tree.write({"closed": ""})
    (tree.path / "closed").chmod(0)
    if os.access(tree.path / "closed", os.R_OK):
        pytest.skip("root reads everything")
    snapshot = Snapshot(git.discover(str(tree.path)), str(tmp_path), jobs=2)
    snapshot.workspace(str(tmp_path / "work"))
    assert "closed can't be read" in snapshot.warnings[0]


# --- it is the job's own ------------------------------------------------------------------


def test_nothing_that_a_job_does_reaches_the_tree(tree, make):
    tree.write({"untracked": "u"})
    before, refs = contents(tree.path), tree.git("for-each-ref")
    index, config = (tree.path / ".git/index").read_bytes(), tree.git("config", "-l", "--local")
    made = make(tree)
    script = """set -e
        echo changed >> app.py; rm lib/a.py; mv lib lib2; echo new > new; chmod +x untracked
        git add -A; git commit -q -m job; git tag v9; git branch other
        git config user.nickname x; git gc -q --prune=now; git stash -q || true"""
    subprocess.run(["bash", "-c", script], cwd=made.path, check=True)
    assert contents(tree.path) == before
    assert tree.git("for-each-ref") == refs
    assert (tree.path / ".git/index").read_bytes() == index
    assert tree.git("config", "-l", "--local") == config
    assert not os.path.exists(tree.path / ".git/index.lock")


def test_git_answers_as_in_the_tree(tree, make):
    tree.git("tag", "-a", "-m", "one", "v1.0")
    tree.commit({"lib/b.py": "b = 2\n"}, "second")
    tree.git("branch", "side", "HEAD~1")
    tree.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    tree.git("pack-refs", "--all")
    tree.git("branch", "loose")
    tree.write({"app.py": "edited", "staged": "s", "untracked": ""})
    tree.git("add", "staged")
    made = make(tree)
    for question in (
        ("status", "--short", "--branch"),
        ("describe",),
        ("diff",),
        ("diff", "--cached"),
        ("log", "--format=%H %s", "--all"),
        ("for-each-ref",),
        ("log", "--oneline", "origin/main..main"),
        ("ls-files", "-s"),
        ("blame", "HEAD", "--", "app.py"),
        ("fsck",),
    ):
        assert run_git(made.path, *question) == tree.git(*question), question


def test_a_linked_worktree(tree, make, tmp_path):
    tree.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = ScratchRepository.__new__(ScratchRepository)
    linked.path = tmp_path / "linked"
    linked.commit({"only-here": "1"})
    made = make(linked)
    assert run_git(made.path, "rev-parse", "--abbrev-ref", "HEAD") == "side"
    assert run_git(made.path, "status", "--short") == ""
    run_git(made.path, "commit", "-q", "--allow-empty", "-m", "job")
    assert linked.git("log", "-1", "--format=%s") == "a change"


def test_a_shallow_clone(tree, make, tmp_path):
    tree.commit({"z": ""}, "second")
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{tree.path}", "shallow")
    shallow = ScratchRepository.__new__(ScratchRepository)
    shallow.path = tmp_path / "shallow"
    assert run_git(make(shallow).path, "log", "--format=%s") == "second"


def test_objects_that_the_repository_borrows(tree, make, tmp_path):
    run_git(tmp_path, "clone", "-q", "--shared", str(tree.path), "borrower")
    borrower = ScratchRepository.__new__(ScratchRepository)
    borrower.path = tmp_path / "borrower"
    assert run_git(make(borrower).path, "log", "--format=%s") == "a change"


def test_credentials_and_hooks_stay_behind(tree, make):
    tree.git("remote", "add", "origin", "https://ada:secret@example.com/acme/shop.git")
    tree.git("config", "http.https://example.com/.extraheader", "AUTHORIZATION: basic c2VjcmV0")
    tree.git("config", "credential.helper", "store --file=secret")
    tree.git("config", "core.hooksPath", ".hooks")
    tree.git("config", "core.sshCommand", "ssh -i secret")
    tree.git("config", "core.worktree", str(tree.path))
    tree.git("config", "filter.upper.clean", "tr a-z A-Z")
    made = make(tree)
    config = run_git(made.path, "config", "--list", "--local")
    assert "secret" not in config
    assert "hook" not in config
    assert run_git(made.path, "rev-parse", "--show-toplevel") == made.path
    assert run_git(made.path, "remote", "get-url", "origin") == "https://example.com/acme/shop.git"
    assert run_git(made.path, "config", "filter.upper.clean") == "tr a-z A-Z"


def test_jobs_do_not_see_each_other(tree, tmp_path, way, monkeypatch):
    if way in ("direct", "copy"):
        monkeypatch.setattr(overlay, "possible", lambda: False)
    monkeypatch.setattr(workspace, "FEW", -1)
    snapshot = Snapshot(git.discover(str(tree.path)), str(tmp_path), jobs=8)
    made = []
    threads = [
        threading.Thread(target=lambda n=n: made.append(snapshot.workspace(str(tmp_path / str(n)))))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        tree.write({"app.py": "after the snapshot"})
        for one in made:
            with open(f"{one.path}/app.py", "a") as file:
                file.write("mine")
        assert {contents(one.path)["app.py"] for one in made} == {"print()\nmine"}
    finally:
        for one in made:
            one.remove()
        snapshot.remove()


def test_in_place(tree, tmp_path):
    snapshot = Snapshot(git.discover(str(tree.path)), str(tmp_path / "run"), in_place=True)
    made = snapshot.workspace(str(tmp_path / "work"))
    assert (made.path, made.method) == (str(tree.path), "in-place")
    tree.write({"from the job": ""})
    made.refresh()
    made.remove()
    snapshot.remove()
    assert (tree.path / "from the job").exists()
    assert not (tmp_path / "work").exists()


# --- refreshing ---------------------------------------------------------------------------


def test_refresh_restores_what_was_there(tree, make):
    tree.write({"untracked": "u", "run.sh": "x"})
    made = make(tree)
    before = contents(made.path)
    script = """set -e
        echo changed >> app.py; rm -r lib; mkdir lib; echo x > lib/other; mkdir -p build/deep
        rm untracked; mkdir untracked; chmod +x run.sh; ln -s / root; mkfifo p; chmod 0 build"""
    subprocess.run(["bash", "-c", script], cwd=made.path, check=True)
    made.refresh()
    assert contents(made.path) == before
    assert not os.path.exists(f"{made.path}/build")
    assert not os.access(f"{made.path}/run.sh", os.X_OK)
    assert run_git(made.path, "status", "--short") == tree.git("status", "--short")


def test_refresh_goes_back_to_the_branch_but_keeps_what_was_added(tree, make):
    sha = tree.git("rev-parse", "HEAD")
    made = make(tree)
    run_git(made.path, "commit", "-q", "--allow-empty", "-m", "job")
    run_git(made.path, "tag", "v9")
    run_git(made.path, "config", "job.setting", "kept")
    run_git(made.path, "checkout", "-q", "-b", "other")
    with open(f"{made.path}/.git/index.lock", "w"):
        pass
    made.refresh()
    assert run_git(made.path, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert run_git(made.path, "rev-parse", "HEAD") == sha
    assert run_git(made.path, "rev-parse", "v9") != sha
    assert run_git(made.path, "config", "job.setting") == "kept"
    assert run_git(made.path, "status", "--short") == ""


@pytest.mark.parametrize("then", ["true", "git init -q"])
def test_refresh_after_the_job_deleted_everything(tree, make, then):
    made = make(tree)
    script = f"find . -mindepth 1 -delete; {then}"
    subprocess.run(["bash", "-c", script], cwd=made.path, check=True)
    made.refresh()
    assert contents(made.path) == contents(tree.path)
    assert run_git(made.path, "status", "--short") == ""
    assert run_git(made.path, "log", "--format=%s") == "a change"


def test_refresh_twice_and_without_need(tree, make):
    made = make(tree)
    for content in ("", "one", "two"):
        with open(f"{made.path}/app.py", "a") as file:
            file.write(content)
        made.refresh()
        made.refresh()
        assert contents(made.path) == contents(tree.path)


def test_what_is_kept_outlives_the_run(tree, make):
    made = make(tree)
    with open(f"{made.path}/result", "w") as file:
        file.write("r")
    made.keep()
    assert overlay.mounts_below(made.path) == []
    assert contents(made.path)["result"] == "r"
    assert contents(made.path)["app.py"] == "print()\n"
    assert run_git(made.path, "status", "--short") == "?? result"


# --- leaving nothing behind ---------------------------------------------------------------


def test_what_killed_runs_left_is_reaped(tmp_path):
    for name in ("dead", "alive"):
        (tmp_path / name / "work").mkdir(parents=True)
        (tmp_path / name / "work/file").write_text("")
    assert workspace.reap(str(tmp_path), lambda name: name == "alive") == ["dead"]
    assert os.listdir(tmp_path) == ["alive"]
    assert workspace.reap(str(tmp_path / "nothing"), lambda name: False) == []


@pytest.mark.skipif(not overlay.possible(), reason="mounts need root")
def test_mounts_of_killed_runs_are_taken_away_not_emptied(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "FEW", -1)
    run = tmp_path / "runs/dead"
    run.mkdir(parents=True)
    snapshot = Snapshot(git.discover(str(tree.path)), str(run), jobs=2)
    made = snapshot.workspace(str(run / "work"))
    assert made.method == "overlay"
    (run / "bind mount").mkdir()
    bind = ["mount", "--bind", str(tree.path), str(run / "bind mount")]
    subprocess.run(bind, check=True)
    assert workspace.reap(str(tmp_path / "runs"), lambda name: False) == ["dead"]
    assert contents(tree.path) == {"app.py": "print()\n", "lib/a.py": "a = 1\n"}
    assert overlay.mounts_below(str(tmp_path)) == []


@pytest.mark.skipif(not overlay.possible(), reason="mounts need root")
def test_a_workspace_that_a_program_is_still_in_goes_away(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "FEW", -1)
    snapshot = Snapshot(git.discover(str(tree.path)), str(tmp_path), jobs=2)
    made = snapshot.workspace(str(tmp_path / "work"))
    with subprocess.Popen(["sleep", "60"], cwd=made.path) as daemon:
        made.refresh()
        made.remove()
        assert not os.path.exists(made.path)
        daemon.kill()
    snapshot.remove()


@pytest.mark.skipif(not overlay.possible(), reason="mounting a small disk needs root")
def test_a_full_disk(tree, tmp_path):
    (tmp_path / "small").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path / "small")]
    subprocess.run(mount, check=True)
    try:
        tree.write({"large": "x" * 1_000_000})
        snapshot = Snapshot(git.discover(str(tree.path)), str(tmp_path / "small"))
        with pytest.raises(HeadwayError, match=r"the disk is full: .*/work/large") as raised:
            snapshot.workspace(str(tmp_path / "small/work"))
        assert "HEADWAY_HOME" in raised.value.hint
    finally:
        subprocess.run(["umount", str(tmp_path / "small")], check=True)
