"""What happened, kept: events in SQL (`store`), step logs in files (`logs`).

Streams are append-only; each event carries the digest of the one before it.
"""

from headway.journal.store import Broken, Journal, JournalError

__all__ = ["Broken", "Journal", "JournalError"]
