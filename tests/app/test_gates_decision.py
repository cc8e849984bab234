"""The facts of a deployment decision, as the journal has them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from headway import home
from headway.app import decision, project
from headway.app.decision import Decided, Judged, Wish
from headway.errors import UsageError
from headway.events import delivery as events
from headway.journal import Journal
from headway.verdict import Verdict

SETTINGS = """\
service: shop
environments:
  staging: {command: python app.py}
  production:
    command: python app.py
    requires: [staging]
    approvals: {count: 1, from: [grace, ada]}
"""
PASSED = Judged(id="v1", label="1", verdict=Verdict(outcome="passed", results=()))


class Shop:
    def __init__(self, journal: Journal, sha: str) -> None:
        self.journal = journal
        self.sha = sha
        self._number = 0

    def release(self, version: str, sha: str = "") -> None:
        event = events.ReleaseCreated(
            service="shop", version=version, digest=f"digest-{version}", source="files",
            sha=sha or self.sha,
        )  # fmt: skip
        self.journal.append("releases/shop", [event], 1000.0)

    def rollout(self, version: str, environment: str, *more: events.Event) -> None:
        self._number += 1
        queued = events.RolloutQueued(
            rollout=f"rollout-{self._number}", number=self._number, service="shop",
            environment=environment, root=os.getcwd(), release=f"digest-{version}",
            version=version, strategy="recreate", plan={}, actor="ada",
        )  # fmt: skip
        self.journal.append(queued.rollout, [queued, *more], 2000.0 + self._number)

    def promoted(self, version: str, environment: str) -> None:
        moved = events.RolloutMoved(
            now=1.0, progress={}, desired={}, status="completed", phase="promoted", promoted=True
        )
        self.rollout(version, environment, moved, events.RolloutFinished(conclusion="promoted"))

    def decide(self, environment: str = "production", **wish: str) -> Decided:
        asked = Wish(environment=environment, **wish)  # type: ignore[arg-type]
        judged = None if "release" in wish else PASSED
        return decision.reach(project.here(actor="ada"), asked, judged, now=5000.0)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("HEADWAY_HOME", str(tmp_path / "home"))
    root = tmp_path / "shop"
    root.mkdir()
    (root / "headway.yaml").write_text(SETTINGS)
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "--all"],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "One"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    monkeypatch.chdir(root)
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    journal = Journal.open(home.journal())
    yield Shop(journal, head.stdout.strip())
    journal.close()


def waits(decided: Decided) -> list[str]:
    return [rule.rule for rule in decided.decision.against]


def test_an_environment_before_it(shop: Shop) -> None:
    assert shop.decide("staging").decision.answer == "deploy"
    shop.release("v1")
    assert waits(shop.decide()) == ["requires", "approvals"]
    shop.promoted("v0", "staging")  # another release
    assert waits(shop.decide()) == ["requires", "approvals"]
    shop.promoted("v1", "staging")
    assert waits(shop.decide()) == ["approvals"]


def test_approvals_of_the_rollout_that_waits(shop: Shop) -> None:
    shop.release("v1")
    shop.promoted("v1", "staging")
    own = events.RolloutAsked(command="approve", actor="ada")  # who deploys doesn't count
    shop.rollout("v1", "production", own)
    assert waits(shop.decide()) == ["approvals"]
    shop.journal.append("rollout-2", [events.RolloutAsked(command="approve", actor="grace")], 3000)
    decided = shop.decide()
    assert decided.decision.answer == "deploy"
    assert [vote.by for vote in decided.facts.votes] == ["ada", "grace"]
    shop.journal.append("rollout-2", [events.RolloutAsked(command="reject", actor="grace")], 3001)
    assert shop.decide().decision.answer == "reject"


def test_another_rollout_under_way(shop: Shop) -> None:
    shop.release("v1")
    shop.rollout("v0", "staging")
    decided = shop.decide("staging")
    assert waits(decided) == ["queue"]
    assert decided.facts.running == "rollout 1 of v0 is queued"


def test_a_release_by_its_version(shop: Shop) -> None:
    shop.release("v1", sha="f" * 40)
    decided = shop.decide("staging", release="v1")
    assert (decided.decision.answer, decided.sha) == ("hold", "f" * 40)  # nobody judged it
    with pytest.raises(UsageError, match='no release "v9"'):
        shop.decide("staging", release="v9")


BUDGET = """\
    error_budget:
      objective: 99%
      errors: {command: "test {window} = 2592000s && cat failed"}
"""


def test_what_is_left_of_the_error_budget_is_asked(shop: Shop) -> None:
    staging = f"  staging:\n    command: python app.py\n{BUDGET}"
    Path("headway.yaml").write_text(f"service: shop\nenvironments:\n{staging}")
    assert "nobody knows" in shop.decide("staging").decision.against[0].text
    Path("failed").write_text("0.002")
    assert waits(shop.decide("staging")) == []
    Path("failed").write_text("0.0095")
    assert waits(shop.decide("staging")) == ["error_budget"]
    told = Wish(environment="staging", budget_left=0.5)
    assert not decision.reach(project.here(), told, PASSED).decision.against


def test_a_rollout_that_can_not_be_taken_back_is_an_incident(shop: Shop) -> None:
    shop.release("v1")
    stuck = events.RolloutMoved(
        now=1.0, progress={}, desired={}, status="held", phase="rollback", reason="too slow"
    )
    shop.rollout("v0", "staging", stuck)
    assert sorted(waits(shop.decide("staging"))) == ["incident", "queue"]
