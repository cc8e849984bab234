"""Which Node runs an action."""

import os
from pathlib import Path

import pytest

from headway.errors import HeadwayError
from headway.runner.action import node


class Job:
    """As much of a job as the choice needs."""

    key = "j"

    def __init__(self, path, tool_cache):
        self.run = self
        self.info = self
        self.base_env = {"PATH": str(path), "HOME": str(tool_cache.parent)}
        self.tool_cache = str(tool_cache)
        self.said = []

    def say_once(self, message, level, job=""):
        self.said.append((level, message))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(node, "_packaged", lambda: "")
    programs, tools = tmp_path / "programs", tmp_path / "tools"
    programs.mkdir()
    tools.mkdir()
    job = Job(programs, tools)

    def on_path(version):
        program = programs / "node"
        program.write_text(f"#!/bin/sh\necho v{version}\n")
        program.chmod(0o755)
        return str(program)

    def in_tool_cache(version):
        program = tools / "node" / version / "x64" / "bin" / "node"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        (tools / "node" / version / "x64.complete").touch()
        return str(program)

    job.on_path, job.in_tool_cache = on_path, in_tool_cache
    monkeypatch.setattr("headway.runner.action.builtin.tools.architecture", lambda: "x64")
    return job


def test_the_one_on_path_if_it_is_new_enough(machine):
    own = machine.on_path("22.1.0")
    machine.in_tool_cache("20.9.0")
    assert node.for_action(machine, "node20", None) == own
    assert machine.said == []


def test_else_the_oldest_that_is_new_enough(machine):
    machine.on_path("18.0.0")
    machine.in_tool_cache("26.0.0")
    wanted = machine.in_tool_cache("24.2.0")
    assert node.for_action(machine, "node24", None) == wanted
    assert machine.said == []


def test_else_the_newest_and_that_is_said(machine):
    own = machine.on_path("20.1.0")
    assert node.for_action(machine, "node24", None) == own
    [(level, message)] = machine.said
    assert level == "warning"
    assert "made for Node 24 run with Node 20" in message


@pytest.mark.parametrize("using", ["node12", "node16"])
def test_old_ones_are_mapped_forward(machine, using):
    own = machine.on_path("20.1.0")
    assert node.for_action(machine, using, None) == own
    [(level, message)] = machine.said
    assert level == "notice"
    assert "as on GitHub" in message


def test_not_the_one_that_the_job_has_set_up(machine, tmp_path):
    own = machine.on_path("20.1.0")
    setup = tmp_path / "setup"
    setup.mkdir()
    (setup / "node").write_text("#!/bin/sh\necho v14.0.0\n")
    (setup / "node").chmod(0o755)
    assert node.for_action(machine, "node20", f"{setup}:{machine.base_env['PATH']}") == own


def test_none(machine):
    assert not node.any_node(machine.base_env, machine.tool_cache)
    with pytest.raises(HeadwayError, match="need Node"):
        node.for_action(machine, "node20", None)


def test_its_version_is_asked_once(machine):
    program = Path(machine.on_path("20.1.0"))
    node.for_action(machine, "node20", None)
    times, text = program.stat(), program.read_text()
    program.write_text(text.replace("echo v20.1.0", "exit 3 #####"))
    os.utime(program, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert node.for_action(machine, "node20", None) == str(program)
    assert machine.said == []
