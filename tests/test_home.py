"""Where state and caches go."""

from __future__ import annotations

import os
import pathlib

import pytest

from headway import home
from headway.errors import UsageError


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    for name in ("HEADWAY_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("given", "state", "cache"),
    [
        ({}, "home/.local/state/headway", "home/.cache/headway"),
        ({"HEADWAY_HOME": "own"}, "own", "own/cache"),
        ({"XDG_STATE_HOME": "s", "XDG_CACHE_HOME": "c"}, "s/headway", "c/headway"),
        ({"HEADWAY_HOME": "own", "XDG_CACHE_HOME": "c"}, "own", "c/headway"),
        ({"HEADWAY_HOME": ""}, "home/.local/state/headway", "home/.cache/headway"),
    ],
)
def test_folders(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
    given: dict[str, str],
    state: str,
    cache: str,
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, str(tmp_path / value) if value else "")
    assert home.state() == str(tmp_path / state)
    assert home.cache() == str(tmp_path / cache)
    for folder in (home.state(), home.cache()):
        assert os.stat(folder).st_mode & 0o777 == 0o700
    assert home.journal() == str(tmp_path / state / "journal.sqlite")
    assert home.run("01k9") == str(tmp_path / state / "runs" / "01k9")


def test_relative_xdg_folders_are_ignored_as_their_specification_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert home.state() == str(tmp_path / "home/.local/state/headway")


def test_a_relative_or_tilde_headway_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWAY_HOME", "here")
    assert home.state() == str(tmp_path / "here")
    monkeypatch.setenv("HEADWAY_HOME", "~/there")
    assert home.state() == str(tmp_path / "home/there")


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, name: str
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / name))
    with pytest.raises(UsageError) as caught:
        home.state()
    assert str(tmp_path / name) in caught.value.message
    assert "HEADWAY_HOME" in caught.value.hint
