"""How hooks and smoke tests of a rollout are run."""

from __future__ import annotations

from pathlib import Path

import pytest

from headway import home
from headway.app.jobs import Jobs
from headway.delivery.desired import Group
from headway.delivery.environment import Environment
from headway.delivery.rollout.effects import hook, smoke
from headway.delivery.rollout.plan import Plan, from_plain
from headway.delivery.rollout.progress import Progress
from headway.journal import Journal
from headway.journal.rollouts import Rollout

SETTINGS = {
    "command": "./serve",
    "variables": {"GREETING": "hello"},
    "smoke": [{"name": "whole", "workflow": "smoke.yml"}],
    "hooks": {"on_rollback": [{"name": "tell", "command": "./tell"}]},
}
PLAN = Plan(
    rollout="r1",
    environment="production",
    settings=from_plain(SETTINGS, Environment),
    strategy="canary",
    new=Group(name="v2", release="d2", version="v2", instances=1),
    old=Group(name="v1", release="d1", version="v1", instances=1),
)
AT = Progress(phase="on_rollback", reason="too many errors")


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    empty = dict.fromkeys(Rollout.__annotations__, "")
    return Jobs(
        journal=Journal.open(home.journal()),
        rollout=Rollout(**{**empty, "id": "r1", "service": "shop", "root": str(tmp_path)}),
        plan=PLAN,
        folder=str(tmp_path),
        preview_url=lambda: "http://127.0.0.1:1",
        variables={"PATH": "/bin"},
        secrets={"TOKEN": "hush-hush"},
    )


def test_a_workflow_is_told_all_that_a_command_is(jobs: Jobs) -> None:
    (test,) = PLAN.settings.smoke
    job = jobs.job(smoke(PLAN, AT, "v2", test))
    words = list(job.argv)
    told = {words[i + 1] for i, word in enumerate(words) if word == "--env"}
    assert told >= {
        "GREETING=hello",
        "HEADWAY_PREVIEW_URL=http://127.0.0.1:1",
        "HEADWAY_VERSION=v2",
        "HEADWAY_KEY=r1/1/smoke/v2/whole",
    }
    assert words[-2:] == ["--secret", "TOKEN"]  # by name only: arguments can be seen by all
    assert job.env["TOKEN"] == "hush-hush"
    assert "hush-hush" not in " ".join(words)


def test_hooks_after_a_rollback_are_told_why(jobs: Jobs) -> None:
    (told,) = PLAN.settings.hooks.on_rollback
    job = jobs.job(hook(PLAN, AT, "on_rollback", told))
    assert job.env["HEADWAY_REASON"] == "too many errors"
    assert job.hidden == ("hush-hush",)
