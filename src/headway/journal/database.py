"""Opens the journal's SQLite file, brings its tables up to date, and says what went wrong.

Write-ahead log, so that readers never wait for a writer; `synchronous=NORMAL`, so that what
was committed survives the end of any process at any moment (only a power cut can take the
last moments, never the whole). Leaving without `close` is safe.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time

from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    T = TypeVar("T")

VERSION = 3  # the newest file in migrations/
_FOLDER = os.path.join(os.path.dirname(__file__), "migrations")


class JournalError(HeadwayError):
    """The journal can't be read or written; the hint says what to do about it."""


def connect(path: str, *, timeout: float, readonly: bool) -> sqlite3.Connection:
    """An open journal of this version; made when there is none, unless `readonly`.

    `timeout` is how long (seconds) to wait for another writer. Raises JournalError.
    """
    if readonly and not os.path.exists(path):
        raise JournalError(f"there is no journal at {path}", hint="nothing has been run yet")
    db = None
    try:
        db = _open(path, timeout, readonly)
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version < VERSION and not readonly:
            _migrate(db, path, timeout)
        elif version != VERSION:
            raise _wrong_version(path, version)
        db.execute("PRAGMA synchronous=NORMAL")
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        if not readonly and is_code(error, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return connect_readonly(path, timeout, error)
        raise explain(path, error) from None
    except JournalError:
        if db is not None:
            db.close()
        raise
    return db


def connect_readonly(path: str, timeout: float, cause: sqlite3.Error) -> sqlite3.Connection:
    """For who may not write: the past can still be read. Raises JournalError."""
    if not os.access(path, os.R_OK):
        raise explain(path, cause) from None
    return connect(path, timeout=timeout, readonly=True)


def _open(path: str, timeout: float, readonly: bool) -> sqlite3.Connection:
    if not readonly:
        _make_private(path)
    mode = "ro" if readonly else "rw"
    closed = not os.access(os.path.dirname(path) or ".", os.W_OK)
    if readonly and closed and not os.path.exists(path + "-wal"):
        mode = "ro&immutable=1"  # the write-ahead log's index can't be made beside it
    return sqlite3.connect(
        f"file:{_escaped(path)}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )


def _make_private(path: str) -> None:
    """Makes the file for its owner only; SQLite gives the files beside it the same mode."""
    with contextlib.suppress(OSError):  # it is there, or SQLite will say why it can't be
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _escaped(path: str) -> str:
    # What a file: address gives a meaning to; urllib, which knows more, takes 4 ms to load.
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _migrate(db: sqlite3.Connection, path: str, timeout: float) -> None:
    """Brings an older (or empty) journal up to date; several processes may try at once."""
    _patiently(timeout, lambda: db.execute("PRAGMA journal_mode=WAL"))
    transaction(db, lambda: _upgrade(db, path))


def _upgrade(db: sqlite3.Connection, path: str) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()  # again: now nobody else writes
    if version > VERSION:
        raise _wrong_version(path, version)
    if version == 0 and db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise JournalError(
            f"{path} is a database of something else",
            hint="set HEADWAY_HOME to another folder",
        )
    for number, name in enumerate(sorted(os.listdir(_FOLDER)), start=1):
        if number > version and name.endswith(".sql"):
            with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
                for statement in statements(file.read()):
                    db.execute(statement)
    db.execute(f"PRAGMA user_version={VERSION}")


def statements(script: str) -> Iterator[str]:
    """The script's statements one by one: `executescript` would end the transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def transaction(db: sqlite3.Connection, work: Callable[[], T]) -> T:
    """Runs `work` with the write lock held from the start; all of it is kept or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return result


def _patiently(timeout: float, action: Callable[[], object]) -> None:
    """SQLite doesn't wait by itself when a file changes to a write-ahead log."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if not is_code(error, sqlite3.SQLITE_BUSY) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def is_code(error: sqlite3.Error, *codes: int) -> bool:
    # Errors of the module itself ("Cannot operate on a closed database") have no code.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in codes


def _is_no_text(error: sqlite3.Error) -> bool:
    """Damage that SQLite doesn't see: bytes that aren't the UTF-8 that was written."""
    return "Could not decode to UTF-8" in str(error)


def explain(path: str, error: sqlite3.Error) -> JournalError:
    """SQLite's error as a sentence about the journal, with what can be done."""
    if is_code(error, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        what, hint = "is locked by another program", "end that program, or try again later"
    elif is_code(error, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        what, hint = "can't be written", "check who owns it, or set HEADWAY_HOME"
    elif is_code(error, sqlite3.SQLITE_FULL):
        what, hint = "can't be written: the disk is full", "free some space"
    elif is_code(error, sqlite3.SQLITE_IOERR):
        what, hint = f"can't be read or written ({error})", "is the disk full, or broken?"
    elif is_code(error, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or _is_no_text(error):
        what = "is damaged, or no journal"
        hint = f"move it away, and a new one is made: mv {path} {path}.damaged"
    else:
        what, hint = f"can't be used: {error}", ""
    return JournalError(f"the journal {path} {what}", hint=hint)


def _wrong_version(path: str, version: int) -> JournalError:
    if version < VERSION:
        return JournalError(
            f"the journal {path} is of an older Headway, and can't be written to be updated",
            hint="make it writable once, or set HEADWAY_HOME to another folder",
        )
    return JournalError(
        f"the journal {path} is of a newer Headway (format {version}; this one knows {VERSION})",
        hint="update Headway, or set HEADWAY_HOME to another folder",
    )
