"""Leases: who may act on a thing, with an epoch that tells a former holder that it isn't any more.

A lease is lost when its holder's process is gone, or when it hasn't been renewed in time. The
clock may be stepped: then a holder that lives may lose its lease too early, which the epoch
makes harmless, and one that is gone is recognised by its process, whatever the clock says.
"""

from __future__ import annotations

import os

from headway.errors import HeadwayError
from headway.journal import process
from headway.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from headway.journal.store import Journal

SECONDS = 10.0  # how long one lasts without being renewed


class LeaseLost(HeadwayError):
    """Somebody else holds it now; whoever gets this must stop acting."""


class Lease(Value):
    name: str
    epoch: int
    holder: str
    pid: int
    process: str
    expires: float  # seconds since 1970


def take(
    journal: Journal, name: str, holder: str, now: float, seconds: float = SECONDS
) -> Lease | None:
    """The lease with an epoch above every earlier one; None while somebody else holds it."""

    def work(db: sqlite3.Connection, _: object) -> Lease | None:
        current = read(db, name)
        if current is not None and held(current, now):
            return None
        lease = Lease(
            name=name,
            epoch=current.epoch + 1 if current else 1,
            holder=holder,
            pid=os.getpid(),
            process=process.identity(),
            expires=now + seconds,
        )
        db.execute(
            "INSERT OR REPLACE INTO lease (name, epoch, holder, pid, process, expires)"
            " VALUES (?,?,?,?,?,?)",
            tuple(getattr(lease, field) for field in Lease._fields),
        )
        return lease

    return journal.change(work)


def renew(journal: Journal, lease: Lease, now: float, seconds: float = SECONDS) -> Lease:
    """The same lease for longer. Raises LeaseLost."""

    def work(db: sqlite3.Connection, _: object) -> Lease:
        check(db, lease)
        db.execute("UPDATE lease SET expires = ? WHERE name = ?", (now + seconds, lease.name))
        return lease.replace(expires=now + seconds)

    return journal.change(work)


def give_back(journal: Journal, lease: Lease) -> None:
    """Nobody holds it any more, if it is still this one; its epoch stays used."""
    journal.change(lambda db, _: drop(db, lease))


def drop(db: sqlite3.Connection, lease: Lease) -> None:
    """As `give_back`, in a transaction with something else."""
    db.execute(
        "UPDATE lease SET holder = '', expires = 0 WHERE name = ? AND epoch = ?",
        (lease.name, lease.epoch),
    )


def check(db: sqlite3.Connection, lease: Lease) -> None:
    """For the start of a transaction that only the holder may make. Raises LeaseLost."""
    current = read(db, lease.name)
    if current is None or current.epoch != lease.epoch or not current.holder:
        by = current.holder if current else "nobody"
        raise LeaseLost(f"{lease.name} is led by another process now ({by})")


def holder(journal: Journal, name: str, now: float) -> Lease | None:
    """The lease as somebody holds it; None when nobody does."""
    current = journal.query(lambda db: read(db, name))
    return current if current is not None and held(current, now) else None


def held(lease: Lease, now: float) -> bool:
    if not lease.holder or process.state(lease.pid, lease.process) == process.GONE:
        return False
    return now < lease.expires


def read(db: sqlite3.Connection, name: str) -> Lease | None:
    columns = ", ".join(Lease._fields)
    row = db.execute(f"SELECT {columns} FROM lease WHERE name = ?", (name,)).fetchone()
    return Lease(*row) if row else None
