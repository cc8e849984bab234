"""Where products and orders are kept; one module a kind of store."""

from __future__ import annotations

from collections.abc import Callable

from shop.stores.base import Store
from shop.stores.memory import MemoryStore
from shop.stores.sqlite import SqliteStore

STORES: dict[str, Callable[[str], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": SqliteStore,
}


def open_store(kind: str, database: str) -> Store:
    """The store of that kind; raises ValueError that lists the known ones."""
    if kind not in STORES:
        raise ValueError(f"unknown store {kind!r}; known: {', '.join(sorted(STORES))}")
    return STORES[kind](database)
