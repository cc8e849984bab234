"""A step's log: every byte is kept, and any line is found again."""

from __future__ import annotations

import itertools
import os
import pathlib
import resource
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.journal import archive, logs
from headway.journal.log_reader import LogReader
from headway.journal.logs import MARK, LogWriter


@pytest.fixture
def path(tmp_path: pathlib.Path) -> str:
    return str(tmp_path / "build" / "1.log")


def keep(_path: str) -> None:
    """Instead of compressing in the background."""


def write(path: str, *chunks: bytes) -> int:
    writer = LogWriter(path, later=keep)
    for chunk in chunks:
        writer.write(chunk)
    return writer.close()


def test_bytes_are_kept_as_they_are(path: str) -> None:
    assert write(path, b"one\ntw", b"o\r\n\xff\x00\x1b[2J\n", b"end") == 4
    with LogReader(path) as log:
        assert log.lines() == [b"one", b"two\r", b"\xff\x00\x1b[2J", b"end"]
        assert b"".join(log.blocks()) == b"one\ntwo\r\n\xff\x00\x1b[2J\nend"
        assert log.count() == 4
        assert log.lines(2, 2) == [b"two\r", b"\xff\x00\x1b[2J"]
        assert log.tail(2) == [b"\xff\x00\x1b[2J", b"end"]
        assert log.lines(5) == log.tail(0) == []


def test_a_step_that_printed_nothing_has_no_file(path: str) -> None:
    assert write(path) == write(path, b"") == 0
    assert not os.path.exists(path)
    log = LogReader(path)
    assert (log.count(), log.lines(), log.tail(3), log.ending(10)) == (0, [], [], b"")
    assert list(log.stamped()) == list(log.follow(lambda: True)) == []


def test_for_the_owner_only(path: str) -> None:
    write(path, b"secret plans\n")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700


def test_a_small_log_in_one_piece_is_one_file(path: str) -> None:
    write(path, b"hello\n")
    assert os.listdir(os.path.dirname(path)) == ["1.log"]
    ((at, line),) = LogReader(path).stamped()
    assert line == b"hello"
    assert at == pytest.approx(os.stat(path).st_mtime)


def test_times_of_lines(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LogWriter(path, later=keep)
    for at, chunk in [(100, b"a\nb"), (101, b"b\nc\n"), (101.01, b"d\n"), (102, b"e")]:
        monkeypatch.setattr("time.time", lambda at=at: at)
        writer.write(chunk)
    writer.close()
    stamps = list(LogReader(path).stamped())
    assert stamps == [(100, b"a"), (100, b"bb"), (101, b"c"), (101, b"d"), (102, b"e")]
    assert list(LogReader(path).stamped(3, 2)) == stamps[2:4]


line = st.binary(max_size=40).map(lambda b: b.replace(b"\n", b" "))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("logs")


@settings(max_examples=60)
@given(st.lists(line, max_size=60), st.lists(st.integers(0, 3000)), st.booleans(), st.data())
def test_any_range_of_any_log(
    folder: pathlib.Path, lines: list[bytes], cuts: list[int], packed: bool, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Small sizes, so that short logs have marks, several members and several blocks.
        patch.setattr(logs, "MARK_EVERY", 64)
        patch.setattr(archive, "FRAME", 100)
        patch.setattr("headway.journal.log_reader.BLOCK", 70)
        text = b"\n".join(lines)
        expected = text.split(b"\n")[: None if text and not text.endswith(b"\n") else -1]
        path = str(folder / f"{len(os.listdir(folder))}.log")
        points = sorted({0, len(text), *(c % (len(text) + 1) for c in cuts)})
        chunks = [text[a:b] for a, b in itertools.pairwise(points)]
        assert write(path, *chunks) == len(expected)
        if packed and text:
            archive.compress(path)
        with LogReader(path) as log:
            first = data.draw(st.integers(1, len(expected) + 2))
            count = data.draw(st.none() | st.integers(0, len(expected) + 2))
            wanted = expected[first - 1 :][:count]
            assert log.lines(first, count) == wanted
            assert [text for _, text in log.stamped(first, count)] == wanted
            assert log.count() == len(expected)
            assert log.tail(3) == expected[-3:]
            assert b"".join(log.follow(lambda: True)) == text
            ending = log.ending(30)
            assert text.endswith(ending)
            assert len(ending) <= 30


def test_following_gives_whole_lines_until_the_end(path: str) -> None:
    writer, done = LogWriter(path, later=keep), threading.Event()
    seen: list[bytes] = []
    first = threading.Event()

    def read() -> None:
        for piece in LogReader(path).follow(done.is_set, poll=0.005):
            seen.append(piece)
            first.set()

    reader = threading.Thread(target=read)
    reader.start()
    writer.write(b"one\ntwo\nthr")
    first.wait()
    assert b"".join(seen) == b"one\ntwo\n"
    writer.write(b"ee\nand a half")
    writer.close()
    done.set()
    reader.join()
    assert b"".join(seen) == b"one\ntwo\nthree\nand a half"


def test_a_line_of_a_hundred_megabytes_in_flat_memory(path: str) -> None:
    code = (
        "import sys\n"
        "from headway.journal.logs import LogWriter\n"
        "from headway.journal.log_reader import LogReader\n"
        "from headway.journal import archive\n"
        "w = LogWriter(sys.argv[1], later=lambda p: None)\n"
        "for _ in range(100): w.write(b'x' * 1000000)\n"
        "print(w.close())\n"
        "for _ in range(2):\n"
        "    r = LogReader(sys.argv[1])\n"
        "    print(sum(map(len, r.blocks())), r.count(), len(r.ending(500)))\n"
        "    archive.compress(sys.argv[1])\n"
        "status = open('/proc/self/status').read()\n"
        "print(int(status.split('VmHWM:')[1].split()[0]) < 40_000)  # KiB\n"
    )
    out = subprocess.check_output([sys.executable, "-c", code, path], text=True).splitlines()
    assert out == ["1", "100000000 1 500", "100000000 1 500", "True"]


# --- bad days ------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_a_mark(path: str) -> None:
    write(path, b"x" * 70000 + b"\n", b"second\n", b"y" * 70000 + b"\n", b"fourth\n")
    index = path + ".index"
    with open(index, "ab") as file:
        file.write(MARK.pack(4, os.path.getsize(path), 5.0))  # its line was never written
        file.write(b"\x01\x02\x03")  # nor all of this mark
    with LogReader(path) as log:
        assert log.lines(4) == [b"fourth"]
        assert log.lines(2, 1) == [b"second"]
        assert log.count() == 4


def test_a_log_that_cannot_be_made_does_not_end_the_run(tmp_path: pathlib.Path) -> None:
    (tmp_path / "build").write_text("not a folder")
    writer = LogWriter(str(tmp_path / "build" / "1.log"))
    writer.write(b"one\n")
    writer.write(b"two\n")
    assert writer.close() == 0
    assert isinstance(writer.error, OSError)
    writer.write(b"after the end")


FULL = """
import os, resource, sys
from headway.journal.logs import LogWriter
writer = LogWriter(sys.argv[1], later=lambda p: None)
def space(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
space(10)
writer.write(b"one\\ntwo\\nthree\\nfour\\n")
writer.write(b"five\\n")
space(resource.RLIM_INFINITY)
writer.write(b"six\\n")
print(writer.close(), writer.lost, bool(writer.error))
"""


def test_a_full_disk_leaves_a_note_once_there_is_space(path: str) -> None:
    out = subprocess.check_output([sys.executable, "-c", FULL, path], text=True)
    log = LogReader(path)
    assert log.lines()[:3] == [b"one", b"two", b"th"]
    assert log.lines()[3].startswith(b"[headway: 14 bytes are missing here: ")
    assert log.lines()[4:] == [b"six"]
    assert out.split() == ["5", "14", "True"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
