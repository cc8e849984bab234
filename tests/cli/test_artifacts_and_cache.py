"""`headway artifacts` and `headway cache`, after a run that made some."""

from __future__ import annotations

import json

import pytest

WORKFLOW = """
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - uses: actions/cache@v4
            with: {path: deps, key: deps-1}
          - uses: actions/cache@v4
            with: {path: deps, key: tools-1}
          - run: mkdir -p deps dist/sub && echo one > dist/a && echo two > dist/sub/b
          - uses: actions/upload-artifact@v4
            with: {name: dist, path: dist}
          - uses: actions/upload-artifact@v4
            with: {name: log, path: dist/a}
    """


@pytest.fixture
def ran(project):
    assert project.run(workflow=WORKFLOW).code == 0
    return project


def listed(project, *arguments):
    done = project.headway(*arguments, "--json")
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_artifacts_are_listed_and_copied(ran, tmp_path):
    assert {a["name"]: a["files"] for a in listed(ran, "artifacts")} == {"dist": 2, "log": 1}
    shown = ran.headway("artifacts", "1").stdout.decode()
    assert "dist" in shown
    assert "8 B" in shown

    listed(ran, "artifacts", "latest", "--to", str(tmp_path / "out"), "-n", "dist")
    assert (tmp_path / "out" / "dist" / "sub" / "b").read_text() == "two\n"
    assert not (tmp_path / "out" / "log").exists()


def test_an_unknown_artifact_is_an_error_with_the_names(ran):
    done = ran.headway("artifacts", "-n", "dits")
    assert done.returncode == 2
    assert b'did you mean "dist"' in done.stderr


def test_caches_are_listed_and_removed(ran):
    assert sorted(c["key"] for c in listed(ran, "cache", "list")) == ["deps-1", "tools-1"]
    assert b"main" in ran.headway("cache", "list").stdout
    done = ran.headway("cache", "remove", "tol")
    assert done.returncode == 2
    assert b'no cache "tol"' in done.stderr
    assert [c["key"] for c in listed(ran, "cache", "remove", "tools-")] == ["tools-1"]
    assert ran.headway("cache", "clear").stdout.startswith(b"removed 1 cache, ")
    assert ran.headway("cache", "list").stdout == b"no caches\n"
