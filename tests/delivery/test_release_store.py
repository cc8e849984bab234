"""Releases: the same content is the same release, nothing changes it, nothing leads out of it."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.delivery import release
from headway.delivery.release import Entry, InvalidRelease
from headway.delivery.release_store import ReleaseStore
from headway.errors import UsageError
from headway.unpack import Limits


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    (tmp_path / "releases").mkdir()
    return ReleaseStore(str(tmp_path / "releases"))


def folder(path: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return str(path)


FILES = {"run": "#!/bin/sh\n", "lib/a.txt": "a", "lib/b.txt": "b"}


def test_content_names_a_release(store: ReleaseStore, tmp_path: Path) -> None:
    one = store.add_folder(folder(tmp_path / "one", FILES))
    (tmp_path / "one" / ".git").mkdir()
    (tmp_path / "one" / ".git" / "HEAD").write_text("ref: x")
    again = store.add_folder(str(tmp_path / "one"))
    os.chmod(tmp_path / "one" / "run", 0o755)
    other = store.add_folder(str(tmp_path / "one"))

    assert (one.files, one.size, one.new) == (3, 12, True)
    assert again == type(one)(digest=one.digest, files=3, size=12, new=False)
    assert other.digest != one.digest
    assert release.differences(store.entries(one.digest), store.entries(other.digest)) == [
        ("~", "run")
    ]


def test_an_archive_and_its_folder_are_one_release(store: ReleaseStore, tmp_path: Path) -> None:
    source = folder(tmp_path / "one", FILES)
    os.symlink("lib/a.txt", tmp_path / "one" / "link")
    os.chmod(tmp_path / "one" / "run", 0o755)
    with tarfile.open(tmp_path / "one.tar.gz", "w:gz") as tar:
        tar.add(source, arcname=".")
    by_folder = store.add_folder(source)
    by_archive = store.add_archive(str(tmp_path / "one.tar.gz"))

    assert by_archive.digest == by_folder.digest
    assert os.readlink(Path(store.files(by_folder.digest)) / "link") == "lib/a.txt"


def test_what_two_releases_share_is_kept_once(store: ReleaseStore, tmp_path: Path) -> None:
    one = store.add_folder(folder(tmp_path / "one", FILES))
    two = store.add_folder(folder(tmp_path / "two", {**FILES, "lib/b.txt": "other"}))

    def inode(digest: str, name: str) -> int:
        return (Path(store.files(digest)) / name).stat().st_ino

    assert inode(one.digest, "lib/a.txt") == inode(two.digest, "lib/a.txt")
    assert inode(one.digest, "lib/b.txt") != inode(two.digest, "lib/b.txt")
    assert inode(one.digest, "lib/a.txt") != (tmp_path / "one/lib/a.txt").stat().st_ino


def test_a_release_is_read_only_and_changes_are_noticed(
    store: ReleaseStore, tmp_path: Path
) -> None:
    one = store.add_folder(folder(tmp_path / "one", FILES))
    file = Path(store.files(one.digest)) / "lib/a.txt"
    assert file.stat().st_mode & 0o222 == 0
    assert store.verify(one.digest) == ""

    file.chmod(0o644)
    file.write_text("changed")
    assert "lib/a.txt" in store.verify(one.digest)


def test_removed_it_is_gone_and_the_others_stay(store: ReleaseStore, tmp_path: Path) -> None:
    one = store.add_folder(folder(tmp_path / "one", FILES))
    two = store.add_folder(folder(tmp_path / "two", {**FILES, "x": "y"}))
    assert store.remove(one.digest) == 12
    assert not store.has(one.digest)
    assert store.verify(two.digest) == ""
    assert store.verify(one.digest) == "its files are gone"


def test_what_a_killed_process_left_is_removed(store: ReleaseStore, tmp_path: Path) -> None:
    left = tmp_path / "releases" / ".new-abcd-4194305"
    left.mkdir()
    store.add_folder(folder(tmp_path / "one", FILES))
    assert not left.exists()


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        ("../evil", "", "leads out"),
        ("/etc/evil", "", "leads out"),
        ("a/../../evil", "", "leads out"),
        ("link", "/etc/passwd", "leads out"),
        ("link", "../outside", "leads out"),
    ],
)
def test_an_archive_that_leads_out_is_refused(
    store: ReleaseStore, tmp_path: Path, name: str, target: str, message: str
) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        info = tarfile.TarInfo(name)
        if target:
            info.type, info.linkname = tarfile.SYMTYPE, target
        else:
            info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    with pytest.raises(InvalidRelease, match=message):
        store.add_archive(str(tmp_path / "evil.tar"))
    assert not (tmp_path / "evil").exists()
    assert os.listdir(tmp_path / "releases") == []


def test_links_that_lead_out_together_are_refused(store: ReleaseStore, tmp_path: Path) -> None:
    (tmp_path / "one" / "a" / "b").mkdir(parents=True)
    (tmp_path / "one" / "file").write_text("x")
    os.symlink("a/b", tmp_path / "one" / "deep")
    os.symlink("deep/../../..", tmp_path / "one" / "out")
    with pytest.raises(InvalidRelease, match="leads out"):
        store.add_folder(str(tmp_path / "one"))


def test_an_archive_that_grows_without_end_is_refused(store: ReleaseStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(80 << 20))
    with pytest.raises(InvalidRelease, match="unpacks to more than"):
        store.add_archive(str(tmp_path / "bomb.zip"))


def test_devices_nothing_and_too_much_are_refused(store: ReleaseStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidRelease, match="no files"):
        store.add_folder(str(tmp_path / "empty"))
    os.mkfifo(tmp_path / "empty" / "pipe")
    with pytest.raises(InvalidRelease, match="device or a socket"):
        store.add_folder(str(tmp_path / "empty"))
    many = folder(tmp_path / "many", {str(n): "x" for n in range(4)})
    with pytest.raises(InvalidRelease, match="more than 3 files"):
        store.add_folder(many, Limits(files=3))
    with pytest.raises(UsageError, match="not a folder"):
        store.add_folder(str(tmp_path / "nowhere"))


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)
ENTRIES = st.dictionaries(
    NAMES.filter(lambda n: n not in (".", "..")),
    st.tuples(st.integers(0, 99), st.booleans(), st.sampled_from(["", "target"])),
)


@given(ENTRIES)
def test_a_listing_reads_back_whatever_the_order(files: dict[str, tuple[int, bool, str]]) -> None:
    entries = [
        Entry(path=name, kind="link", target=target)
        if target
        else Entry(path=name, digest=f"{size:064x}", size=size, executable=executable)
        for name, (size, executable, target) in files.items()
    ]
    read = release.read_listing(release.listing(reversed(entries)))
    assert sorted(read, key=lambda e: e.path) == sorted(entries, key=lambda e: e.path)
    assert release.digest(entries) == release.digest(reversed(entries))


@pytest.mark.parametrize("version", ["latest", "", "a b", "../x", "v" * 81, "-v"])
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(UsageError):
        release.check_version(version)
