"""Closed logs are compressed, without a moment in which they can't be read."""

from __future__ import annotations

import gzip
import os
import pathlib
import time

import pytest

from headway.journal import archive
from headway.journal.log_reader import LogReader
from headway.journal.logs import LogWriter

TEXT = b"".join(b"%07d of a rather repetitive log\n" % n for n in range(100_000))


@pytest.fixture
def log(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "r1" / "build" / "1.log"
    path.parent.mkdir(parents=True)
    path.write_bytes(TEXT)
    return str(path)


def test_a_compressed_log_is_an_ordinary_gzip_file(log: str) -> None:
    before = os.stat(log).st_mtime_ns
    assert archive.compress(log)
    assert os.listdir(os.path.dirname(log)) == ["1.log.gz"]
    with gzip.open(log + ".gz") as file:
        assert file.read() == TEXT
    assert os.stat(log + ".gz").st_mtime_ns == before
    assert os.stat(log + ".gz").st_mode & 0o777 == 0o600
    assert os.path.getsize(log + ".gz") < len(TEXT) // 4


def test_parts_are_read_without_the_rest(log: str) -> None:
    archive.compress(log)
    fd = os.open(log + ".gz", os.O_RDONLY)
    frames = list(archive.frames(fd))
    os.close(fd)
    assert len(frames) > 3
    with open(log + ".gz", "r+b") as file:  # whoever reads the first frame now notices
        file.seek(frames[0].position + 40)
        file.write(b"\0" * (frames[1].position - 80))
    with LogReader(log) as reader:
        assert reader.lines(99_999) == TEXT.splitlines()[-2:]
        assert reader.count() == 100_000
        with pytest.raises(OSError, match="damaged log"):
            reader.lines(1, 1)


def test_a_log_that_is_written_is_left_alone(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "r1" / "1.log")
    writer = LogWriter(path, later=lambda _: None)
    writer.write(TEXT)
    assert not archive.compress(path)
    assert archive.sweep(str(tmp_path)) == 0
    writer.close()
    assert archive.sweep(str(tmp_path)) == 1
    assert LogReader(path).count() == 100_000


def test_a_reader_is_not_disturbed(log: str) -> None:
    with LogReader(log) as reader:
        pieces = reader.blocks()
        start = next(pieces)
        archive.compress(log)
        assert start + b"".join(pieces) == TEXT


def test_what_a_killed_compression_left_is_done_again(log: str) -> None:
    pathlib.Path(log + ".gz.part").write_bytes(b"half of")
    assert LogReader(log).count() == 100_000
    assert archive.sweep(os.path.dirname(os.path.dirname(os.path.dirname(log)))) == 1
    assert os.listdir(os.path.dirname(log)) == ["1.log.gz"]


def test_nothing_there(tmp_path: pathlib.Path) -> None:
    assert not archive.compress(str(tmp_path / "no.log"))
    assert archive.sweep(str(tmp_path / "no")) == 0


def test_closing_a_large_log_has_it_compressed(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "1.log")
    writer = LogWriter(path)
    writer.write(TEXT)
    assert writer.close() == 100_000
    deadline = time.monotonic() + 60
    while os.path.exists(path) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert LogReader(path).tail(1) == TEXT.splitlines()[-1:]
    assert os.listdir(tmp_path) == ["1.log.gz"]
