"""What a git server is asked, and how its answers read."""

import os
import subprocess

import pytest

from headway.clients import gitserver
from headway.clients.gitserver import NoCommit, NoRepository, Unreachable
from headway.testing.repository import ENVIRONMENT


@pytest.fixture
def bare(tmp_path):
    """A repository with a branch, a plain and an annotated tag, and an odd tree."""
    work = tmp_path / "work"

    def git(*arguments):
        done = subprocess.run(
            ["git", *arguments],
            cwd=work,
            env={**os.environ, **ENVIRONMENT},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    work.mkdir()
    git("init", "-q", "-b", "main")
    (work / "file").write_text("one\n")
    (work / "run").write_text("#!/bin/sh\n")
    (work / "run").chmod(0o755)
    (work / "link").symlink_to("/etc/passwd")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("tag", "plain")
    git("tag", "-a", "-m", "x", "full")
    git("commit", "-qm", "two", "--allow-empty")
    return work / ".git", git


def test_names(bare):
    url, git = bare
    one, two = git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")
    found = gitserver.names(str(url))
    assert found["refs/heads/main"] == two
    assert found["refs/tags/full"] == found["refs/tags/plain"] == one
    wanted = ["refs/tags/full", "refs/tags/none", "refs/heads/main"]
    assert gitserver.names(str(url), wanted) == {"refs/tags/full": one, "refs/heads/main": two}


@pytest.mark.parametrize("ref", ["HEAD", "HEAD~1", "full"])
def test_take(bare, tmp_path, ref):
    url, git = bare
    commit = git("rev-parse", ref)
    folder = tmp_path / "taken"
    gitserver.take(str(url), commit, str(folder))
    assert sorted(os.listdir(folder)) == ["file", "link", "run"]
    assert os.access(folder / "run", os.X_OK)
    assert os.readlink(folder / "link") == "/etc/passwd"


def test_an_old_server_gives_out_branches_and_tags_only(bare, tmp_path, monkeypatch):
    url, git = bare
    git("config", "uploadpack.allowAnySHA1InWant", "false")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[protocol]\n\tversion = 0\n")
    gitserver.take(f"file://{url}", git("rev-parse", "HEAD~1"), str(tmp_path / "taken"))
    assert (tmp_path / "taken" / "file").read_text() == "one\n"


def test_filters_and_hooks_of_the_user_take_no_part(bare, tmp_path, monkeypatch):
    url, git = bare
    (url.parent / ".gitattributes").write_text("* filter=loud\n")
    git("add", "-A")
    git("commit", "-qm", "three")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (tmp_path / "config").write_text(
        f'[filter "loud"]\n\tsmudge = "touch {tmp_path}/ran; tr a-z A-Z"\n'
        f"[core]\n\thooksPath = {tmp_path}/hooks\n[init]\n\ttemplateDir = {tmp_path}/template\n"
    )
    gitserver.take(str(url), git("rev-parse", "HEAD"), str(tmp_path / "taken"))
    assert (tmp_path / "taken" / "file").read_text() == "one\n"
    assert not (tmp_path / "ran").exists()


def test_what_is_not_there(bare, tmp_path):
    url, _ = bare
    with pytest.raises(NoRepository):
        gitserver.names(str(tmp_path / "none"))
    with pytest.raises(NoCommit):
        gitserver.take(str(url), "1" * 40, str(tmp_path / "taken"))
    with pytest.raises(Unreachable):
        gitserver.names("http://127.0.0.1:9/octo/act")
    with pytest.raises(Unreachable):
        gitserver.names("https://nowhere.invalid/octo/act")


def test_no_program_is_started_for_a_url(tmp_path):
    with pytest.raises(Exception, match="not allowed"):
        gitserver.names(f"ext::touch {tmp_path}/ran")
    assert not (tmp_path / "ran").exists()


def test_a_login_in_a_url_is_not_shown():
    with pytest.raises(Unreachable) as caught:
        gitserver.names("http://me:s3cret@127.0.0.1:9/octo/act")
    assert "s3cret" not in str(caught.value)
