"""Whatever happens to a rollout, in any order: traffic, capacity, and an end."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace
from world import OLD, World, plan

from headway.delivery.amount import amount
from headway.delivery.desired import ALL, Group

SETTINGS = {
    "timeout": "60s",
    "keep": "40s",
    "smoke": [{"name": "login", "http": "/login", "timeout": "20s"}],
    "hooks": {
        "before": [{"name": "migrate", "command": "./migrate", "timeout": "20s"}],
        "after": [{"name": "clean", "command": "./clean", "timeout": "20s"}],
        "on_rollback": [{"name": "restore", "command": "./restore", "timeout": "20s"}],
    },
    "canary": {"steps": ["5%", {"share": "50%", "until": "person"}, "100%"], "pause": "40s"},
    "rolling": {"batch": 2, "max_unavailable": 1, "pause": "10s"},
    "shadow": {"pause": "40s", "until": "analysis", "then": "switch"},
    "ab": {"variants": {"new": {"weight": "10%"}, "third": {"header": "x-beta"}}},
}
COMMANDS = ("promote", "pause", "resume", "abort", "undo", "retry", "approve", "reject")
STATES = ("starting", "healthy", "unhealthy", "failed", "draining")
# Also a clock that is set back, and machines that sleep.
SECONDS = st.sampled_from([1.0, 5.0, 15.0, 45.0, 0.0, -500.0, 7200.0])
SELDOM = st.sampled_from([False] * 6 + [True])


class Rollouts(RuleBasedStateMachine):
    strategy = "blue-green"

    @initialize(
        then=st.sampled_from(["hold", "promote", "rollback"]),
        instances=st.integers(1, 4),
        first=SELDOM,
        crashes=st.integers(0, 2),
        asked=SELDOM,
        returning=SELDOM,
        scale_old=st.booleans(),
    )
    def begin(self, then, instances, first, crashes, asked, returning, scale_old):
        third = Group(name="v3", release="sha256:3", version="v3", instances=instances)
        analysis = {
            "inconclusive": {"wait": "60s", "then": then},
            "experiment": {"max_time": "100s"},
        }
        canary = {**SETTINGS["canary"], "scale_old": scale_old}
        self.world = World(
            plan(
                self.strategy,
                old=None if first else OLD,
                variants={"third": third} if self.strategy == "ab" else {},
                instances=instances,
                crashes=crashes,
                approvals={"count": int(asked)},
                analysis=analysis,
                **{**SETTINGS, "canary": canary},
            )
        )
        if returning:
            self.world.plan = replace(self.world.plan, returning=True)
        self.desired = self.world.progress.desired
        self.was, self.saw = dict(self.world.instances), True

    # --- what may happen ---------------------------------------------------------------------

    def look_once(self, seconds):
        before, verdict = self.world.progress, self.world.assessment
        self.was, self.saw = dict(self.world.instances), self.world.seen
        self.desired = self.world.look(seconds)
        if self.saw and self.strategy != "recreate":
            self.check_growth(before, self.world.progress)
        self.check_watched(before, self.world.progress, verdict)

    @rule(seconds=SECONDS)
    def look(self, seconds):
        self.look_once(seconds)

    @rule(times=st.integers(2, 8))
    def time_passes(self, times):
        for _ in range(times):
            self.look_once(10.0)
            self.check()

    @rule(times=st.integers(5, 30))
    def all_goes_well_for_a_while(self, times):
        self.everything_is_well_again()
        self.world.healthy_at_once = True
        self.world.judge("continue")
        for _ in range(times):
            self.look_once(10.0)
            self.check()

    @rule(state=st.sampled_from(STATES), data=st.data())
    def something_happens_to_an_instance(self, state, data):
        if self.world.instances:
            at = data.draw(st.sampled_from(sorted(self.world.instances)))
            self.world.put(*at, state)

    @rule(data=st.data(), state=st.sampled_from(["starting", "healthy"]))
    def an_instance_crashes(self, data, state):
        if self.world.instances:
            self.world.crash(*data.draw(st.sampled_from(sorted(self.world.instances))), state)

    @rule(group=st.sampled_from(["v1", "v2"]), state=st.sampled_from(["unhealthy", "healthy"]))
    def a_whole_version_changes(self, group, state):
        self.world.all(group, state)

    @rule(yes=st.booleans())
    def instances_start(self, yes):
        self.world.healthy_at_once = yes

    def everything_is_well_again(self):
        for at, instance in list(self.world.instances.items()):
            if instance.state != "draining":
                self.world.put(*at, "healthy")
        self.world.router_up = self.world.seen = self.world.answers_effects = True

    @rule(up=st.booleans(), forgets=st.booleans())
    def the_router(self, up, forgets):
        self.world.router_up = up
        if forgets:
            self.world.traffic = None

    @rule(seen=st.booleans())
    def the_platform_answers(self, seen):
        self.world.seen = seen

    @rule(
        answer=st.sampled_from(["continue", "promote", "inconclusive", "rollback"]),
        winner=st.sampled_from(["v1", "v2", "v3", ""]),
    )
    def the_analysis_says(self, answer, winner):
        self.world.judge(answer, "because", winner=winner)

    @rule(
        kind=st.sampled_from(COMMANDS),
        full=st.booleans(),
        to=st.sampled_from(["", "", "control", "third", "nobody"]),
    )
    def a_person_says(self, kind, full, to):
        if kind != "promote":
            full, to = False, ""
        self.world.say(kind, by="ana", full=full, to=to)

    @rule(name=st.sampled_from(["login", "migrate", "clean", "restore"]))
    def something_fails_from_now_on(self, name):
        self.world.failing.add(name)

    @rule(answers=st.booleans())
    def effects_are_run(self, answers):
        self.world.answers_effects = answers

    # --- what must hold ------------------------------------------------------------------------

    def ready(self, group):
        return sum(
            i.state == "healthy" and i.index < group.instances
            for i in self.was.values()
            if i.group == group.name
        )

    @invariant()
    @precondition(lambda self: hasattr(self, "world"))
    def check(self):
        progress, desired = self.world.progress, self.desired
        shares = desired.traffic.shares
        served = bool(progress.served)
        gap = self.strategy == "recreate"
        assert sum(shares.values()) == ALL or (not shares and (gap or not served))
        assert all(share > 0 for share in shares.values())
        groups = {group.name: group for group in desired.groups}
        assert len(groups) == len(desired.groups)
        if not gap:
            assert shares.keys() <= groups.keys()
            self.capacity(groups, progress.intended.shares)
        if self.saw and shares:
            self.health(groups, shares, progress.served)
        assert progress.restarts.keys() <= {
            f"{g}/{i}" for g in ("v1", "v2", "v3") for i in range(self.world.plan.new.instances)
        }

    def health(self, groups, shares, served):
        """Nobody is sent to what isn't healthy while something that may serve is."""
        well = {name for name, group in groups.items() if self.ready(group)}
        if well & {*served, *shares}:
            assert shares.keys() <= well

    def check_growth(self, before, after):
        """Nobody is given more than those who are there and healthy can carry."""
        groups = {group.name: group for group in after.desired.groups}
        for name, share in after.intended.shares.items():
            if share <= before.intended.shares.get(name, 0):
                continue
            ready, wanted = self.ready(groups[name]), groups[name].instances
            late = max(after.lagging, before.lagging) > self.world.plan.settings.timeout - 45
            others = any(self.ready(g) for g in groups.values() if g.name in before.intended.shares)
            if name != "v1":
                assert ready == wanted or after.phase != "stages"
            elif others and not late and "v1" in after.intended.shares and self.over(after):
                assert share <= ALL * ready / wanted + 1

    def over(self, progress):
        return progress.phase in ("rollback", "on_rollback") and not progress.skip

    def check_watched(self, before, progress, verdict):
        """What is ill or judged bad isn't gone on with, unless there is no way back."""
        plan = self.world.plan
        if progress.phase != "stages" or progress.held:
            return
        judged = verdict is not None and verdict.answer == "rollback" and not plan.returning
        assert not (judged and {"v2", "v3"} & before.desired.traffic.shares.keys())
        if self.saw:
            shared = self.shared(progress)
            for (group, index), instance in self.was.items():
                before = progress.restarts.get(f"{group}/{index}")
                if before is not None and group != "v1":
                    assert instance.state not in ("unhealthy", "failed")
                    assert instance.restarts - before <= plan.settings.crashes + shared

    def shared(self, progress):
        """Crashes that every instance of the old version has had as well."""
        old = self.world.plan.old
        known = [
            one.restarts - progress.restarts.get(f"v1/{index}", one.restarts)
            for (group, index), one in self.was.items()
            if group == "v1" and old is not None and index < old.instances
        ]
        return max(0, min(known, default=0))

    def capacity(self, groups, shares):
        """Each instance carries at most what it did before, but for what may be unavailable."""
        wanted = self.world.plan.settings.instances
        if self.strategy == "rolling":
            wanted -= amount(self.world.plan.settings.rolling.max_unavailable, wanted, up=False)
        for name, share in shares.items():
            assert groups[name].instances >= wanted * share / ALL - 0.01

    def teardown(self):
        """With time, and nothing else happening, it comes to an end or waits for a person."""
        if not hasattr(self, "world"):
            return None
        self.world.commands = self.world.commands[: self.world.progress.seen]
        for _ in range(120):
            self.look_once(10.0)
            self.check()
            if self.world.progress.phase == "done":
                return self.ended()
        progress = self.world.progress
        assert progress.status in ("held", "waiting"), progress
        return None

    def ended(self):
        progress, world = self.world.progress, self.world
        groups = [group.name for group in progress.desired.groups]
        old = ["v1"] if world.plan.old else []
        if progress.outcome == "promoted":
            assert groups in (["v2"], ["v3"])
            assert progress.intended.shares == {groups[0]: ALL}
        else:
            assert progress.outcome in ("rolled_back", "aborted", "failed", "ended")
            assert groups == old
            assert progress.reason or progress.outcome == "ended"


@pytest.mark.parametrize(
    "strategy", ["blue-green", "canary", "rolling", "ab", "shadow", "recreate"]
)
def test_whatever_happens(strategy):
    machine = type("Rollouts", (Rollouts,), {"strategy": strategy})
    case = machine.TestCase
    case.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
    case("runTest").runTest()
