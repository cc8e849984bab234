"""Archives from elsewhere can't leave their folder, nor fill the disk."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.unpack import BadArchive, Limits, unpack


def make_tar(path, *members):
    """Members: (name, text) for files, (name, None, target) for links."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text, *target in members:
            info = tarfile.TarInfo(name)
            if target:
                info.type, info.linkname = (
                    target[1] if len(target) > 1 else tarfile.SYMTYPE,
                    target[0],
                )
                archive.addfile(info)
            else:
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
    return str(path)


def make_zip(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text, *target in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = ((stat.S_IFLNK if target else stat.S_IFREG) | 0o755) << 16
            archive.writestr(info, target[0] if target else text, zipfile.ZIP_DEFLATED)
    return str(path)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.mark.parametrize("make", [make_tar, make_zip])
def test_files_and_links_within(tmp_path, folder, make):
    archive = make(tmp_path / "a", ("a/b.txt", "text"), ("a/link", None, "b.txt"))
    found = unpack(archive, str(folder))
    assert (found.files, found.size) == (2, 4)
    assert (folder / "a" / "link").read_text() == "text"


@pytest.mark.parametrize("make", [make_tar, make_zip])
@pytest.mark.parametrize(
    "members",
    [
        [("../x", "1")],
        [("a/../../x", "1")],
        [("/etc/x", "1")],
        [("l", None, "/etc/passwd")],
        [("l", None, "../x")],
        [("a/l", None, "../../x")],
        [("d", None, "."), ("d/e", None, "..")],
        [("a", None, "b/.."), ("b", None, "c/../.."), ("c/x", "1")],
    ],
)
def test_nothing_leads_out(tmp_path, folder, make, members):
    (tmp_path / "x").write_text("outside")
    archive = make(tmp_path / "a", *members)
    with pytest.raises(BadArchive, match=r"leads out of it|twice"):
        unpack(archive, str(folder))
    assert (tmp_path / "x").read_text() == "outside"
    assert not [p for p in folder.rglob("*") if p.is_symlink()]


def test_devices_are_refused(tmp_path, folder):
    archive = make_tar(tmp_path / "a", ("null", None, "", tarfile.CHRTYPE))
    with pytest.raises(BadArchive, match="neither file, folder nor link"):
        unpack(archive, str(folder))


@pytest.mark.parametrize("make", [make_tar, make_zip])
def test_bombs_are_refused(tmp_path, folder, make):
    archive = make(tmp_path / "a", ("zeros", "\0" * 5_000_000))
    with pytest.raises(BadArchive, match="unpacks to more than 1000000 bytes"):
        unpack(archive, str(folder), Limits(size=1_000_000))
    many = make(tmp_path / "b", *((f"f{n}", "") for n in range(20)))
    with pytest.raises(BadArchive, match="more than 10 files"):
        unpack(many, str(folder), Limits(files=10))


@given(data=st.binary(max_size=2000), keep=st.integers(0, 400))
def test_any_bytes_are_an_archive_or_a_clear_error(tmp_path_factory, data, keep):
    place = tmp_path_factory.mktemp("u")
    (place / "out").mkdir()
    whole = make_zip(place / "whole", ("a", "text"))
    with open(whole, "rb") as file:
        data = file.read()[:keep] + data
    (place / "bad").write_bytes(data)
    with contextlib.suppress(BadArchive):
        unpack(os.fspath(place / "bad"), os.fspath(place / "out"))
