import os
import subprocess

import pytest

from headway.runner.action.builtin import checkout
from headway.runner.action.builtin.base import ActionFailed
from headway.testing.repository import ScratchRepository
from headway.testing.repository import git as run_git


def test_the_tree_is_there_with_what_is_not_committed(tree, new_job, tree_of):
    tree.write({"app.py": "edited", "new": "n"})
    job = new_job()
    outputs = job.do(checkout)
    assert outputs == {"ref": "refs/heads/main", "commit": tree.git("rev-parse", "HEAD")}
    assert tree_of(job.directory) == {"app.py": "edited", "new": "n", "lib/a.py": "a = 1\n"}


def test_clean(job, write, tree_of):
    before = tree_of(job.directory)
    write({"app.py": "changed by a step", "rubbish": ""})
    job.do(checkout, {"clean": "false"})
    assert "rubbish" in tree_of(job.directory)
    job.do(checkout)
    assert tree_of(job.directory) == before


def test_a_path(job, write, tree_of):
    write({"rubbish": ""})
    job.do(checkout, {"path": "copy/of it"})
    assert tree_of(f"{job.directory}/copy/of it") == {"app.py": "print()\n", "lib/a.py": "a = 1\n"}
    assert run_git(f"{job.directory}/copy/of it", "status", "--short") == ""
    assert "rubbish" in tree_of(job.directory)
    write({"copy/of it/more": ""})
    job.do(checkout, {"path": "copy/of it"})
    assert "copy/of it/more" not in tree_of(job.directory)


@pytest.mark.parametrize("path", ["..", "/elsewhere", "a/../../b"])
def test_a_path_outside_of_the_workspace(job, path):
    assert "is not under" in job.refusal(checkout, {"path": path})


@pytest.fixture
def history(tree):
    """The repository with a few things to check out; gives the commits by name."""
    commits = {"first": tree.git("rev-parse", "HEAD")}
    tree.git("tag", "v1")
    tree.git("tag", "-a", "-m", "annotated", "v1-annotated")
    tree.git("checkout", "-q", "-b", "side")
    commits["side"] = tree.commit({"side.txt": "s"}, "on the side")
    tree.git("update-ref", "refs/remotes/origin/theirs", commits["side"])
    tree.git("update-ref", "refs/pull/7/head", commits["side"])
    tree.git("checkout", "-q", "main")
    commits["main"] = tree.commit({"main.txt": "m"}, "on main")
    return commits


@pytest.mark.parametrize(
    ("ref", "commit", "output", "branch"),
    [
        ("v1", "first", "v1", "HEAD"),
        ("v1-annotated", "first", "v1-annotated", "HEAD"),
        ("refs/tags/v1", "first", "refs/tags/v1", "HEAD"),
        ("side", "side", "side", "side"),
        ("refs/heads/side", "side", "refs/heads/side", "side"),
        ("theirs", "side", "theirs", "theirs"),
        ("refs/pull/7/head", "side", "refs/pull/7/head", "HEAD"),
        ("SHA", "side", "", "HEAD"),
    ],
)
@pytest.mark.parametrize("path", ["", "other"])
def test_a_ref(new_job, history, tree_of, ref, commit, output, branch, path):
    job = new_job()
    open(f"{job.directory}/rubbish", "w").close()
    ref = history[commit] if ref == "SHA" else ref
    outputs = job.do(checkout, {"ref": ref, "path": path})
    assert outputs == {"ref": output, "commit": history[commit]}
    folder = os.path.join(job.directory, path)
    assert run_git(folder, "rev-parse", "HEAD") == history[commit]
    assert run_git(folder, "rev-parse", "--abbrev-ref", "HEAD") == branch
    assert ("side.txt" in tree_of(folder)) == (commit == "side")
    assert "main.txt" not in tree_of(folder)
    assert ("rubbish" in tree_of(job.directory)) == bool(path)
    assert run_git(folder, "log", "--oneline", "main").count("\n") == 1  # all history is there


def test_back_to_the_tree_after_a_ref(new_job, history, tree_of):
    job = new_job()
    before = tree_of(job.directory)
    for clean in ("true", "false"):
        job.do(checkout, {"ref": "side"})
        job.do(checkout, {"clean": clean})
        assert tree_of(job.directory) == before
        assert run_git(job.directory, "rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_the_ref_that_the_tree_is_at_is_the_tree(tree, new_job, tree_of):
    tree.write({"app.py": "edited"})
    job = new_job()
    for ref in ("main", tree.git("rev-parse", "HEAD")):
        job.do(checkout, {"ref": ref})
        assert tree_of(job.directory)["app.py"] == "edited"
    job.do(checkout, {"ref": "main", "path": "committed"})
    assert tree_of(job.directory)["committed/app.py"] == "print()\n"


def test_nothing_reaches_the_users_repository(tree, new_job, history):
    before = tree.git("for-each-ref"), tree.git("status", "--short", "--branch")
    job = new_job()
    job.do(checkout, {"ref": "theirs"})
    job.do(checkout, {"ref": "side", "path": "x"})
    job.shell("git tag job; cd x; git commit -q --allow-empty -m job; git push -q origin || true")
    assert (tree.git("for-each-ref"), tree.git("status", "--short", "--branch")) == before


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("sidee", "branch or tag with the name 'sidee' .* did you mean \"side\""),
        ("f" * 40, "The commit 'ffff"),
        ("refs/heads/none", "there are: .*v1.* fetch origin refs/heads/none"),
        ("--help", "could not be found"),
    ],
)
def test_a_ref_that_is_not_there(new_job, history, ref, message):
    import re

    assert re.search(message, new_job().refusal(checkout, {"ref": ref}))


def test_a_branch_without_commits(tmp_path):
    from headway.testing.actions import RecordingContext

    empty = ScratchRepository(tmp_path / "empty")
    job = RecordingContext(tmp_path, empty.path)
    assert job.do(checkout) == {"ref": "refs/heads/main", "commit": ""}
    job.close()


# --- other repositories -------------------------------------------------------------------


@pytest.fixture
def other(tmp_path):
    return ScratchRepository(tmp_path / "tools", {"tool.sh": "echo tool\n"})


def test_another_repository_on_this_machine(job, other, tree_of):
    job.local_repositories = {"Acme/Tools": str(other.path)}
    outputs = job.do(checkout, {"repository": "acme/tools", "path": "tools"})
    assert outputs == {"ref": "refs/heads/main", "commit": other.git("rev-parse", "HEAD")}
    assert tree_of(f"{job.directory}/tools") == {"tool.sh": "echo tool\n"}
    assert "app.py" in tree_of(job.directory)
    job.do(checkout, {"repository": "acme/tools"})
    assert tree_of(job.directory) == {"tool.sh": "echo tool\n"}
    job.do(checkout)
    assert "app.py" in tree_of(job.directory)
    assert run_git(job.directory, "log", "--format=%s") == "a change"


def test_a_bare_repository(job, other, tmp_path, tree_of):
    run_git(tmp_path, "clone", "-q", "--bare", str(other.path), "tools.git")
    job.local_repositories = {"acme/tools": str(tmp_path / "tools.git")}
    job.do(checkout, {"repository": "acme/tools", "path": "tools", "ref": "main"})
    assert tree_of(f"{job.directory}/tools") == {"tool.sh": "echo tool\n"}


@pytest.mark.parametrize(
    ("repository", "message"),
    [
        ("acme/tools", "needs|network"),
        ("tools", "Expected format"),
        ("a/b/c", "Expected format"),
    ],
)
def test_a_repository_that_is_not_here(job, repository, message):
    import re

    assert re.search(message, job.refusal(checkout, {"repository": repository}))


def test_the_repository_itself_by_name(job, tree_of):
    job.do(checkout, {"repository": job.repository.slug.upper()})
    assert "app.py" in tree_of(job.directory)


# --- in place -----------------------------------------------------------------------------


def test_in_place_nothing_of_the_users_is_touched(tree, new_job, history, tree_of):
    job = new_job(in_place=True)
    tree.write({"mine": "m"})
    before = tree_of(tree.path)
    job.do(checkout)
    job.do(checkout, {"sparse-checkout": "lib"})
    assert "in place" in job.annotations[0][1]
    assert "in place" in job.refusal(checkout, {"ref": "side"})
    assert tree_of(tree.path) == before
    job.do(checkout, {"path": "copy"})
    assert tree_of(tree.path / "copy") == before


# --- parts of it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "cone", "expected"),
    [
        ("lib", "true", {"app.py", "lib/a.py"}),
        ("/lib/*.py", "false", {"lib/a.py"}),
        ("other\ndocs", "true", {"app.py", "docs/d"}),
    ],
)
def test_sparse_checkout(tree, new_job, tree_of, patterns, cone, expected):
    tree.commit({"docs/d": ""})
    job = new_job()
    job.do(checkout, {"sparse-checkout": patterns, "sparse-checkout-cone-mode": cone})
    assert set(tree_of(job.directory)) == expected
    assert run_git(job.directory, "status", "--short") == ""


@pytest.fixture
def with_submodules(tree, tmp_path):
    innermost = ScratchRepository(tmp_path / "innermost", {"deep": "d"})
    inner = ScratchRepository(tmp_path / "inner", {"i": "i"})
    for outer, module in ((inner, innermost), (tree, inner)):
        add = ("submodule", "--quiet", "add", str(module.path), "sub")
        outer.git("-c", "protocol.file.allow=always", *add)
        outer.commit({})
    allow = ("-c", "protocol.file.allow=always")
    tree.git(*allow, "submodule", "--quiet", "update", "--init", "--recursive")


@pytest.mark.parametrize(
    ("submodules", "there", "absent"),
    [
        ("", [], ["sub/i", "sub/sub/deep"]),
        ("true", ["sub/i"], ["sub/sub/deep"]),
        ("recursive", ["sub/i", "sub/sub/deep"], []),
    ],
)
def test_submodules(new_job, with_submodules, submodules, there, absent):
    job = new_job()
    for path in ("", "copy"):
        job.do(checkout, {"submodules": submodules, "path": path})
        files = {n: os.path.exists(os.path.join(job.directory, path, n)) for n in there + absent}
        assert files == {n: n in there for n in there + absent}
    assert os.path.isdir(f"{job.directory}/sub")
    job.do(checkout, {"submodules": "recursive"})
    assert os.path.exists(f"{job.directory}/sub/sub/deep")


def test_submodules_of_a_commit_come_from_the_users_tree(tree, new_job, with_submodules):
    sha = tree.git("rev-parse", "HEAD")
    tree.commit({"later": ""})
    job = new_job()
    job.do(checkout, {"ref": sha, "submodules": "recursive"})
    assert os.path.exists(f"{job.directory}/sub/sub/deep")
    assert run_git(f"{job.directory}/sub", "status", "--short") == ""


def test_a_submodule_that_is_not_on_this_machine(tree, new_job, with_submodules, tmp_path):
    import shutil

    tree.git("submodule", "--quiet", "deinit", "--all", "--force")
    shutil.rmtree(tree.path / ".git/modules")
    shutil.rmtree(tmp_path / "inner")
    refusal = new_job().refusal(checkout, {"submodules": "true"})
    assert "submodule sub is not on this machine" in refusal
    assert "submodule update --init sub" in refusal


# --- forks --------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["pull_request_target", "workflow_run"])
def test_a_forks_code_is_not_checked_out_where_secrets_are(new_job, history, event):
    job = new_job()
    fork = {"id": 2, "full_name": "mallory/shop"}
    pull = {"head": {"sha": history["side"], "repo": fork}}
    started = {"event": "pull_request", "head_repository": fork, "head_sha": history["side"]}
    job.event = {"repository": {"id": 1}, "pull_request": pull, "workflow_run": started}
    job.github["event_name"] = event
    for inputs in ({"ref": history["side"]}, {"ref": "refs/pull/7/head"}):
        assert "Refusing" in job.refusal(checkout, inputs)
        job.do(checkout, {**inputs, "allow-unsafe-pr-checkout": "true"})
    assert "Refusing" in job.refusal(checkout, {"repository": "mallory/shop"})
    job.do(checkout, {"ref": "v1"})
    job.event["pull_request"]["head"]["repo"] = {"id": 1}
    job.event["workflow_run"]["head_repository"] = {"id": 1}
    job.do(checkout, {"ref": history["side"]})


def test_started_from_a_hook(new_job, history, tmp_path, monkeypatch):
    job = new_job(GIT_DIR=str(tmp_path / "elsewhere"))
    job.do(checkout, {"ref": "side"})
    del job.env["GIT_DIR"]
    assert job.shell("git rev-parse --abbrev-ref HEAD") == "side"


def test_a_failure_of_git_is_shown(new_job, history, tree):
    job = new_job()
    os.unlink(tree.path / ".git/objects" / history["side"][:2] / history["side"][2:])
    with pytest.raises(ActionFailed):
        job.do(checkout, {"ref": "refs/pull/7/head"})


def test_git_is_run_as_on_a_runner(new_job, history):
    job = new_job()
    (argv := ["git", "-C", job.directory, "config", "user.name", "Bot"])
    subprocess.run(argv, check=True)
    job.do(checkout)
    assert job.shell("git config user.name") == "Bot"
