"""A store in one SQLite file, safe for several threads and processes."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from shop.orders import Line, Order, Product, Unknown, Wanted, price

SCHEMA = """
CREATE TABLE IF NOT EXISTS product (
  sku TEXT PRIMARY KEY, name TEXT NOT NULL,
  price INTEGER NOT NULL, stock INTEGER NOT NULL CHECK (stock >= 0)
) STRICT;
CREATE TABLE IF NOT EXISTS purchase (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL, placed_at REAL NOT NULL, key TEXT UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS line (
  purchase TEXT NOT NULL REFERENCES purchase (id), position INTEGER NOT NULL,
  sku TEXT NOT NULL, quantity INTEGER NOT NULL, price INTEGER NOT NULL,
  PRIMARY KEY (purchase, position)
) STRICT;
"""


class SqliteStore:
    """`path` is the file; ":memory:" keeps it in memory.

    One connection behind a lock: SQLite has one writer at a time anyway, and reads here take
    microseconds.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # IMMEDIATE: the stock that we read can't be sold by another process before we write.
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def add(self, product: Product) -> None:
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO product VALUES (?, ?, ?, ?)",
                (product.sku, product.name, product.price, product.stock),
            )

    def products(self) -> list[Product]:
        with self._lock:
            rows = self._db.execute("SELECT sku, name, price, stock FROM product ORDER BY sku")
            return [Product(*row) for row in rows]

    def product(self, sku: str) -> Product:
        with self._lock:
            row = self._db.execute(
                "SELECT sku, name, price, stock FROM product WHERE sku = ?", (sku,)
            ).fetchone()
        if row is None:
            raise Unknown("no such product", [sku])
        return Product(*row)

    def place(self, wanted: Wanted, now: float, key: str = "") -> tuple[Order, bool]:
        with self._transaction() as db:
            made = db.execute("SELECT id FROM purchase WHERE key = ?", (key,)).fetchone()
            if made:
                return self._read_order(made[0]), False
            rows = db.execute(
                "SELECT sku, name, price, stock FROM product"
                " WHERE sku IN (SELECT value FROM json_each(?))",
                (json.dumps(list(wanted.pieces)),),
            )
            lines = price(wanted, {row[0]: Product(*row) for row in rows})
            order = Order(uuid4().hex, wanted.customer, lines, now)
            self._write_order(order, key)
            return order, True

    def _write_order(self, order: Order, key: str) -> None:
        self._db.execute(
            "INSERT INTO purchase VALUES (?, ?, ?, ?)",
            (order.id, order.customer, order.placed_at, key or None),
        )
        for position, line in enumerate(order.lines):
            self._db.execute(
                "UPDATE product SET stock = stock - ? WHERE sku = ?", (line.quantity, line.sku)
            )
            self._db.execute(
                "INSERT INTO line VALUES (?, ?, ?, ?, ?)",
                (order.id, position, line.sku, line.quantity, line.price),
            )

    def order(self, order_id: str) -> Order:
        with self._lock:
            return self._read_order(order_id)

    def _read_order(self, order_id: str) -> Order:
        row = self._db.execute(
            "SELECT id, customer, placed_at FROM purchase WHERE id = ?", (order_id,)
        ).fetchone()
        if row is None:
            raise Unknown("no such order", [order_id])
        lines = self._db.execute(
            "SELECT sku, quantity, price FROM line WHERE purchase = ? ORDER BY position",
            (order_id,),
        )
        return Order(row[0], row[1], tuple(Line(*line) for line in lines), row[2])

    def close(self) -> None:
        with self._lock:
            self._db.close()
