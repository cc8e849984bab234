"""What every router does, Envoy and the fake, told and asked through the seam alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from machine import NAME, Machine, group, healthy, routing, until

from headway.delivery.platforms.base import Fenced, Platform
from headway.delivery.routers.base import Address, Router
from headway.errors import HeadwayError
from headway.testing.delivery import FakePlatform, FakeRouter, World

Make = Callable[[], Router]
There = dict[str, tuple[Address, ...]]


@pytest.fixture(params=["envoy", "fake"])
def make(request: pytest.FixtureRequest, machine: Machine) -> tuple[Make, There]:
    groups = (group("v1", 1), group("v2", 1))
    platform: Platform = machine.platform()
    if request.param == "fake":
        world = World(machine.folder / "world")
        platform = FakePlatform(world)
    platform.apply(groups, 1)
    seen = until(platform, lambda all_: healthy(all_, 2))
    there = {s.group: (Address(s.host, s.port),) for s in seen}
    if request.param == "fake":
        return (lambda: FakeRouter(world)), there
    return (lambda: machine.router(NAME)), there


def test_a_rollout_as_routers_see_it(make: tuple[Make, There]):
    made, there = make
    assert made().observe() is None
    for shares in ({"v1": 10000}, {"v1": 9500, "v2": 500}, {"v2": 10000}, {"v1": 10000}):
        wanted = routing(there, shares=shares)
        made().apply(wanted, 1)
        assert made().observe() == wanted
        made().apply(wanted, 1)
        assert made().observe() == wanted


def test_a_preview_has_no_share(make: tuple[Make, There]):
    made, there = make
    wanted = routing(there, shares={"v1": 10000}, preview="v2")
    made().apply(wanted, 1)
    assert made().observe() == wanted


def test_nothing_is_routed_before_the_first_release(make: tuple[Make, There]):
    made, there = make
    wanted = routing(there, shares={}, preview="v1")
    made().apply(wanted, 1)
    assert made().observe() == wanted


def test_an_older_epoch_changes_nothing(make: tuple[Make, There]):
    made, there = make
    wanted = routing(there, shares={"v1": 10000})
    made().apply(wanted, 5)
    with pytest.raises(Fenced):
        made().apply(routing(there, shares={"v2": 10000}), 4)
    assert made().observe() == wanted


def test_what_makes_no_sense_is_refused_and_changes_nothing(make: tuple[Make, There]):
    made, there = make
    wanted = routing(there, shares={"v1": 10000})
    made().apply(wanted, 1)
    with pytest.raises(HeadwayError, match=r"100|sum"):
        made().apply(routing(there, shares={"v1": 9000, "v2": 500}), 1)
    assert made().observe() == wanted
