from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from history import History
from shop import Shop, made

from headway.cli.main import main


@pytest.fixture
def repository(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty repository that the test is in, with a state folder of its own."""
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    root = tmp_path / "engine"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def history(repository: pathlib.Path) -> Iterator[History]:
    made = History(str(repository))
    yield made
    made.close()


class Answer:
    """How a command ended and what it printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture
def headway(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Answer]:
    """Runs a command line in this process."""

    def call(*argv: str) -> Answer:
        capfdbinary.readouterr()
        code = main(argv)
        out, err = capfdbinary.readouterr()
        return Answer(code, out.decode(), err.decode())

    return call


@pytest.fixture
def process(repository: pathlib.Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a command line in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*argv: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "headway", *argv],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        started.append(child)
        return child

    yield start
    for child in started:
        if child.poll() is None:
            child.kill()
        child.communicate()


@pytest.fixture
def shop(repository: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A committed repository that the test is in, with a state folder of its own."""
    for name in [n for n in os.environ if n.startswith(("GITHUB_", "RUNNER_"))]:
        monkeypatch.delenv(name)
    return made(tmp_path)
