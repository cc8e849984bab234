"""headway.lock: its text, the verb that writes it, the runs that are held to it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.errors import InvalidFile
from headway.runner.action import lock

WORKFLOW = "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n"
HASHES = st.text("0123456789abcdef", min_size=40, max_size=40)
KEYS = st.from_regex(r"[a-z0-9-]{1,10}/[a-z0-9._-]{1,10}@[A-Za-z0-9./_-]{1,12}", fullmatch=True)


def steps(*lines):
    return WORKFLOW + "".join(f"      - {line}\n" for line in lines)


@given(st.dictionaries(KEYS, st.tuples(HASHES, st.sampled_from(["", "octo/outer@v1"]))))
def test_what_is_written_is_read(entries):
    text = lock.render(entries)
    assert lock.parse(text, "headway.lock") == {key: sha for key, (sha, _) in entries.items()}
    assert text == lock.render(dict(reversed(entries.items())))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, 'no "actions:"'),
        ("version: 2\nactions:\n", 1, "another version"),
        ("version: 1\nactions:\n  a/b@v1: abc\n", 3, "no line of a lock: a/b@v1: abc"),
        ("version: 1\nactions:\n<<<<<<< ours\n", 3, "no line of a lock: <<<<<<< ours"),
        (f"actions:\n  a/b@v1: {'0' * 40}\n  a/b@v1: {'1' * 40}\n", 3, "twice, differently"),
    ],
)
def test_what_is_no_lock(text, line, message):
    with pytest.raises(InvalidFile) as caught:
        lock.parse(text, "headway.lock")
    problem = caught.value.problems[0]
    assert problem.place.line == line
    assert message in problem.message


def test_a_lock_has_everything_that_is_used_also_by_actions(project, server):
    inner = server.composite("octo/inner", "{shell: bash, run: 'true'}")
    outer = server.composite("octo/outer", "uses: octo/inner@v1")
    checkout = server.composite("actions/checkout", "{shell: bash, run: 'true'}", tag="v4")
    called = server.publish(
        "octo/flows",
        {
            ".github/workflows/a.yml": """
                on: workflow_call
                jobs:
                  a: {runs-on: u, steps: [{uses: octo/inner@main}]}
                """
        },
    )
    project.write(
        ".github/workflows/ci.yml",
        steps("uses: Octo/outer@v1", "uses: actions/checkout@v4")
        + "  c: {uses: octo/flows/.github/workflows/a.yml@v1}\n",
    )
    project.commit()
    done = project.headway("lock")
    assert done.returncode == 0, done.stderr.decode()
    lines = (project.root / "headway.lock").read_text().splitlines()
    assert lines[lines.index("actions:") + 1 :] == [
        f"  actions/checkout@v4: {checkout}",
        f"  octo/flows@v1: {called}",
        f"  octo/inner@main: {inner}",
        f"  octo/inner@v1: {inner}  # through octo/outer@v1",
        f"  octo/outer@v1: {outer}",
    ]
    assert project.headway("lock", "--check").returncode == 0
    assert project.run().code == 0


@pytest.fixture
def locked(project, server):
    """A repository whose lock has octo/act@v1; `move` lets the tag name another commit."""
    project.old = server.composite("octo/act", "{shell: bash, run: 'echo old >> $HOME/seen'}")
    project.write(".github/workflows/ci.yml", steps("uses: octo/act@v1"))
    project.commit()
    assert project.headway("lock").returncode == 0
    project.move = lambda tag="v1": server.composite(
        "octo/act", "{shell: bash, run: 'echo new >> $HOME/seen'}", tag=tag
    )
    return project


def test_a_tag_that_has_moved_is_refused_with_both_commits(locked):
    new = locked.move()
    outcome = locked.run()
    assert outcome.code == 2
    assert f"headway.lock has {locked.old}, the tag is now at {new}" in outcome.err
    assert "headway lock --update octo/act@v1" in outcome.err
    assert ".github/workflows/ci.yml:6:" in outcome.err
    check = locked.headway("lock", "--check")
    assert check.returncode == 1
    assert f"the tag is now at {new}, the lock stays at {locked.old}" in check.stderr.decode()


def test_a_commit_that_was_refused_is_not_what_is_run_offline(locked):
    assert locked.run().code == 0
    locked.move()
    assert locked.run().code == 2
    (locked.root / "headway.lock").unlink()
    outcome = locked.run("--offline")
    assert outcome.code == 0, outcome.err
    assert f"using the cached commit {locked.old[:12]} of octo/act@v1" in outcome.err + outcome.text


def test_update_takes_the_new_commit(locked):
    new = locked.move()
    assert locked.headway("lock").returncode == 0
    assert locked.old in (locked.root / "headway.lock").read_text()
    done = locked.headway("lock", "--update", "octo/act", "--json")
    [change] = json.loads(done.stdout)
    assert change == {"key": "octo/act@v1", "old": locked.old, "new": new, "what": "updated"}
    assert locked.run().code == 0


def test_update_of_what_the_lock_does_not_have(locked):
    done = locked.headway("lock", "--update", "octo/acts")
    assert done.returncode == 2
    assert 'did you mean "octo/act"?' in done.stderr.decode()


def test_an_action_that_is_not_in_the_lock_is_refused(locked, server):
    server.composite("octo/other", "{shell: bash, run: 'true'}")
    outcome = locked.run(workflow=steps("uses: octo/act@v1", "uses: octo/other@v1"))
    assert outcome.code == 2
    assert "octo/other@v1 is not in headway.lock" in outcome.err
    assert locked.headway("lock", "--check").returncode == 1
    assert locked.headway("lock").stdout.decode().startswith("added    octo/other@v1")
    assert locked.run().code == 0


def test_what_is_not_used_any_more_leaves_the_lock(locked, server):
    locked.write(".github/workflows/ci.yml", steps("run: 'true'"))
    assert "removed  octo/act@v1" in locked.headway("lock").stdout.decode()
    assert "actions: {}" in (locked.root / "headway.lock").read_text()


def test_a_branch_that_has_moved_runs_at_the_commit_of_the_lock(locked):
    locked.write(".github/workflows/ci.yml", steps("uses: octo/act@main"))
    assert locked.headway("lock").returncode == 0
    locked.move(tag="")
    outcome = locked.run()
    assert outcome.code == 0, outcome.err
    assert f"running {locked.old[:12]} of headway.lock" in outcome.err
    assert (locked.home.parent / "seen").read_text() == "old\n"


def test_without_the_server_the_lock_decides(locked):
    assert locked.run().code == 0
    locked.move()
    assert locked.run("--offline").code == 0
    assert (locked.home.parent / "seen").read_text() == "old\nold\n"


def test_without_a_lock_check_fails(project, server):
    server.composite("octo/act", "{shell: bash, run: 'true'}")
    project.write(".github/workflows/ci.yml", steps("uses: octo/act@v1"))
    done = project.headway("lock", "--check")
    assert done.returncode == 1
    assert "make it: headway lock" in done.stderr.decode()
    assert not (project.root / "headway.lock").exists()


def test_a_lock_that_cannot_be_read_is_shown(locked):
    with (locked.root / "headway.lock").open("a") as file:
        file.write(">>>>>>> theirs\n")
    outcome = locked.run()
    assert outcome.code == 2
    assert "headway.lock:7:1: error: no line of a lock" in outcome.err
