"""Rollouts driven to their end by the engine, with a platform and a router that keep accounts."""

from __future__ import annotations

import pytest
from rollouts import Site

from headway.testing.delivery import Behaviour

STRATEGIES = ["blue-green", "canary", "rolling", "recreate"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_good_release_is_promoted(site: Site, strategy: str) -> None:
    site.served("v1")
    rollout = site.queue("v2", strategy)
    assert site.work()

    row = site.rollout(rollout)
    assert (row.status, row.conclusion, row.reason) == ("completed", "promoted", "")
    assert site.serving() == "v2"
    assert site.shares() == {"v2": 10000}
    assert site.world.violations == []
    assert site.journal.verify(rollout) is None


def test_a_release_with_errors_is_rolled_back(site: Site) -> None:
    site.served("v1")
    site.world.behave(v2=Behaviour(errors=0.2))
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "10s"})
    assert site.work()

    row = site.rollout(rollout)
    assert row.conclusion == "rolled_back"
    assert site.serving() == "v1"
    assert site.shares() == {"v1": 10000}
    assert site.world.violations == []
    decision = site.history(rollout).decision
    assert decision is not None
    assert decision.outcome == "rollback"
    assert decision.samples > 0
