"""Which records of evidence stay on this machine, and which go.

Kept is what may be asked for again: the newest verdicts of each repository, the newest on each
branch (baselines), and those on commits that a release was made of, each with what it was
compared with. A verdict whose evidence is gone is still in the journal; only `--replay` can't
judge it any more.
"""

from __future__ import annotations

import contextlib
import os

from headway.app import evidence_store
from headway.journal import Journal, verdicts

NEWEST = 200  # verdicts of each repository
DAY = 86_400.0


def prune_daily(journal: Journal, now: float) -> None:
    """Removes what no verdict needs any more; once a day, since it reads all names."""
    marker = os.path.join(evidence_store.folder(), ".pruned")
    with contextlib.suppress(OSError):
        if os.path.exists(marker) and now - os.stat(marker).st_mtime < DAY:
            return
        with open(marker, "w", encoding="ascii"):
            pass
        os.utime(marker, (now, now))
        kept = journal.query(lambda db: verdicts.records_of_newest(db, NEWEST))
        # What was written today may belong to a verdict that another process is about to record.
        evidence_store.prune(kept, before=now - DAY)
