"""A rollout's own time."""

from __future__ import annotations

import pytest

from headway.delivery.engine.clock import Clock, boot_id


def test_it_goes_on_evenly() -> None:
    uptime = [50.0]
    clock = Clock(1000.0, lambda: uptime[0])
    uptime[0] = 53.5
    assert clock.now() == 1003.5


@pytest.mark.parametrize("wall", [0.0, 1e9])
def test_in_the_same_boot_it_goes_on_by_uptime_whatever_the_wall_says(wall: float) -> None:
    clock = Clock.going_on(1000.0, boot_id(), 50.0, wall=lambda: wall, clock=lambda: 60.0)
    assert clock.now() == 1010.0


def test_after_a_restart_of_the_machine_by_the_wall_but_never_back() -> None:
    def resumed(wall: float) -> float:
        return Clock.going_on(1000.0, "other", 50.0, wall=lambda: wall, clock=lambda: 5.0).now()

    assert resumed(1300.0) == 1300.0
    assert resumed(200.0) == 1000.0
