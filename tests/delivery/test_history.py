"""Rollouts read back from the journal, also those of an earlier Headway."""

from __future__ import annotations

import pytest
from rollouts import Site

from headway.delivery.engine.history import Unreadable, read_plan


def test_settings_that_are_no_more_are_passed_over(site: Site) -> None:
    rollout = site.queue("v1")
    plan = site.history(rollout).plan
    queued = site.history(rollout).queued
    assert queued is not None
    old = dict(queued.plan)
    settings = {**old["settings"], "gone": 1}
    settings["analysis"] = {**settings["analysis"], "burnt": {"a": [1]}}
    assert read_plan({**old, "settings": settings}) == plan
    assert "gone" in settings


def test_what_can_not_be_understood_is_said(site: Site) -> None:
    with pytest.raises(Unreadable, match="plan can't be read"):
        read_plan({"rollout": 1})
