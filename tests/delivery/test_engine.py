"""Rollouts driven to their end by the engine, with a platform and a router that keep accounts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from rollouts import Site

from headway.events import delivery as events
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


def test_a_release_that_leaks_errors_slowly_is_rolled_back(site: Site) -> None:
    site.served("v1")
    site.world.behave(v2=Behaviour(leak=0.02))
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "20s"})
    site.work()
    assert site.rollout(rollout).conclusion == "rolled_back"
    assert site.shares() == {"v1": 10000}


@pytest.mark.parametrize(
    ("like", "reason"),
    [
        (Behaviour(healthy_after=None), "after 1.0s still waiting for v2 to be healthy"),
        (Behaviour(dies_after=0.8), "of v2 has failed for good"),
    ],
    ids=["never healthy", "dies after a while"],
)
def test_a_release_that_can_not_run_is_taken_back(site: Site, like: Behaviour, reason: str) -> None:
    site.served("v1")
    site.world.behave(v2=like)
    rollout = site.queue("v2", timeout="1s", canary={"steps": ["20%", "100%"], "pause": "10s"})
    site.work()
    row = site.rollout(rollout)
    assert row.conclusion == "rolled_back"
    assert reason in row.reason
    assert site.shares() == {"v1": 10000}
    assert site.world.violations == []


def test_a_first_deployment_that_never_gets_healthy_leaves_nothing(site: Site) -> None:
    site.world.behave(v1=Behaviour(healthy_after=None))
    rollout = site.queue("v1", timeout="500ms")
    site.work()
    assert site.rollout(rollout).conclusion == "failed"
    assert site.serving() == ""
    with site.world.open() as state:
        assert [routing.traffic.shares for _, routing in state.routings] in ([], [{}])
        assert state.instances == [] or state.instances[0].drained


def test_a_failed_hook_ends_it_before_anything_starts(site: Site) -> None:
    site.served("v1")
    hooks = {"before": [{"name": "migrate", "command": "echo no such table; exit 3"}]}
    rollout = site.queue("v2", hooks=hooks)
    site.work()
    row = site.rollout(rollout)
    assert row.conclusion == "failed"
    assert "exit code 3: no such table" in row.reason
    with site.world.open() as state:
        assert {i.version for i in state.instances} == {"v1"}


def test_one_rollout_at_a_time_and_the_next_does_not_wait_for_what_is_kept_warm(
    site: Site,
) -> None:
    site.served("v1")
    rollouts = [site.queue(v, "blue-green", keep="60s") for v in ("v2", "v3")]
    rollouts.append(site.queue("v4", "blue-green"))
    engines = [site.process(), site.process()]
    codes = [(e.communicate(timeout=60)[1], e.returncode)[1] for e in engines]

    assert sorted(codes) == [0, 3]  # the other sees that somebody works
    assert site.serving() == "v4"
    rows = [site.rollout(r) for r in rollouts]
    assert [r.conclusion for r in rows] == ["promoted"] * 3
    assert [r.stable_version for r in rows] == ["v1", "v2", "v3"]
    times = [(r.started or 0.0, r.finished or 0.0) for r in rows]
    assert all(before[1] <= after[0] for before, after in pairwise(times))


# --- a person's word -------------------------------------------------------------------------


def moved_to(site: Site, rollout: str, phase: str, part: str = "") -> None:
    def there() -> bool:
        moved = site.history(rollout).moved
        found = moved.progress if moved else {}
        return moved is not None and moved.phase == phase and found.get("part", "") in (part, "")

    eventually(there)


def eventually(met: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def working(site: Site) -> Iterator[Callable[[], None]]:
    """Starts an engine beside the test."""
    threads = []

    def start() -> None:
        threads.append(threading.Thread(target=site.work))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_pause_resume_promote(site: Site, working: Callable[[], None]) -> None:
    site.served("v1")
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "300ms"})
    site.ask(rollout, "pause")
    working()
    eventually(lambda: site.rollout(rollout).status == "waiting")
    site.ask(rollout, "resume")
    site.ask(rollout, "promote", full=True)
    eventually(lambda: not site.rollout(rollout).active)
    assert site.rollout(rollout).conclusion == "promoted"


def test_abort_takes_it_back_and_says_who_and_why(site: Site, working: Callable[[], None]) -> None:
    site.served("v1")
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "60s"})
    working()
    eventually(lambda: site.shares().get("v2") == 2000)
    event = events.RolloutAsked(command="abort", actor="grace", reason="too loud")
    asked = time.monotonic()
    site.journal.append(rollout, [event], time.time())
    eventually(lambda: site.shares() == {"v1": 10000})
    took = time.monotonic() - asked
    eventually(lambda: not site.rollout(rollout).active)
    assert site.rollout(rollout).reason == "grace aborted: too loud"
    print(f"in effect after {took:.2f} s")


def test_what_can_not_be_done_is_answered(site: Site, working: Callable[[], None]) -> None:
    site.served("v1")
    rollout = site.queue("v2", canary={"steps": ["20%", "100%"], "pause": "1s"})
    working()
    moved_to(site, rollout, "stages", "bake")
    site.ask(rollout, "resume")
    eventually(lambda: site.history(rollout).commands)
    seq = site.history(rollout).commands[-1].id
    eventually(lambda: site.rollout(rollout).phase and _seen(site, rollout) >= seq)
    answers = [
        r.event.progress.get("answer", "")
        for r in site.history(rollout).records
        if isinstance(r.event, events.RolloutMoved)
    ]
    assert "it isn't paused" in answers


def _seen(site: Site, rollout: str) -> int:
    progress = site.history(rollout).progress
    return progress.seen if progress else 0


def test_nothing_runs_while_an_approval_is_missing(site: Site, working: Callable[[], None]) -> None:
    site.served("v1")
    rollout = site.queue(
        "v2", author="ada", approvals={"count": 1, "from": ["ada", "grace"]}, keep="0"
    )
    working()
    eventually(lambda: site.rollout(rollout).status == "waiting")
    site.ask(rollout, "approve", actor="ada")
    site.ask(rollout, "approve", actor="mallory")
    eventually(lambda: _seen(site, rollout) >= site.history(rollout).commands[-1].id)
    assert site.rollout(rollout).status == "waiting"
    with site.world.open() as state:
        assert {i.version for i in state.instances} == {"v1"}
    site.ask(rollout, "approve", actor="grace")
    eventually(lambda: not site.rollout(rollout).active)
    assert site.rollout(rollout).conclusion == "promoted"


def test_a_shadow_that_stops_was_never_promoted(site: Site) -> None:
    site.served("v1")
    rollout = site.queue("v2", "shadow", shadow={"pause": "200ms"})
    assert site.work()
    row = site.rollout(rollout)
    assert (row.conclusion, row.promoted) == ("ended", False)
    assert site.serving() == "v1"
    moves = [r.event for r in site.history(rollout).records]
    assert not any(e.promoted for e in moves if isinstance(e, events.RolloutMoved))
