"""The engine killed with SIGKILL at every one of its writes: nothing is lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from rollouts import Site

from headway.delivery.rollout.progress import Progress
from headway.events import delivery as events
from headway.testing.delivery import Behaviour

HOOKS = {
    "before": [{"name": "migrate", "command": "echo $HEADWAY_KEY >> ran; sleep 0.1"}],
    "after": [{"name": "tidy", "command": "echo $HEADWAY_KEY >> ran"}],
    "on_rollback": [{"name": "undo", "command": "echo $HEADWAY_KEY >> ran"}],
}


def killed_all_the_way(site: Site, rollout: str, moment: str) -> int:
    """Engines one after the other, each killed at a write, until one comes to the end."""
    for count in range(150):
        engine = site.process(moment, "1")
        error = engine.communicate(timeout=60)[1]
        assert engine.returncode in (0, -9), error
        if not site.rollout(rollout).active:
            return count
    last = [(r.seq, r.event.to_json()) for r in site.history(rollout).records[-12:]]
    raise AssertionError(f"it never ends: {last}")


@pytest.mark.parametrize("moment", ["after", "before"])
@pytest.mark.parametrize(
    ("errors", "conclusion", "serving", "hooks"),
    [
        (0.0, "promoted", "v2", ["before/migrate", "after/tidy"]),
        (0.5, "rolled_back", "v1", ["before/migrate", "on_rollback/undo"]),
    ],
    ids=["promoted", "rolled back"],
)
def test_killed_at_every_write(
    site: Site, moment: str, errors: float, conclusion: str, serving: str, hooks: list[str]
) -> None:
    site.served("v1")
    site.world.behave(v2=Behaviour(errors=errors))
    canary = {"steps": ["20%", "100%"], "pause": "300ms", "until": "analysis"}
    rollout = site.queue("v2", hooks=HOOKS, canary=canary, timeout="60s")
    assert killed_all_the_way(site, rollout, moment) > 10

    row = site.rollout(rollout)
    assert (row.conclusion, site.serving()) == (conclusion, serving)
    assert site.shares() == {serving: 10000}
    assert site.world.violations == []
    assert site.journal.verify(rollout) is None
    ran = (Path(site.folder) / "ran").read_text().split()
    assert ran == [f"{rollout}/1/{name}" for name in hooks]
    assert ends_once(site, rollout)
    assert never_back(site, rollout)


def ends_once(site: Site, rollout: str) -> bool:
    kinds = [type(r.event) for r in site.history(rollout).records]
    return kinds.count(events.RolloutFinished) == 1 and kinds[-1] is events.RolloutFinished


def never_back(site: Site, rollout: str) -> bool:
    """No stage that was over is begun again."""
    moves = [r.event for r in site.history(rollout).records if r.event.kind == "rollout.moved"]
    stages = [m.progress.get("stage", 0) for m in moves if m.phase == "stages"]
    return stages == sorted(stages)


def test_nothing_else_is_written_once_it_is_over(site: Site) -> None:
    site.served("v1")
    engine = site.process()
    assert engine.communicate(timeout=30) == (None, "")
    assert engine.returncode == 0
    assert site.history("").records == []
    assert Progress(phase="done").status == "completed"
