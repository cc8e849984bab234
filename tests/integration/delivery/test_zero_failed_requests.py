"""Every strategy's whole course under load, out and back: not one request fails."""

from __future__ import annotations

import pytest

from headway.testing.shop import Load, Shop


@pytest.fixture
def released(shop: Shop) -> Shop:
    shop.release("v1")
    shop.release("v2")
    shop.release("slow", DELAY=300)
    shop.deploy("v1")
    return shop


def test_connections_kept_alive(released: Shop) -> None:
    shop = released
    load = shop.load()
    shop.deploy("v2", "--strategy", "canary")
    assert "rolled back" in shop.deploy("slow", "--strategy", "canary", code=1)
    shop.deploy("v1", "--strategy", "blue-green")
    shop.headway("rollout", "undo")  # while the old version is warm, or after that
    shop.deploy("v1", "--strategy", "ab", "--detach")
    until_share(shop, 5000)
    shop.headway("rollout", "promote", "--to", "new")
    shop.until_over()
    finished(shop, load, "v1")


def test_a_connection_for_each_request(released: Shop) -> None:
    shop = released
    load = shop.load(keep_alive=False)
    shop.deploy("v2", "--strategy", "rolling")
    shop.headway("rollback", "production")
    shop.deploy("v2", "--strategy", "canary")
    shop.deploy("v1", "--strategy", "shadow", "--detach")
    shop.headway("rollout", "promote", "--full")
    shop.until_over()
    finished(shop, load, "v2")


def until_share(shop: Shop, share: int) -> None:
    shop.until(lambda: shop.latest().share >= share)


def finished(shop: Shop, load: Load, serves: str) -> None:
    requests, failures = load.finish()
    assert failures == {}
    assert requests > 1000
    assert shop.serves() == serves
