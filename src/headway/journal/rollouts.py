"""The tables of releases, rollouts and leases."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.journal.summary import Apply

BY_KIND: dict[str, Apply] = {}
