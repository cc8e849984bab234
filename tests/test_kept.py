"""What is kept of files: by content, path and the code that reads them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headway import kept
from headway.errors import Place


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "cache"


@pytest.fixture
def readers(tmp_path: Path) -> list[str]:
    folder = tmp_path / "reader"
    folder.mkdir()
    (folder / "reader.py").write_text("")
    return [str(folder)]


def test_what_was_put_comes_back() -> None:
    kept.put("places", "a", Place("ci.yml", 1, 2))
    assert kept.get("places", "a") == Place("ci.yml", 1, 2)
    assert kept.get("places", "b") is None
    assert kept.get("others", "a") is None


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x05", b"cheadway.gone\nNothing\n.", b"hello", b"\x80\xff"]
)
def test_what_cannot_be_read_is_as_nothing(home: Path, content: bytes) -> None:
    kept.put("places", "a", 1)
    (home / "places" / "a").write_bytes(content)
    assert kept.get("places", "a") is None


def test_a_cache_that_cannot_be_written_only_costs_time(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "places").write_text("in the way")
    kept.put("places", "a", 1)
    assert kept.get("places", "a") is None


def test_the_key_is_that_of_content_path_and_readers(readers: list[str]) -> None:
    first = kept.key(b"on: push", "ci.yml", readers)
    assert kept.key(b"on: push", "ci.yml", readers) == first
    others = {kept.key(b"on: pull", "ci.yml", readers), kept.key(b"on: push", "b.yml", readers)}
    os.utime(os.path.join(readers[0], "reader.py"), ns=(2**62, 2**62))
    others.add(kept.key(b"on: push", "ci.yml", readers))
    assert first not in others
    assert len(others) == 3
