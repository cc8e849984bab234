"""The caches of the repository that the user is in."""

from __future__ import annotations

import os

from headway import home
from headway.clients import git
from headway.runner.action.builtin.cache import repository_store
from headway.runner.action.builtin.cache_store import CacheStore
from headway.units import size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from headway.runner.action.builtin.cache_store import Entry


def store() -> CacheStore:
    """Raises UsageError outside of a repository."""
    from headway.config.runner import runner_settings

    repository = git.discover(os.getcwd())
    return repository_store(repository, home.cache(), runner_settings(repository.root).cache_size)


def remove(found: Sequence[Entry]) -> str:
    """Removes them; what was done, in a sentence."""
    for entry in found:
        store().delete(entry)
    size = size_text(sum(entry.size for entry in found))
    return f"removed {len(found)} cache{'' if len(found) == 1 else 's'}, {size}"
