"""Leases: one holder at a time, epochs that only grow, and who finds out that it isn't any more."""

from __future__ import annotations

import subprocess
import sys

import pytest

from headway.journal import Journal, leases
from headway.journal.leases import LeaseLost

NAME = "environment shop/production"


def test_one_holder_at_a_time(journal: Journal) -> None:
    one = leases.take(journal, NAME, "one", 100.0)
    assert one is not None
    assert leases.take(journal, NAME, "two", 101.0) is None
    assert leases.take(journal, "another", "two", 101.0) is not None
    assert leases.holder(journal, NAME, 101.0) == one


def test_renewed_it_lasts_longer_and_given_back_it_is_free(journal: Journal) -> None:
    one = leases.take(journal, NAME, "one", 100.0)
    assert one is not None
    one = leases.renew(journal, one, 109.0)
    assert leases.take(journal, NAME, "two", 118.0) is None
    leases.give_back(journal, one)
    two = leases.take(journal, NAME, "two", 118.0)
    assert two is not None
    assert two.epoch == one.epoch + 1


def test_who_was_too_late_can_neither_write_nor_renew_nor_give_back(journal: Journal) -> None:
    one = leases.take(journal, NAME, "one", 100.0)
    two = leases.take(journal, NAME, "two", 111.0)
    assert one is not None
    assert two is not None
    with pytest.raises(LeaseLost, match="led by another process now \\(two\\)"):
        leases.renew(journal, one, 112.0)
    with pytest.raises(LeaseLost):
        journal.query(lambda db: leases.check(db, one))
    leases.give_back(journal, one)
    assert leases.holder(journal, NAME, 112.0) == two


def test_a_holder_that_is_gone_holds_nothing_whatever_the_clock_says(
    journal: Journal, path: str
) -> None:
    code = (
        "import sys; from headway.journal import Journal, leases\n"
        "leases.take(Journal.open(sys.argv[1]), sys.argv[2], 'gone', 1e9, 1e9)\n"
    )
    subprocess.run([sys.executable, "-c", code, path, NAME], check=True, timeout=60)
    found = leases.take(journal, NAME, "next", 5.0)
    assert found is not None
    assert found.epoch == 2
