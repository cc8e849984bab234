"""Records of evidence as files: by content, whole or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from headway.app import evidence_store
from headway.errors import HeadwayError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_what_was_put_there_comes_back(home: Path) -> None:
    digest = evidence_store.put(b"evidence")
    assert evidence_store.put(b"evidence") == digest
    assert evidence_store.get(digest) == b"evidence"
    assert [file.name for file in (home / "evidence").iterdir()] == [f"{digest}.json.gz"]


def test_what_was_cut_off_or_changed_is_refused(home: Path) -> None:
    digest = evidence_store.put(b"evidence" * 999)
    file = home / "evidence" / f"{digest}.json.gz"
    whole = file.read_bytes()
    for data in (whole[:20], b"", gzip.compress(b"other"), b"\x1f\x8b\x08rubbish"):
        file.write_bytes(data)
        with pytest.raises(HeadwayError):
            evidence_store.get(digest)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_store, "LARGEST", 1000)
    with pytest.raises(ValueError, match="larger than any evidence"):
        evidence_store.unpacked(gzip.compress(b"0" * 5000))


def test_a_folder_that_cannot_be_written(home: Path) -> None:
    home.mkdir()
    (home / "evidence").write_text("in the way")
    with pytest.raises(HeadwayError):
        evidence_store.put(b"evidence")
