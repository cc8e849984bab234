"""What every store promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shop.orders import OutOfStock, Product, Unknown, Wanted
from shop.stores import open_store
from shop.stores.base import Store


def test_an_order_is_kept_and_takes_from_stock(store: Store):
    order, new = store.place(Wanted("Ada", {"pot-stoneware": 2, "cup-stoneware": 4}), 12.5)
    assert new
    assert order.total == 2 * 3450 + 4 * 1190
    assert store.order(order.id) == order
    assert store.product("pot-stoneware").stock == 13


def test_a_refused_order_changes_nothing(store: Store):
    with pytest.raises(OutOfStock):
        store.place(Wanted("Ada", {"cup-stoneware": 1, "whisk-bamboo": 4}), 0.0)
    assert store.product("cup-stoneware").stock == 60


def test_a_key_makes_one_order_only(store: Store):
    wanted = Wanted("Ada", {"whisk-bamboo": 2})
    first, _ = store.place(wanted, 0.0, key="k1")
    assert store.place(wanted, 1.0, key="k1") == (first, False)
    assert store.product("whisk-bamboo").stock == 1


def test_the_last_piece_is_sold_once(store: Store):
    def buy(number: int) -> bool:
        try:
            store.place(Wanted(f"buyer {number}", {"whisk-bamboo": 1}), 0.0)
        except OutOfStock:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(buy, range(24))) == 3
    assert store.product("whisk-bamboo").stock == 0


def test_what_is_not_there_is_unknown(store: Store):
    with pytest.raises(Unknown):
        store.product("bread")
    with pytest.raises(Unknown):
        store.order("0")


def test_a_product_can_be_replaced(store: Store):
    store.add(Product("whisk-bamboo", "Bamboo whisk", 1490, 30))
    assert store.product("whisk-bamboo").price == 1490
    assert len(store.products()) == 5


def test_sqlite_remembers(tmp_path: Path):
    path = str(tmp_path / "kept.sqlite")
    first = open_store("sqlite", path)
    first.add(Product("tea", "Tea", 690, 5))
    order, _ = first.place(Wanted("Ada", {"tea": 1}), 7.0)
    first.close()
    second = open_store("sqlite", path)
    assert second.order(order.id) == order
    second.close()


def test_an_unknown_store_lists_the_known():
    with pytest.raises(ValueError, match="known: memory, sqlite"):
        open_store("tape", "")
