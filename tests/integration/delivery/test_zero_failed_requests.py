"""Every strategy's whole course under load, out and back: not one request fails."""

from __future__ import annotations

import pytest
from shop import Shop


@pytest.mark.parametrize("keep_alive", [True, False], ids=["keep-alive", "connection each"])
def test_no_request_fails_whatever_is_deployed(shop: Shop, keep_alive: bool) -> None:
    shop.release("v1")
    shop.release("v2")
    shop.release("slow", DELAY=300)
    shop.deploy("v1")
    load = shop.load(keep_alive=keep_alive)

    shop.deploy("v2", "--strategy", "canary")
    assert "rolled back" in shop.deploy("slow", "--strategy", "canary", code=1)
    shop.until_over()
    shop.deploy("v1", "--strategy", "blue-green")
    shop.headway("rollout", "undo")  # while the old version is warm, or after that
    shop.deploy("v1", "--strategy", "rolling")
    shop.headway("rollback", "production")
    shop.until_over()

    requests, failures = load.finish()
    assert failures == {}
    assert requests > 1000
    assert shop.serves() == "v2"
