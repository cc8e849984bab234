from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator

import pytest

from headway import events
from headway.journal import Journal


@pytest.fixture
def path(tmp_path: pathlib.Path) -> str:
    return str(tmp_path / "journal.sqlite")


@pytest.fixture
def journal(path: str) -> Iterator[Journal]:
    opened = Journal.open(path)
    yield opened
    opened.close()


@pytest.fixture
def start() -> Callable[..., events.RunStarted]:
    """Makes a run.started event; only what a test cares about is given."""

    def make(run: str, **fields: object) -> events.RunStarted:
        given = {
            "workflow": ".github/workflows/ci.yml",
            "name": "CI",
            "event": "push",
            "ref": "refs/heads/main",
            "sha": "a" * 40,
            "actor": "ada",
            "repository": "ada/engine",
            "root": "/src/engine",
        }
        return events.RunStarted(run=run, **{**given, **fields})

    return make
