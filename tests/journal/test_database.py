"""A journal is made, brought up to date, and says clearly why it can't be used."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from headway import events
from headway.journal import Journal, JournalError, database

EVENT = events.JobStarted("a")


def test_version_is_the_newest_migration() -> None:
    names = sorted(n for n in os.listdir(database._FOLDER) if n.endswith(".sql"))
    assert [int(n[:4]) for n in names] == list(range(1, database.VERSION + 1))


def test_a_new_journal_is_up_to_date_and_for_its_owner(path: str) -> None:
    Journal.open(path).close()
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (database.VERSION,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_statements_are_cut_where_sql_ends() -> None:
    script = "-- one; two\nCREATE TABLE a (\n x TEXT DEFAULT ';'\n);\n\nSELECT 1;\n"
    assert [s.split()[-1] for s in database.statements(script)] == [");", "1;"]


def test_two_processes_make_it_at_once(path: str) -> None:
    code = (
        "import sys; from headway.journal import Journal; from headway import events\n"
        "sys.stdin.read()\n"
        "j = Journal.open(sys.argv[1])\n"
        "j.append('r' + sys.argv[2], [events.JobStarted('a')], 1)\n"
        "print(j.reserve('x'))"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, path, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(6)
    ]
    for child in children:
        child.stdin.close()  # type: ignore[union-attr]
    numbers = sorted(int(c.stdout.read()) for c in children)  # type: ignore[union-attr]
    assert [c.wait() for c in children] == [0] * 6
    for child in children:
        child.stdout.close()  # type: ignore[union-attr]
    assert numbers == [1, 2, 3, 4, 5, 6]
    journal = Journal.open(path)
    assert len(journal.streams()) == 6
    journal.close()


def _error(path: str, **options: object) -> JournalError:
    with pytest.raises(JournalError) as caught:
        Journal.open(path, **options).append("r1", [EVENT], 1)  # type: ignore[arg-type]
    return caught.value


def test_a_newer_journal_is_refused(path: str) -> None:
    Journal.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    error = _error(path)
    assert "newer Headway (format 99; this one knows" in error.message
    assert "update Headway" in error.hint


def test_a_file_that_is_no_journal(path: str) -> None:
    with open(path, "wb") as file:
        file.write(b"#!/bin/sh\n" * 500)
    error = _error(path)
    assert "damaged, or no journal" in error.message
    assert f"mv {path}" in error.hint


def test_a_database_of_something_else_is_left_alone(path: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    assert "something else" in _error(path).message
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def _use(journal: Journal) -> None:
    for _ in range(100):
        journal.append("r1", [events.Summary("a", 1, "x" * 5000)], 1)
    journal.read("r1")


def test_damage_in_the_middle(path: str) -> None:
    journal = Journal.open(path)
    journal.append("r1", [events.Summary("a", 1, "x" * 5000)] * 80, 1)
    journal.close()
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.seek(size // 3)
        file.write(os.urandom(size // 2))
    journal = Journal.open(path)
    with pytest.raises(JournalError, match="damaged"):
        _use(journal)
    journal.close()


def test_locked_by_another_program(path: str) -> None:
    Journal.open(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    error = _error(path, timeout=0.05)
    assert "locked by another program" in error.message
    other.execute("ROLLBACK")
    other.close()


def test_a_full_disk(path: str) -> None:
    journal = Journal.open(path)
    journal._db.execute("PRAGMA max_page_count = 30")  # as far as SQLite can tell: no more space
    with pytest.raises(JournalError, match="the disk is full"):
        _use(journal)
    kept = journal.read("r1")
    assert [r.seq for r in kept] == list(range(1, len(kept) + 1))
    assert journal.verify("r1") is None
    journal.close()


def test_a_folder_that_is_missing(path: str) -> None:
    error = _error(path + "/no/journal.sqlite")
    assert "can't be written" in error.message
    assert "HEADWAY_HOME" in error.hint


def test_odd_names_of_folders(tmp_path: object) -> None:
    path = f"{tmp_path}/50% ?#mode=ro é/journal.sqlite"
    os.mkdir(os.path.dirname(path))
    journal = Journal.open(path)
    journal.append("r1", [EVENT], 1)
    journal.close()
    assert os.path.exists(path)


READ_ONLY = """
import sys
from headway.journal import Journal, JournalError
from headway import events
journal = Journal.open(sys.argv[1])
print([r.event.job for r in journal.read("r1")], journal.runs()[0].status)
try:
    journal.append("r1", [events.JobStarted("b")], 2)
except JournalError as error:
    print(error.message.replace(sys.argv[1], "JOURNAL"))
"""

# Modes of files don't stop root; without its capabilities they do.
WITHOUT_PRIVILEGES = (
    ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
)


@pytest.mark.skipif(
    bool(WITHOUT_PRIVILEGES) and not shutil.which("setpriv"), reason="needs setpriv, as root"
)
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "in use"])
def test_who_may_not_write_can_still_read(path: str, start: object, closed: bool) -> None:
    journal = Journal.open(path)
    journal.append("r1", [EVENT], 1)
    journal.append("r2", [start("r2", pid=2**22 + 1, process="1@x/y/z")], 1)  # type: ignore[operator]
    if closed:
        journal.close()
    folder = os.path.dirname(path)
    for name in os.listdir(folder):
        os.chmod(os.path.join(folder, name), 0o444)
    os.chmod(folder, 0o555)
    try:
        out = subprocess.run(
            [*WITHOUT_PRIVILEGES, sys.executable, "-c", READ_ONLY, path],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        os.chmod(folder, 0o755)
    assert out.stderr == ""
    assert out.stdout.splitlines() == [
        "['a'] running",
        "the journal JOURNAL can't be written",
    ]
    if not closed:
        journal.close()
