"""What every platform does, the real ones and the fake, told and asked through the seam alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from machine import NAME, Machine, convert, group, healthy, until

from containers import image, run
from headway.delivery.environment import Environment
from headway.delivery.platforms.base import Fenced, InstanceStatus, Platform
from headway.delivery.platforms.container import OWNER, ContainerPlatform
from headway.delivery.platforms.setup import Setup
from headway.testing.delivery import FakePlatform, World

Make = Callable[[], Platform]  # the same platform again, as another process would have it


@pytest.fixture(params=["process", "container", "fake"])
def make(request: pytest.FixtureRequest, machine: Machine) -> Iterator[Make]:
    if request.param == "fake":
        yield lambda: FakePlatform(World(machine.folder / "world"))
    elif request.param == "process":
        yield lambda: machine.platform(grace="2s")
    else:
        yield from containers(machine)


def containers(machine: Machine) -> Iterator[Make]:
    given = {
        "platform": "container",
        "image": image("busybox", "python3-minimal"),
        "command": "exec python3 -I -S server.py",
        "health": {"http": "/healthz"},
        "grace": "2s",
    }
    setup = Setup(
        name=NAME,
        environment=convert(given, Environment),
        variables={},
        files=lambda digest: str(machine.release),
    )
    platform = ContainerPlatform(setup)
    yield lambda: ContainerPlatform(setup)
    mine = run("ps", "--all", "--quiet", "--filter", f"label={OWNER}={platform._owner}")
    if mine:
        run("rm", "--force", "--time", "0", *mine.split())


def settled(platform: Platform, *counts: int) -> dict[tuple[str, int], InstanceStatus]:
    """Once so many are healthy and nothing else is there any more."""
    seen = until(platform, lambda all_: healthy(all_, sum(counts)) and len(all_) == sum(counts))
    return {(s.group, s.index): s for s in seen}


def test_there_is_nothing_before_anything_was_asked_for(make: Make):
    assert make().observe() == ()


def test_a_rollout_as_platforms_see_it(make: Make):
    platform = make()
    platform.apply((group("v1", 2),), 1)
    first = settled(platform, 2)
    assert first.keys() == {("v1", 0), ("v1", 1)}
    assert len({s.port for s in first.values()}) == 2

    # The same again, from another process: nothing changes.
    platform = make()
    platform.apply((group("v1", 2),), 1)
    assert same(settled(platform, 2), first)

    # Another group beside it leaves it alone.
    platform.apply((group("v1", 2), group("v2", 1)), 2)
    second = settled(platform, 3)
    assert same({k: s for k, s in second.items() if k[0] == "v1"}, first)

    # Somebody with an older epoch changes nothing, and hears of it.
    with pytest.raises(Fenced):
        make().apply((), 1)
    assert same(settled(platform, 3), second)

    # The last ones go first; what stays, stays as it is.
    platform.apply((group("v1", 1), group("v2", 1)), 2)
    third = settled(platform, 2)
    assert same(third, {k: s for k, s in second.items() if k != ("v1", 1)})

    # What is absent goes.
    platform.apply((group("v2", 1),), 3)
    assert settled(platform, 1).keys() == {("v2", 0)}
    assert isinstance(platform.logs("v1", 0, 10), bytes)

    # What is on its way out may be wanted again.
    platform.apply((), 3)
    platform.apply((group("v2", 1),), 3)
    assert settled(platform, 1).keys() == {("v2", 0)}

    platform.apply((), 4)
    until(platform, lambda all_: not all_)
    platform.apply((), 4)
    assert platform.observe() == ()


def same(
    now: dict[tuple[str, int], InstanceStatus], then: dict[tuple[str, int], InstanceStatus]
) -> bool:
    """The very same instances."""
    return {k: (s.pid, s.port, s.since) for k, s in now.items()} == {
        k: (s.pid, s.port, s.since) for k, s in then.items()
    }


def test_observing_has_no_effects(make: Make):
    platform = make()
    platform.apply((group("v1", 1),), 1)
    first = settled(platform, 1)
    for _ in range(5):
        make().observe()
        time.sleep(0.02)
    assert same(settled(make(), 1), first)
