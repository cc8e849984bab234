import os
import subprocess
from pathlib import Path

import pytest

from headway.clients import git
from headway.clients.gitremote import parse_remote, without_credentials
from headway.errors import HeadwayError, UsageError
from headway.testing.repository import ENVIRONMENT, ScratchRepository
from headway.testing.repository import git as run_git


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch, tmp_path):
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, ENVIRONMENT[name])
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("USER", "ada")


@pytest.fixture
def repository(tmp_path):
    return ScratchRepository(tmp_path / "shop", {"app.py": "print()\n", "lib/a.py": "a = 1\n"})


# --- finding it ---------------------------------------------------------------------------


def test_a_repository_is_found_from_any_folder_in_it(repository):
    found = git.discover(str(repository.path / "lib"))
    assert found.root == str(repository.path)
    assert found.git_dir == found.common_dir == str(repository.path / ".git")
    assert found.sha == repository.git("rev-parse", "HEAD")
    assert (found.ref, found.branch) == ("refs/heads/main", "main")
    assert found.slug == "local/shop"
    assert found.actor == "ada"
    assert not found.dirty
    assert found.message == "a change"


def test_a_branch_without_commits(tmp_path):
    ScratchRepository(tmp_path / "new")
    found = git.discover(str(tmp_path / "new"))
    assert (found.sha, found.ref, found.branch) == ("", "refs/heads/main", "main")
    assert found.message == ""


def test_packed_refs(repository):
    sha = repository.git("rev-parse", "HEAD")
    repository.git("pack-refs", "--all")
    assert not (repository.path / ".git/refs/heads/main").exists()
    assert git.discover(str(repository.path)).sha == sha


def test_a_detached_head(repository):
    repository.git("checkout", "-q", "--detach")
    found = git.discover(str(repository.path))
    assert (found.ref, found.branch) == ("", "")
    assert found.sha == repository.git("rev-parse", "HEAD")


@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize("flags", [(), ("-a", "-m", "release")])
def test_a_detached_head_on_a_tag(repository, flags, pack):
    repository.git("tag", *flags, "v1.0")
    repository.git("checkout", "-q", "v1.0")
    if pack:
        repository.git("pack-refs", "--all")
    assert git.discover(str(repository.path)).ref == "refs/tags/v1.0"


def test_a_branch_with_a_slash(repository):
    repository.git("checkout", "-q", "-b", "feature/x")
    assert git.discover(str(repository.path)).branch == "feature/x"


def test_a_linked_worktree(repository, tmp_path):
    repository.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "tree"))
    found = git.discover(str(tmp_path / "tree"))
    assert found.root == str(tmp_path / "tree")
    assert found.common_dir == str(repository.path / ".git")
    assert found.git_dir == str(repository.path / ".git/worktrees/tree")
    assert found.branch == "side"
    assert found.sha == repository.git("rev-parse", "HEAD")
    assert found.dirty is False


def test_a_submodule(repository, tmp_path):
    outer = ScratchRepository(tmp_path / "outer", {"x": ""})
    url = str(repository.path)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "vendor/shop")
    found = git.discover(str(tmp_path / "outer/vendor/shop/lib"))
    assert found.root == str(tmp_path / "outer/vendor/shop")
    assert found.common_dir == str(tmp_path / "outer/.git/modules/vendor/shop")
    assert found.sha == repository.git("rev-parse", "HEAD")


def test_started_from_a_hook(repository, tmp_path, monkeypatch):
    other = ScratchRepository(tmp_path / "other", {"y": ""})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git/index"))
    assert git.listed(str(repository.path)) == ["app.py", "lib/a.py"]


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda p: p.mkdir(), "is not in a git repository", "git init"),
        (lambda p: None, "is not a folder", ""),
        (lambda p: run_git(p.parent, "init", "-q", "--bare", p.name), "bare", "worktree add"),
    ],
)
def test_no_repository(tmp_path, make, message, hint):
    path = tmp_path / "here"
    make(path)
    with pytest.raises(UsageError, match=message) as raised:
        git.discover(str(path))
    assert hint in raised.value.hint


def test_a_git_file_that_points_nowhere(tmp_path):
    (tmp_path / ".git").write_text("gitdir: /gone/worktrees/x\n")
    with pytest.raises(HeadwayError, match="there is no repository") as raised:
        git.discover(str(tmp_path))
    assert "worktree repair" in raised.value.hint


def test_no_git(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.discover(str(repository.path)).branch == "main"  # needs none
    with pytest.raises(HeadwayError, match="git is not installed"):
        git.listed(str(repository.path))


def test_the_failure_of_git_is_told_in_its_own_words(repository):
    (repository.path / ".git/index").write_bytes(b"garbage")
    with pytest.raises(HeadwayError, match=r"git ls-files failed in .*index file"):
        git.listed(str(repository.path))


# --- names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/shop.git", ("acme", "shop")),
        ("https://github.com/acme/shop/", ("acme", "shop")),
        ("https://user:token@github.com:443/acme/shop", ("acme", "shop")),
        ("git@github.com:acme/shop.git", ("acme", "shop")),
        ("github.com:acme/shop", ("acme", "shop")),
        ("gh:acme/shop", ("acme", "shop")),
        ("ssh://git@github.com:22/acme/shop.git", ("acme", "shop")),
        ("git@[::1]:acme/shop.git", ("acme", "shop")),
        ("git://host/~ada/shop", ("-ada".strip("-"), "shop")),
        ("https://gitlab.com/group/team/shop.git", ("team", "shop")),
        ("https://dev.azure.com/acme/web/_git/shop", ("web", "shop")),
        ("file:///srv/git/acme/shop.git", ("acme", "shop")),
        ("/srv/git/acme/shop/.git", ("acme", "shop")),
        ("./dir:with/colon", ("dir-with", "colon")),
        ("../shop.git", None),
        ("shop", None),
        ("", None),
    ],
)
def test_owner_and_name_of_a_remote(url, expected):
    assert parse_remote(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://ada:secret@example.com/a/b", "https://example.com/a/b"),
        ("https://token@example.com/a/b", "https://example.com/a/b"),
        ("https://a:p@ss@example.com/a/b", "https://example.com/a/b"),
        ("ssh://git@example.com/a/b", "ssh://git@example.com/a/b"),
        ("ssh://git:secret@example.com/a/b", "ssh://git@example.com/a/b"),
        ("git@example.com:a/b", "git@example.com:a/b"),
        ("/srv/a@b/c", "/srv/a@b/c"),
    ],
)
def test_credentials_are_taken_out(url, expected):
    assert without_credentials(url) == expected


def test_the_remote_that_the_branch_follows_comes_first(repository):
    repository.git("remote", "add", "origin", "https://x:y@github.com/me/fork.git")
    repository.git("remote", "add", "upstream", "https://github.com/acme/shop.git")
    found = git.discover(str(repository.path))
    assert (found.slug, found.remote) == ("me/fork", "https://github.com/me/fork.git")
    repository.git("config", "branch.main.remote", "upstream")
    assert git.discover(str(repository.path)).slug == "acme/shop"


def test_default_branch(repository, tmp_path):
    repository.git("checkout", "-q", "-b", "topic")
    assert git.discover(str(repository.path)).default_branch == "main"
    run_git(tmp_path, "clone", "-q", str(repository.path), "copy")
    run_git(tmp_path / "copy", "checkout", "-q", "-b", "mine")
    assert git.discover(str(tmp_path / "copy")).default_branch == "topic"


@pytest.mark.parametrize(
    ("settings", "actor"),
    [
        ("[user]\nname = Ada Lovelace\nemail = a@b.example", "Ada-Lovelace"),
        ("[user]\nname = Ada\nemail = 123+ada-l@users.noreply.github.com", "ada-l"),
        ("[user]\nname = Ada\n[github]\nuser = adal", "adal"),
        ("[user]\nname = 艾达\nemail = ada.l@b.example", "ada-l"),
        ("", "ada"),
    ],
)
def test_actor(repository, monkeypatch, tmp_path, settings, actor):
    (tmp_path / "settings").write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    assert git.discover(str(repository.path)).actor == actor


def test_included_settings_are_asked_of_git(repository, monkeypatch, tmp_path):
    (tmp_path / "more").write_text("[user]\nname = Grace\n")
    (tmp_path / "settings").write_text("[include]\npath = more\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    assert git.discover(str(repository.path)).actor == "Grace"


# --- questions ----------------------------------------------------------------------------


def test_files_are_tracked_and_untracked_but_not_ignored(repository):
    repository.write({".gitignore": "*.log\nbuild/\n", "x.log": "", "build/o": "", "new.txt": ""})
    repository.write({"app.py": "changed\n"})
    (repository.path / "lib/a.py").unlink()
    assert sorted(git.files(str(repository.path))) == [".gitignore", "app.py", "new.txt"]
    assert "lib/a.py" in git.listed(str(repository.path))


def test_strange_names(repository):
    names = [b"new\nline", b"\xff\xfe latin", b" blank ", "ünïcode".encode(), b'quote"']
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(repository.path), name))).write_text("")
    found = git.files(str(repository.path))
    assert {os.fsdecode(n) for n in names} <= set(found)


def test_files_of_submodules_belong_to_the_tree(repository, tmp_path):
    inner = ScratchRepository(tmp_path / "inner", {"deep/x": ""})
    for outer, module in (
        (repository, inner),
        (ScratchRepository(tmp_path / "top", {}), repository),
    ):
        add = ("submodule", "--quiet", "add", str(module.path), "sub")
        outer.git("-c", "protocol.file.allow=always", *add)
        outer.commit({})
    update = ("submodule", "--quiet", "update", "--init", "--recursive")
    run_git(tmp_path / "top", "-c", "protocol.file.allow=always", *update)
    assert "sub/sub/deep/x" in git.files(str(tmp_path / "top"))
    assert "sub" not in git.files(str(tmp_path / "top"))


def test_other_clones_in_the_tree_are_left_out(repository):
    ScratchRepository(repository.path / "clone", {"f": ""})
    assert not any(name.startswith("clone") for name in git.files(str(repository.path)))


def test_asking_does_not_touch_the_repository(repository):
    index = repository.path / ".git/index"
    os.utime(repository.path / "app.py", (1, 1))  # the index could now be refreshed
    before = index.read_bytes()
    assert not git.dirty(str(repository.path))
    assert index.read_bytes() == before


def test_dirty(repository):
    repository.write({"untracked": ""})
    assert git.discover(str(repository.path)).dirty


def test_changed_paths(repository):
    root = str(repository.path)
    first = git.resolve(root, "HEAD")
    second = repository.commit({"lib/b.py": "", "app.py": "2\n"}, "second\n\nwith a body")
    assert git.changed_paths(root, first, second) == ["app.py", "lib/b.py"]
    repository.write({"lib/a.py": "edited", "new": ""})
    assert git.changed_paths(root, second) == ["lib/a.py", "new"]
    assert git.commit_message(root, second) == "second\n\nwith a body"
    repository.git("gc", "-q")
    assert git.commit_message(root, second) == "second\n\nwith a body"
    with pytest.raises(HeadwayError, match="nowhere is not a commit"):
        git.changed_paths(root, "nowhere")


def test_a_shallow_clone_says_how_to_get_the_rest(repository, tmp_path):
    first = git.resolve(str(repository.path), "HEAD")
    repository.commit({"z": ""})
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository.path}", "shallow")
    with pytest.raises(HeadwayError) as raised:
        git.changed_paths(str(tmp_path / "shallow"), first)
    assert "--unshallow" in raised.value.hint


def test_merge_base(repository):
    root = str(repository.path)
    base = git.resolve(root, "main")
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit({"t": ""})
    repository.git("checkout", "-q", "main")
    repository.commit({"m": ""})
    assert git.merge_base(root, "main", "topic") == base
    assert git.merge_base(root, "main", "0" * 40) == ""


@pytest.mark.parametrize("revision", ["", "gone", "--all", "HEAD:app.py", "0" * 40])
def test_what_is_no_commit(repository, revision):
    assert git.resolve(str(repository.path), revision) == ""


def test_branches_and_tags_newest_first(repository):
    repository.git("tag", "v1")
    assert set(git.branches_and_tags(str(repository.path))) == {"main", "v1"}


def test_git_agrees_about_variables_that_name_another_repository():
    argv = ["git", "rev-parse", "--local-env-vars"]
    named = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert set(named) <= git.LOCAL_VARIABLES
