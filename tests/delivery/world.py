"""A machine that does as it is told, in memory: what a rollout's steps are tried against."""

import json

import msgspec

from headway.delivery.assessment import Assessment
from headway.delivery.desired import ALL, Group
from headway.delivery.environment import Environment
from headway.delivery.platforms.base import InstanceStatus
from headway.delivery.rollout.plan import Plan, from_plain, to_plain
from headway.delivery.rollout.progress import Command, EffectResult, Observation, Progress
from headway.delivery.rollout.step import start, step
from headway.delivery.routers.base import Routing

OLD = Group(name="v1", release="sha256:1", version="v1", instances=2)
NEW = Group(name="v2", release="sha256:2", version="v2", instances=2)


def environment(**settings):
    """As headway.yaml has it."""
    return from_plain({"command": "./serve", **settings}, Environment)


def plan(strategy="blue-green", old=OLD, new=NEW, variants=None, **settings):
    size = settings.setdefault("instances", new.instances)
    return Plan(
        rollout="r1",
        environment="production",
        settings=environment(**settings),
        strategy=strategy,
        old=old and msgspec.structs.replace(old, instances=size),
        new=msgspec.structs.replace(new, instances=size),
        variants=variants or {},
        author=settings.get("author", "dora"),
    )


class World:
    """Instances are healthy one look after they started, unless told otherwise."""

    def __init__(self, plan):
        self.plan = plan
        self.now = 1_800_000_000.0
        self.instances = {}  # (group, index) → InstanceStatus
        self.traffic = None
        self.healthy_at_once = True
        self.router_up = True
        self.seen = True  # the platform answers
        self.assessment = None
        self.results = {}
        self.failing = set()  # names of hooks and tests
        self.answers_effects = True
        self.commands = []
        self.asked = []  # effects in the order in which they were first asked for
        if plan.old:
            for index in range(plan.old.instances):
                self.put(plan.old.name, index, "healthy")
            self.progress = start(plan, self.now)
            self.apply(self.progress.desired)
        else:
            self.progress = start(plan, self.now)

    # --- what happens in it -------------------------------------------------------------------

    def put(self, group, index, state, **more):
        at = (group, index)
        before = self.instances.get(at) or InstanceStatus(group=group, index=index, state=state)
        self.instances[at] = msgspec.structs.replace(before, state=state, **more)

    def all(self, group, state, **more):
        for name, index in list(self.instances):
            if name == group:
                self.put(name, index, state, **more)

    def crash(self, group, index=0, state="starting"):
        restarts = self.instances[group, index].restarts + 1
        self.put(group, index, state, restarts=restarts)

    def say(self, kind, **more):
        self.commands.append(Command(id=len(self.commands) + 1, kind=kind, **more))

    def judge(self, answer, *reasons, winner=""):
        self.assessment = Assessment(answer=answer, reasons=reasons, winner=winner)

    # --- the engine's part ----------------------------------------------------------------------

    def look(self, seconds=1.0):
        """One round of the engine: observe, step, write down, act."""
        self.now += seconds
        routing = None if self.traffic is None else Routing(traffic=self.traffic, addresses={})
        observation = Observation(
            instances=tuple(self.instances.values()) if self.seen else None,
            routing=routing,
            assessment=self.assessment,
            commands=tuple(self.commands),
            results=dict(self.results),
        )
        desired, progress, effects = step(self.plan, self.progress, observation, self.now)
        self.progress = reloaded(progress)
        assert self.progress == progress
        self.run(effects)
        self.apply(desired)
        return desired

    def run(self, effects):
        for effect in effects:
            if effect.key not in {e.key for e in self.asked}:
                self.asked.append(effect)
            if self.answers_effects and effect.key not in self.results:
                bad = effect.name in self.failing
                self.results[effect.key] = EffectResult(ok=not bad, text="no" if bad else "")

    def apply(self, desired):
        if self.router_up:
            self.traffic = desired.traffic
        for at in [at for at, i in self.instances.items() if i.state == "draining"]:
            del self.instances[at]
        wanted = {(g.name, index) for g in desired.groups for index in range(g.instances)}
        for at in list(self.instances):
            if at not in wanted:
                self.put(*at, "draining")
        for at, instance in list(self.instances.items()):
            if instance.state == "starting" and self.healthy_at_once:
                self.put(*at, "healthy")
        for at in sorted(wanted - self.instances.keys()):
            self.put(*at, "starting")

    # --- for tests --------------------------------------------------------------------------------

    def until(self, condition, most=3000, seconds=1.0):
        for _ in range(most):
            if condition(self.progress):
                return self.progress
            self.look(seconds)
        raise AssertionError(f"it never happens: {self.progress}")

    def finish(self, **more):
        return self.until(lambda p: p.phase == "done", **more)

    def share(self, group):
        return self.progress.desired.traffic.shares.get(group, 0) * 100 / ALL

    def count(self, group):
        return sum(g.instances for g in self.progress.desired.groups if g.name == group)

    def told(self, kind="notify"):
        return [e.moment or e.text for e in self.asked if e.kind == kind]


def reloaded(progress):
    """As after a crash of the engine."""
    return from_plain(json.loads(json.dumps(to_plain(progress))), Progress)


def course(world):
    """Every different (share of v2, instances of v1, instances of v2) on the way to the end."""
    seen = []
    for _ in range(5000):
        now = (world.share("v2"), world.count("v1"), world.count("v2"))
        if not seen or seen[-1] != now:
            seen.append(now)
        if world.progress.phase == "done":
            return seen
        world.look()
    raise AssertionError(f"it never ends: {world.progress}")
