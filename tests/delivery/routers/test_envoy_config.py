"""What Envoy is told, as a function of what is wanted."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine import match

from headway.delivery.desired import Traffic
from headway.delivery.environment import Listener
from headway.delivery.health import Health
from headway.delivery.routers import envoy_config as config
from headway.delivery.routers.base import Address, Routing
from headway.delivery.routers.envoy_config import Front

NAMES = st.text(st.sampled_from("abz09._-~+%:/"), min_size=1, max_size=12)


def front(**traffic: object) -> Front:
    there = {g: (Address("127.0.0.1", 1),) for g in ("v1", "v2", "v3")}
    return Front(
        environment="shop.production",
        listener=Listener(port=8080, preview_port=8081),
        health=Health(http="/healthz"),
        access_log="/tmp/access.log",
        routing=Routing(traffic=Traffic(**traffic), addresses=there),  # type: ignore[arg-type]
    )


def routes(**traffic: object) -> list[config.Json]:
    found: list[config.Json] = config.routes(front(**traffic))["virtual_hosts"][0]["routes"]
    return found


@given(NAMES, NAMES)
def test_names_of_statistics_are_as_different_as_the_names(one: str, other: str):
    assert (config.stat(one) == config.stat(other)) == (one == other)
    assert not set(config.stat(one)) & set(".:")


@given(st.lists(st.integers(0, 10000), min_size=1, max_size=2))
def test_shares_add_up_to_everything(cuts: list[int]):
    edges = [0, *sorted(cuts), 10000]
    shares = {f"v{n}": b - a for n, (a, b) in enumerate(pairwise(edges), 1)}
    last = routes(shares=shares)[-1]["route"]
    if "weighted_clusters" in last:
        weights = [c["weight"] for c in last["weighted_clusters"]["clusters"]]
        assert sum(weights) == 10000
        assert all(weights)
    else:
        assert [g for g, s in shares.items() if s == 10000] == [last["cluster"].split("~")[1]]


def test_the_same_is_no_news():
    one = config.discovery([config.routes(front(shares={"v1": 10000}))])
    again = config.discovery([config.routes(front(shares={"v1": 10000}))])
    other = config.discovery([config.routes(front(shares={"v2": 10000}))])
    assert one == again
    assert config.version(one) != config.version(other)
    assert json.loads(one)["version_info"] == config.version(one)


@pytest.mark.parametrize(
    ("cookies", "matches"),
    [
        ("beta=yes", True),
        ("a=b; beta=yes", True),
        ("beta=yes; c=d", True),
        ("xbeta=yes", False),
        ("beta=yes2", False),
        ("beta=no", False),
        ("a=beta=yes", False),
    ],
)
def test_a_cookie_matches_as_a_whole(cookies: str, matches: bool):
    rule = match("v2", cookie="beta", value="yes")
    route = routes(shares={"v1": 10000}, matches=(rule,))[0]
    pattern = route["match"]["headers"][0]["string_match"]["safe_regex"]["regex"]
    assert bool(re.fullmatch(pattern, cookies)) is matches


def test_matches_come_first_and_in_their_order():
    rules = (match("v2", header="x-a", value="1"), match("v3", path="/new", header="x-b"))
    found = routes(shares={"v1": 10000}, matches=rules)
    assert [r["route"]["cluster"].split("~")[1] for r in found] == ["v2", "v3", "v1"]
    assert found[1]["match"]["prefix"] == "/new"


def test_nobody_answers_before_the_first_release():
    assert routes(shares={})[-1]["direct_response"]["status"] == 503


def test_a_name_of_a_cookie_is_no_program():
    told = config.routes(front(shares={"v1": 1, "v2": 9999}, sticky='a"b%d.'))
    source = told["virtual_hosts"][0]["typed_per_filter_config"]["envoy.filters.http.lua"]
    assert r'"a\"b%d." .. "="' in source["source_code"]["inline_string"]
