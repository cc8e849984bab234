"""An environment is taken down, and comes back as a new one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from headway.testing.shop import Shop


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def test_nothing_of_it_is_left_and_the_next_deployment_is_a_first_one(shop: Shop) -> None:
    shop.release("v1")
    shop.deploy("v1")
    url = shop.url()
    assert answers(url)
    instances = shop.pids("production~v1")
    assert len(instances) == 2
    said = shop.headway("env", "stop", "production", "--reason", "moving")
    assert "v1 served there" in said
    assert "Envoy and the supervisor have ended, too" in said
    assert not answers(url)
    assert not (shop.home / "supervisor" / "supervisord.pid").exists()
    assert "v1" not in shop.headway("env", "list")
    shop.headway("env", "stop", "production")  # once more: nothing to do
    shop.deploy("v1")
    assert shop.latest().stable_version == ""
    assert shop.serves() == "v1"


def test_a_rollout_that_goes_on_is_aborted(shop: Shop) -> None:
    shop.release("v1")
    shop.release("v2")
    shop.deploy("v1")
    shop.deploy("v2", "--detach")
    shop.until(lambda: shop.latest().share > 0)
    done = json.loads(shop.headway("env", "stop", "production", "--json"))
    assert [r["version"] for r in done["aborted"]] == ["v2"]
    assert (done["version"], done["idle"]) == ("v1", True)
    assert shop.latest().conclusion == "aborted"


def test_where_nothing_was_deployed_there_is_nothing_to_stop(shop: Shop) -> None:
    shop.release("v1")
    said = shop.headway("env", "stop", "production", code=2)
    assert "nothing was ever deployed to production" in said
