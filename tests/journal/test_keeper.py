"""A run goes on when its journal can't be written, and says so once."""

from __future__ import annotations

import sqlite3

import pytest

from headway import events
from headway.journal import Journal, keeper
from headway.journal.keeper import Keeper

A, B, C = (events.JobStarted(n) for n in "abc")


def test_passes_on_what_can_be_written(path: str) -> None:
    said: list[str] = []
    kept = Keeper.open(path, said.append)
    records = kept.append("r1", [A, B], 1)
    assert kept.journal is not None
    assert kept.journal.read("r1") == records
    assert kept.reserve("x") == 1
    kept.close()
    assert said == []
    kept.journal.close()


def test_goes_on_without_a_journal_that_cannot_be_opened(path: str) -> None:
    said: list[str] = []
    kept = Keeper.open(path + "/not/there", said.append)
    assert [r.seq for r in kept.append("r1", [A, B], 1)] == [1, 2]
    assert [r.seq for r in kept.append("r1", [C], 2)] == [3]
    assert kept.reserve("x") == 0
    kept.close()
    assert len(said) == 1
    assert "can't be written: the run goes on without it" in said[0]


def test_catches_up_once_the_journal_can_be_written(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PAUSE", 0.0)
    said: list[str] = []
    kept = Keeper.open(path, said.append, timeout=0.01)
    kept.append("r1", [A], 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert [r.seq for r in kept.append("r1", [B], 2)] == [2]
    assert [(r.seq, r.digest) for r in kept.append("r1", [C], 3)] == [(3, "")]
    other.execute("ROLLBACK")
    other.close()
    (last,) = kept.append("r1", [A], 4)
    assert last.seq == 4
    assert last.digest

    assert kept.journal is not None
    assert [(r.seq, r.at, r.event) for r in kept.journal.read("r1")] == [
        (1, 1, A),
        (2, 2, B),
        (3, 3, C),
        (4, 4, A),
    ]
    assert kept.journal.verify("r1") is None
    kept.close()
    assert len(said) == 1
    assert "locked by another program" in said[0]
    kept.journal.close()


def test_says_at_the_end_what_was_lost(path: str) -> None:
    said: list[str] = []
    journal = Journal.open(path)
    kept = Keeper(journal, said.append)
    kept.append("r1", [A], 1)
    journal._db.execute("PRAGMA query_only = 1")  # as if it had become read-only
    kept.append("r1", [B, C], 2)
    kept.append("r1", [A], 3)  # not even tried again so soon
    kept.close()
    assert said[1:] == ["3 events of this run could not be written to the journal"]
    assert len(journal.read("r1")) == 1
    journal.close()
