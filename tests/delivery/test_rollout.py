"""Rollouts from beginning to end, as people see them."""

import pytest
from msgspec.structs import replace
from world import World, course, plan

from headway.delivery.desired import ALL
from headway.delivery.rollout.progress import moved


def at(world, stage, part="bake"):
    return world.until(lambda p: (p.stage, p.part) == (stage, part))


def canary(**settings):
    world = World(plan("canary", **{"instances": 4, **settings}))
    world.judge("continue", "no difference")
    return world


# --- good ones: (share of v2, instances of v1, instances of v2) -----------------------------------


def test_blue_green_from_beginning_to_end():
    world = World(plan("blue-green"))
    assert course(world) == [(0, 2, 0), (0, 2, 2), (100, 2, 2), (100, 0, 2)]
    assert (world.progress.outcome, world.progress.status) == ("promoted", "completed")
    assert world.told() == ["started", "switched", "promoted"]


def test_a_canary_takes_its_time():
    world = canary()
    began = world.now
    assert [share for share, *_ in course(world)][-3:] == [90, 100, 100]
    assert world.now - began >= 5 * 120 + 600


def test_a_canary_may_pass_sooner_when_it_is_proven_good():
    world = canary(keep="0")
    world.judge("promote", "worse by less than 1 pp")
    began = world.now
    world.finish()
    assert world.now - began < 60


def test_a_first_deployment():
    world = World(plan("canary", old=None))
    assert world.progress.desired.traffic.shares == {}
    assert course(world) == [(0, 0, 0), (0, 0, 2), (100, 0, 2)]
    assert world.progress.outcome == "promoted"


def test_recreate_waits_until_the_old_version_is_gone():
    world = World(plan("recreate"))
    at(world, 0)
    assert world.progress.desired.traffic.shares == {}
    for _ in range(400):
        world.put("v1", 0, "draining")  # it takes its time
        world.look()
    assert world.count("v2") == 0
    assert world.progress.status == "held"
    assert world.progress.stuck == "still waiting for the other instances to stop"
    world.finish()  # goes on by itself
    assert world.progress.outcome == "promoted"


def test_shadow_changes_nothing():
    world = World(plan("shadow"))
    at(world, 1)
    assert world.progress.desired.traffic.mirror == "v2"
    world.finish()
    assert world.progress.outcome == "ended"
    assert world.share("v1") == 100


# --- bad ones -----------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [1, 3, 5, 6])
def test_a_canary_is_taken_back_at_once(stage):
    world = canary()
    at(world, stage)
    world.judge("rollback", "5.0 % errors, 0.1 % in v1")
    world.look()
    assert (world.share("v1"), world.share("v2")) == (100, 0)
    assert world.count("v2") > 0  # until the router says that nobody is sent there
    world.finish()
    assert (world.count("v1"), world.count("v2")) == (4, 0)
    assert world.progress.outcome == "rolled_back"
    assert world.progress.reason == "5.0 % errors, 0.1 % in v1"
    assert world.told("incident") == ["5.0 % errors, 0.1 % in v1"]


def test_an_old_version_that_was_scaled_down_takes_what_it_can_carry():
    world = canary(canary={"steps": ["75%"], "scale_old": True})
    at(world, 1)
    assert world.count("v1") == 1
    world.healthy_at_once = False
    world.judge("rollback", "bad")
    world.look()
    assert world.count("v1") == 4
    assert world.share("v1") == 25  # one of four is there
    world.put("v1", 1, "healthy")
    world.put("v1", 2, "healthy")
    world.look()
    assert world.share("v1") == 75
    world.put("v1", 3, "healthy")
    world.look()
    assert world.share("v1") == 100
    world.finish()
    assert world.count("v2") == 0


def test_what_cannot_answer_gets_nothing_even_if_the_old_version_is_small():
    world = canary(canary={"steps": ["75%"], "scale_old": True})
    at(world, 1)
    world.healthy_at_once = False
    world.all("v2", "unhealthy")
    world.look()
    assert world.share("v1") == 100


@pytest.mark.parametrize("strategy", ["blue-green", "canary", "rolling", "recreate", "ab"])
def test_a_version_that_never_gets_healthy(strategy):
    world = World(plan(strategy, timeout="1m"))
    world.until(lambda p: world.count("v2") > 0)
    world.healthy_at_once = False
    world.all("v2", "starting")
    began = world.now
    world.until(lambda p: p.phase not in ("before", "stages"))
    assert 60 < world.now - began < 70
    assert "still waiting for v2 to be healthy: 0 of" in world.progress.reason
    world.healthy_at_once = True
    world.finish()
    assert world.progress.outcome == "rolled_back"
    assert world.share("v1") == 100


def test_one_that_the_platform_gives_up_is_not_waited_for():
    world = World(plan())
    world.healthy_at_once = False
    world.until(lambda p: ("v2", 1) in world.instances)
    world.put("v2", 1, "failed", reason="exit code 1")
    world.look()
    assert world.progress.reason == "instance 1 of v2 does not start (exit code 1)"
    assert world.progress.phase in ("rollback", "on_rollback", "done")


def test_one_that_dies_while_the_old_version_is_warm():
    world = World(plan())
    at(world, 1)
    assert world.share("v2") == 100
    world.crash("v2")
    world.look()
    assert world.share("v1") == 100
    assert world.finish().reason == "instance 0 of v2 has crashed"


def test_what_ends_both_versions_speaks_against_neither():
    """The machine was restarted in the middle of a canary."""
    world = World(plan(strategy="canary", canary={"steps": ["50%"], "pause": "60s"}))
    world.until(lambda p: p.share("v2") == 5000 and p.part == "bake")
    for version, index in (("v1", 0), ("v1", 1), ("v2", 0)):
        world.crash(version, index)
    world.look()
    assert world.progress.phase == "stages"
    world.crash("v2")  # by itself
    world.look()
    assert world.progress.reason == "instance 0 of v2 has crashed 2 times"


def test_crashes_may_be_tolerated():
    world = World(plan(crashes=2))
    at(world, 1)
    world.crash("v2")
    world.look()
    world.crash("v2")
    world.look()
    assert world.share("v2") == 100
    world.crash("v2")
    world.look()
    assert world.progress.reason == "instance 0 of v2 has crashed 3 times"


def test_smoke_tests_decide_before_traffic():
    smoke = [{"name": "home", "http": "/"}, {"name": "login", "http": "/login"}]
    world = World(plan(smoke=smoke))
    world.failing = {"login"}
    world.until(lambda p: p.phase == "done")
    assert world.progress.reason == "smoke test login failed: no"
    assert "v2" not in world.progress.served
    smoked = [(e.name, e.group, e.key) for e in world.asked if e.kind == "smoke"]
    assert smoked == [
        ("home", "v2", "r1/1/smoke/v2/home"),
        ("login", "v2", "r1/1/smoke/v2/login"),
    ]


def test_hooks_run_one_after_the_other_and_once():
    hooks = {
        "before": [{"name": "migrate", "command": "a"}, {"name": "warm", "command": "b"}],
        "after": [{"name": "tidy", "command": "c"}],
    }
    world = World(plan(hooks=hooks))
    world.answers_effects = False
    world.look()
    assert [e.name for e in world.progress.effects if e.kind == "hook"] == ["migrate"]
    world.answers_effects = True
    world.finish()
    keys = [e.key for e in world.asked if e.kind == "hook"]
    assert keys == ["r1/1/before/migrate", "r1/1/before/warm", "r1/1/after/tidy"]


def test_a_hook_that_fails_before_anything_starts():
    hooks = {
        "before": [{"name": "migrate", "command": "a"}],
        "on_rollback": [{"name": "back", "command": "b"}],
    }
    world = World(plan(hooks=hooks))
    world.failing = {"migrate"}
    world.finish()
    assert (world.progress.outcome, world.progress.reason) == (
        "failed",
        "hook migrate failed: no",
    )
    assert [e.name for e in world.asked if e.kind == "hook"] == ["migrate", "back"]
    assert world.share("v1") == 100


def test_a_hook_that_fails_afterwards_is_told():
    world = World(plan(hooks={"after": [{"name": "tidy", "command": "a"}]}))
    world.failing = {"tidy"}
    world.finish()
    assert (world.progress.outcome, world.progress.reason) == (
        "promoted",
        "hook tidy failed: no",
    )


def test_an_effect_of_which_nothing_is_heard_has_failed():
    hooks = {"before": [{"name": "migrate", "command": "a", "timeout": "30s"}]}
    world = World(plan(hooks=hooks))
    world.answers_effects = False
    world.finish()
    assert world.progress.reason == "hook migrate failed: nothing was heard of it"


def test_a_first_deployment_that_fails_leaves_nothing():
    world = World(plan(old=None))
    world.healthy_at_once = False
    world.finish()
    assert world.progress.outcome == "failed"
    assert world.progress.desired.groups == ()


# --- too little to go by -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "outcome"), [("promote", "promoted"), ("rollback", "rolled_back"), ("hold", "")]
)
def test_inconclusive_extends_a_step_and_then(then, outcome):
    world = canary(analysis={"inconclusive": {"wait": "5m", "then": then}})
    world.judge("inconclusive", "12 of 60 requests")
    at(world, 1)
    began = world.now
    world.until(lambda p: p.stage != 1 or p.held or p.phase != "stages")
    assert 420 <= world.now - began < 425  # 2m and 5m
    if then == "hold":
        assert world.progress.status == "held"
        assert "12 of 60 requests" in world.progress.held
        assert world.progress.stage == 1
        return
    assert world.finish(seconds=10).outcome == outcome
    assert world.progress.unproven == (then == "promote")


def test_inconclusive_waits_only_until_there_is_an_answer():
    world = canary()
    world.judge("inconclusive", "little")
    at(world, 1)
    for _ in range(200):
        world.look()
    assert world.progress.stage == 1
    world.judge("continue", "enough")
    world.look()
    assert world.progress.stage == 2


def test_no_analysis_is_no_pass():
    world = canary()
    world.assessment = None
    world.until(lambda p: p.held)
    assert world.progress.stage == 1


def test_what_is_held_is_still_watched():
    world = canary()
    world.judge("inconclusive", "little")
    world.until(lambda p: p.held)
    world.judge("rollback", "errors")
    world.look()
    assert world.share("v1") == 100


# --- people --------------------------------------------------------------------------------------


def held():
    world = canary()
    world.judge("inconclusive", "little")
    world.until(lambda p: p.held)
    return world


def test_promote_goes_on_by_one_step():
    world = held()
    world.say("promote", by="ana")
    world.look()
    assert (world.progress.stage, world.progress.held) == (2, "")


def test_promote_full_goes_to_all_traffic_and_keeps_the_old_version_warm():
    world = canary()
    at(world, 1)
    world.say("promote", by="ana", full=True)
    at(world, 6)
    assert (world.share("v2"), world.count("v1"), world.count("v2")) == (100, 4, 4)
    world.look()
    assert world.progress.phase == "stages"  # it keeps
    world.say("promote")
    world.finish(most=5)


def test_promote_full_of_a_rolling_update_still_goes_batch_by_batch():
    world = World(plan("rolling", instances=3, rolling={"until": "person"}))
    at(world, 1)
    world.say("promote", full=True)
    shares = [share for share, *_ in course(world)]
    assert list(dict.fromkeys(shares)) == [33.33, 66.67, 100]


def test_retry_gives_a_held_step_its_time_again():
    world = held()
    world.say("retry")
    world.look()
    assert (world.progress.stage, world.progress.held) == (1, "")
    world.until(lambda p: p.held)


def test_pause_stops_the_clock_but_not_the_watch():
    world = canary()
    at(world, 1)
    world.say("pause")
    for _ in range(1000):
        world.look()
    assert (world.progress.stage, world.progress.status) == (1, "waiting")
    world.say("resume")
    world.look()
    assert world.progress.status == "running"
    world.look()
    assert world.progress.stage == 1
    world.say("pause")
    world.look()
    world.judge("rollback", "errors")
    world.look()
    assert world.share("v1") == 100


@pytest.mark.parametrize("stage", [0, 1, 4, 6])
def test_abort_at_any_stage(stage):
    world = canary()
    at(world, stage, "bake" if stage else "route")
    world.say("abort", by="ana", reason="wrong version")
    world.finish()
    assert (world.progress.outcome, world.progress.reason) == (
        "aborted",
        "ana aborted: wrong version",
    )
    assert (world.share("v1"), world.count("v2")) == (100, 0)
    harmed = stage > 0  # it had traffic
    assert bool(world.told("incident")) == harmed


def test_undo_while_the_old_version_is_warm_is_instant():
    world = World(plan())
    at(world, 1)
    world.say("undo", by="ana")
    world.look()
    assert world.share("v1") == 100


def test_a_rollout_that_was_taken_back_can_be_tried_again():
    world = World(plan(smoke=[{"name": "home", "http": "/"}]))
    world.failing = {"home"}
    assert world.finish().outcome == "rolled_back"
    world.failing = set()
    world.say("retry")
    world.look()
    assert world.progress.attempt == 2
    assert world.finish().outcome == "promoted"
    assert [e.key for e in world.asked if e.kind == "smoke"] == [
        "r1/1/smoke/v2/home",
        "r1/2/smoke/v2/home",
    ]


@pytest.mark.parametrize(
    ("phase", "command", "answer"),
    [
        ("approval", "promote", "it waits for approval: headway approve"),
        ("stages", "approve", "nobody is asked to approve it now"),
        ("stages", "resume", "it isn't paused"),
        ("stages", "retry", "it is under way; only what is held or over can be tried again"),
        ("done", "abort", "it is over"),
    ],
)
def test_what_cannot_be_done_is_answered(phase, command, answer):
    world = World(plan(approvals={"count": 1}))
    if phase != "approval":
        world.say("approve", by="ana")
    world.until(lambda p: p.phase == phase)
    world.say(command, by="ana")
    world.look()
    assert world.progress.answer == answer


def test_nothing_runs_while_it_waits_for_approval():
    hooks = {"before": [{"name": "migrate", "command": "a"}]}
    world = World(plan(approvals={"count": 2, "from": ["ana", "bo", "dora"]}, hooks=hooks))
    for _ in range(100):
        world.look()
    assert (world.progress.phase, world.progress.status) == ("approval", "waiting")
    assert world.told("hook") == []
    world.say("approve", by="ana")
    world.say("approve", by="Ana")
    world.say("approve", by="dora")  # deploys it
    world.look()
    assert world.progress.phase == "approval"
    assert world.progress.answer == "dora deploys it, so somebody else must approve"
    world.say("approve", by="bo")
    world.look()
    assert world.progress.phase != "approval"


def test_one_no_ends_it():
    world = World(plan(approvals={"count": 1}))
    world.say("reject", by="ana", reason="not today")
    world.finish()
    assert (world.progress.outcome, world.progress.reason) == (
        "aborted",
        "ana said no: not today",
    )
    assert world.count("v2") == 0


def test_an_experiment_ends_with_its_winner():
    world = World(plan("ab"))
    world.judge("continue", "too early to say")
    at(world, 1)
    for _ in range(1000):
        world.look()
    assert (world.progress.stage, world.share("v2")) == (1, 50)
    world.judge("promote", "v2 converts 3 % more", winner="v2")
    world.look()
    assert (world.progress.winner, world.progress.stage) == ("v2", 2)
    assert world.finish().outcome == "promoted"


def test_an_experiment_that_the_old_version_wins_is_no_incident():
    world = World(plan("ab"))
    at(world, 1)
    world.judge("promote", "v1 converts 3 % more", winner="v1")
    assert world.finish().outcome == "ended"
    assert world.share("v1") == 100
    assert world.told("incident") == []


def test_a_person_may_choose_the_winner():
    world = World(plan("ab", ab={"until": "person"}))
    at(world, 1)
    assert world.progress.status == "waiting"
    world.say("promote", by="ana", to="somebody")
    world.look()
    assert world.progress.answer == 'no variant "somebody": there are control, new'
    world.say("promote", by="ana", to="control")
    assert world.finish().outcome == "ended"


# --- the world is unkind --------------------------------------------------------------------------


def test_a_step_of_the_clock_passes_nothing():
    world = canary()
    at(world, 1)
    world.look(86400.0)
    world.look(-86400.0)
    world.look(1.0)
    assert world.progress.stage == 1


def test_a_dead_old_version_does_not_keep_its_mend_from_going_out():
    world = World(plan())
    world.all("v1", "failed")
    assert world.finish().outcome == "promoted"


def test_a_canary_beside_a_dead_old_version_gets_everything():
    world = canary()
    at(world, 1)
    world.all("v1", "unhealthy")
    world.look()
    assert world.progress.desired.traffic.shares == {"v2": ALL}
    world.all("v1", "healthy")
    world.look()
    assert world.share("v2") == 5


def test_nothing_is_concluded_while_the_platform_does_not_answer():
    world = canary()
    at(world, 1)
    world.seen = False
    for _ in range(400):
        world.look()
    assert (world.progress.stage, world.progress.status) == (1, "held")
    assert world.share("v2") == 5
    world.seen = True
    world.look()
    assert world.progress.status == "running"


def test_no_way_back_while_nobody_there_is_healthy():
    world = canary()
    at(world, 6)
    world.healthy_at_once = False
    world.all("v1", "unhealthy")
    world.judge("rollback", "errors")
    for _ in range(400):
        world.look()
    assert world.share("v2") == 100
    assert world.progress.status == "held"
    world.put("v1", 0, "healthy")
    world.finish()
    assert world.share("v1") == 100


def test_a_return_is_quick_and_asks_nobody():
    back = plan("canary", approvals={"count": 1}, smoke=[{"name": "home", "http": "/"}])
    world = World(replace(back, returning=True))
    began = world.now
    world.finish()
    assert world.now - began < 10
    assert (world.progress.outcome, world.share("v2"), world.count("v1")) == ("promoted", 100, 0)
    assert world.told("smoke") == []


def first_deployment_in_trouble():
    """It crashes just when it gets its first traffic."""
    world = World(plan(old=None))
    at(world, 1, "route")
    world.crash("v2")
    for _ in range(5):
        world.look()
    assert world.progress.status == "held"
    assert world.progress.held == "there is no older version to go back to"
    assert world.progress.reason == "instance 0 of v2 has crashed"
    return world


def test_a_first_deployment_in_trouble_may_be_promoted_as_it_is():
    world = first_deployment_in_trouble()
    assert world.count("v2") == 2  # better than nothing
    world.say("promote", by="ana")
    assert world.finish(most=10).outcome == "promoted"


def test_a_first_deployment_in_trouble_may_be_taken_down():
    world = first_deployment_in_trouble()
    world.say("abort", by="ana")
    assert world.finish(most=10).outcome == "aborted"
    assert world.progress.desired.groups == ()


def test_a_second_abort_ends_the_wait_for_an_old_version_that_is_dead():
    world = canary()
    at(world, 2)
    world.healthy_at_once = False
    world.all("v1", "failed")
    world.say("abort", by="ana")
    world.until(lambda p: p.stuck, most=400)
    world.look()
    assert world.share("v2") == 100  # somebody answers
    world.say("abort", by="ana")
    assert world.finish(most=10).outcome == "aborted"
    assert world.progress.intended.shares == {"v1": ALL}


def test_only_what_matters_is_written_down():
    world = canary()
    at(world, 1)
    world.look()
    before = world.progress
    for _ in range(20):
        world.look()
    assert not moved(before, world.progress)
    world.say("pause")
    world.look()
    assert moved(before, world.progress)


def test_progress_says_what_it_waits_for_and_until_when():
    world = canary()
    at(world, 1)
    world.look()
    progress = world.progress
    assert (progress.step, progress.steps) == (2, 8)
    assert progress.title == "5% to v2"
    assert progress.waiting == "its time; the analysis so far: no difference"
    assert progress.deadline == pytest.approx(progress.since + 120)
