"""What each strategy does, stage by stage: instances of both versions, traffic, what ends it."""

import pytest
from world import plan

from headway.delivery.desired import ALL, Group
from headway.delivery.rollout.stage import divide
from headway.delivery.rollout.step import dry_run
from headway.delivery.strategies import STRATEGIES, course

V3 = Group(name="v3", release="sha256:3", version="v3", instances=2)


def rows(plan, winner=""):
    """v1's instances, v2's, v2's share of traffic in %, what ends the stage."""
    found = []
    for stage in course(plan, winner):
        count = {group.name: group.instances for group in stage.groups}
        share = stage.traffic.shares.get("v2", 0) * 100 / ALL
        found.append((count.get("v1", 0), count.get("v2", 0), share, stage.until))
    return found


def test_blue_green():
    assert rows(plan("blue-green")) == [
        (2, 2, 0, "smoke"),
        (2, 2, 100, "keep"),
        (0, 2, 100, "time"),
    ]


def test_blue_green_switched_by_a_person():
    by_hand = plan("blue-green", blue_green={"until": "person"})
    assert rows(by_hand)[1] == (2, 2, 0, "person")


def test_a_canary_keeps_a_tenth_to_compare_with_until_its_last_step_has_passed():
    assert rows(plan("canary", instances=4)) == [
        (4, 1, 0, "smoke"),
        (4, 1, 5, "analysis"),
        (4, 1, 25, "analysis"),
        (4, 2, 50, "analysis"),
        (4, 3, 75, "analysis"),
        (4, 4, 90, "analysis"),
        (4, 4, 100, "keep"),
        (0, 4, 100, "time"),
    ]


def test_a_canary_without_control_goes_all_the_way():
    all_the_way = plan("canary", canary={"steps": ["100%"], "control": "0%"})
    assert rows(all_the_way)[1] == (2, 2, 100, "analysis")


def test_steps_of_a_canary_may_differ():
    steps = ["5%", {"share": "50%", "until": "person"}, {"share": "80%", "pause": "1h"}]
    course_ = course(plan("canary", canary={"steps": steps, "pause": "3m", "until": "time"}))
    assert [(s.until, s.pause) for s in course_[1:4]] == [
        ("time", 180),
        ("person", 180),
        ("time", 3600),
    ]


def test_the_old_version_may_shrink_with_its_share():
    scaled = plan("canary", instances=10, canary={"steps": ["25%", "80%"], "scale_old": True})
    assert rows(scaled)[1:4] == [
        (8, 3, 25, "analysis"),
        (2, 8, 80, "analysis"),
        (2, 10, 100, "keep"),
    ]


def test_rolling_one_more_at_a_time():
    assert rows(plan("rolling", instances=3)) == [
        (3, 1, 0, "smoke"),
        (2, 1, 33.33, "time"),
        (1, 2, 66.67, "time"),
        (0, 3, 100, "time"),
    ]


def test_rolling_without_surge_makes_room_first():
    rolling = {"max_surge": 0, "max_unavailable": 1}
    assert rows(plan("rolling", instances=3, rolling=rolling)) == [
        (2, 0, 0, "time"),
        (2, 1, 0, "smoke"),
        (2, 1, 33.33, "time"),
        (1, 1, 50, "time"),
        (1, 2, 66.67, "time"),
        (0, 2, 100, "time"),
        (0, 3, 100, "time"),
    ]


@pytest.mark.parametrize("instances", [1, 2, 3, 7, 10])
@pytest.mark.parametrize("before", [1, 2, 5, 12])
@pytest.mark.parametrize(
    ("batch", "unavailable", "surge"),
    [(1, 0, 1), (2, 1, 0), ("25%", "25%", "25%"), (3, 2, 1), (100, 0, 5), ("50%", "1%", "0%")],
)
def test_rolling_keeps_within_its_bounds(instances, before, batch, unavailable, surge):
    from msgspec.structs import replace

    rolling = {"batch": batch, "max_unavailable": unavailable, "max_surge": surge}
    it = plan("rolling", instances=instances, rolling=rolling)
    it = replace(it, old=replace(it.old, instances=before))
    down = {0: 0, 1: 1, 2: 2, "25%": instances // 4, "1%": 0}[unavailable]
    up = {0: 0, 1: 1, 5: 5, "25%": -(-instances // 4), "0%": 0}[surge]
    up = up if up or down else 1
    were = (before, 0)
    for old, new, share, _ in rows(it):
        assert old + new >= min(instances - down, before), "too few"
        assert max(old, were[0]) + max(new, were[1]) <= max(instances + up, before), "too many"
        assert new >= were[1]
        assert old <= were[0]
        assert share == 0 or new
        were = (old, new)
    assert were == (0, instances)


def test_ab_splits_what_no_condition_claims():
    variants = {"new": {"weight": "20%"}, "beta": {"cookie": "beta", "value": "yes"}}
    test = plan("ab", variants={"beta": V3}, ab={"variants": variants})
    split = course(test)[2]
    assert split.traffic.shares == {"v1": 8000, "v2": 2000}
    assert split.traffic.sticky == "headway_variant"
    (match,) = split.traffic.matches
    assert (match.group, match.cookie, match.value) == ("v3", "beta", "yes")
    assert split.until == "winner"


def test_ab_divides_equally_without_weights():
    split = course(plan("ab", variants={"other": V3}))[2]
    assert split.traffic.shares == {"v1": 3334, "v2": 3333, "v3": 3333}


def test_ab_tests_every_variant_on_the_preview():
    stages = course(plan("ab", variants={"other": V3}))
    assert [s.traffic.preview for s in stages if s.until == "smoke"] == ["v2", "v3"]


@pytest.mark.parametrize("winner", ["v2", "v3"])
def test_ab_ends_with_the_winner_alone(winner):
    stages = course(plan("ab", variants={"other": V3}), winner)
    assert [group.name for group in stages[-1].groups] == [winner]
    assert stages[-1].traffic.shares == {winner: ALL}


def test_shadow_copies_and_goes():
    stages = course(plan("shadow", shadow={"share": "10%"}))
    mirror = stages[1].traffic
    assert (mirror.shares, mirror.mirror, mirror.mirror_share) == ({"v1": ALL}, "v2", 1000)
    assert [group.name for group in stages[-1].groups] == ["v1"]


def test_shadow_may_switch_afterwards():
    assert rows(plan("shadow", shadow={"then": "switch"}))[-2:] == [
        (2, 2, 100, "keep"),
        (0, 2, 100, "time"),
    ]


def test_recreate_never_runs_both():
    assert rows(plan("recreate")) == [
        (0, 0, 0, "time"),
        (0, 2, 0, "smoke"),
        (0, 2, 100, "time"),
    ]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_first_deployment_has_nothing_to_move_from(strategy):
    assert rows(plan(strategy, old=None)) == [(0, 2, 0, "smoke"), (0, 2, 100, "time")]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_stage_of_a_dry_run_can_be(strategy):
    """Shares add up, and go to groups with instances, of which the preview is one."""
    for title, desired in dry_run(plan(strategy)):
        shares = desired.traffic.shares
        there = {group.name for group in desired.groups}
        assert sum(shares.values()) == (ALL if shares else 0), title
        assert {*shares, desired.traffic.preview, desired.traffic.mirror} - {""} <= there


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ({"a": 1, "b": 1, "c": 1}, {"a": 3334, "b": 3333, "c": 3333}),
        ({"a": 0.05, "b": 0.95}, {"a": 500, "b": 9500}),
        ({"a": 1, "b": 0}, {"a": ALL}),
        ({"a": 1, "b": 1e-9}, {"a": ALL}),
        ({"a": 0}, {}),
    ],
)
def test_shares_are_whole_and_add_up(weights, shares):
    assert divide(weights) == shares
