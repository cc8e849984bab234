"""In which order instances and traffic change, so that no request finds nobody."""

from __future__ import annotations

from collections.abc import Collection

from headway.delivery.desired import Desired, Group, Traffic
from headway.delivery.engine.reconcile import Reconciler, routing
from headway.delivery.platforms.base import InstanceStatus, State
from headway.delivery.routers.base import Address, Routing
from headway.errors import HeadwayError

OLD = Group(name="old", release="1", version="v1", instances=2)
NEW = Group(name="new", release="2", version="v2", instances=2)


class Recorder:
    """Platform and router at once: what they are told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.busy: set[int] = set()

    def apply(self, what: tuple[Group, ...] | Routing, epoch: int) -> None:
        if isinstance(what, Routing):
            shares = what.traffic.shares.items()
            self.told.append("route " + " ".join(f"{name}:{share}" for name, share in shares))
        else:
            self.told.append("run " + " ".join(f"{g.name}:{g.instances}" for g in what))

    def observe(self) -> None:
        return None

    def logs(self, group: str, index: int, lines: int) -> bytes:
        return b""

    def connected(self, ports: Collection[int]) -> set[int]:
        return self.busy & set(ports)


def instance(group: str, index: int, state: State = "healthy") -> InstanceStatus:
    port = {"old": 100, "new": 200}[group] + index
    return InstanceStatus(group=group, index=index, state=state, port=port)


def desired(shares: dict[str, int], *groups: Group) -> Desired:
    return Desired(groups=groups, traffic=Traffic(shares=shares))


BOTH = [instance("old", 0), instance("old", 1), instance("new", 0), instance("new", 1)]
TO_OLD = desired({"old": 10000}, OLD)
TO_NEW = desired({"new": 10000}, NEW)


def test_first_the_router_then_those_who_go() -> None:
    recorder = Recorder()
    before = routing(TO_OLD, BOTH, None)
    Reconciler(recorder, recorder, 1).act(TO_NEW, BOTH, before, [OLD, NEW], 0.0)
    assert recorder.told == ["run new:2 old:2", "route new:10000", "run new:2"]


def test_nobody_is_sent_to_what_is_not_healthy() -> None:
    recorder = Recorder()
    before = routing(TO_OLD, BOTH, None)
    starting = [*BOTH[:2], instance("new", 0, "starting")]
    Reconciler(recorder, recorder, 1).act(TO_NEW, starting, before, [OLD, NEW], 0.0)
    assert recorder.told == ["run new:2 old:2"]


def test_an_instance_that_goes_first_gets_no_more_requests() -> None:
    fewer = desired({"old": 10000}, Group(name="old", release="1", version="v1", instances=1))
    recorder = Recorder()
    before = routing(TO_OLD, BOTH, None)
    Reconciler(recorder, recorder, 1).act(fewer, BOTH, before, [OLD], 0.0)
    assert recorder.told == ["run old:2", "route old:10000", "run old:1"]
    after = routing(fewer, BOTH, before)
    assert after is not None
    assert after.addresses == {"old": (Address("127.0.0.1", 100),)}


def test_requests_in_flight_are_waited_for_but_not_for_ever() -> None:
    recorder = Recorder()
    recorder.busy = {101}
    before = routing(TO_OLD, BOTH, None)
    one = Reconciler(recorder, recorder, 1, drain=5.0, connected=recorder.connected)
    one.act(TO_NEW, BOTH, before, [OLD, NEW], 0.0)
    after = routing(TO_NEW, BOTH, before)
    one.act(TO_NEW, BOTH, after, [OLD, NEW], 1.0)
    assert recorder.told == ["run new:2 old:2", "route new:10000"]
    assert one.draining

    recorder.busy = set()
    one.act(TO_NEW, BOTH, after, [OLD, NEW], 2.0)
    assert recorder.told[-1] == "run new:2"

    recorder.busy = {101}
    two = Reconciler(recorder, recorder, 1, drain=5.0, connected=recorder.connected)
    for now in (0.0, 4.9, 5.1):
        two.act(TO_NEW, BOTH, after, [OLD, NEW], now)
    assert recorder.told[-2:] == ["run new:2 old:2", "run new:2"]


def test_traffic_that_moves_on_does_not_end_who_still_answers() -> None:
    recorder = Recorder()
    recorder.busy = {101}
    one = Reconciler(recorder, recorder, 1, drain=5.0, connected=recorder.connected)
    smaller = Group(name="old", release="1", version="v1", instances=1)
    half = desired({"old": 5000, "new": 5000}, smaller, NEW)
    before = routing(desired({"old": 5000, "new": 5000}, OLD, NEW), BOTH, None)
    one.act(half, BOTH, before, [OLD, NEW], 0.0)
    one.act(desired({"new": 10000}, smaller, NEW), BOTH, routing(half, BOTH, before), [OLD], 1.0)
    assert recorder.told == ["run old:2 new:2", "route old:5000 new:5000", "route new:10000"]


def test_unhealthy_everywhere_keeps_the_addresses() -> None:
    before = routing(TO_OLD, BOTH, None)
    ill = [instance("old", 0, "unhealthy"), instance("old", 1, "unhealthy")]
    assert routing(TO_OLD, ill, before) == before
    assert routing(TO_OLD, ill, None) is None


def test_the_same_again_tells_nobody_anything() -> None:
    recorder = Recorder()
    before = routing(TO_OLD, BOTH[:2], None)
    one = Reconciler(recorder, recorder, 1)
    one.act(TO_OLD, BOTH[:2], before, [OLD], 0.0)
    one.act(TO_OLD, BOTH[:2], before, [OLD], 1.0)
    assert recorder.told == ["run old:2"]


def test_traffic_moves_although_nobody_can_say_which_instances_there_are() -> None:
    recorder = Recorder()
    reconciler = Reconciler(recorder, recorder, 1)
    both = desired({"old": 8000, "new": 2000}, OLD, NEW)
    before = routing(both, BOTH, None)
    reconciler.act(both, BOTH, before, [OLD, NEW], 0.0)
    recorder.told.clear()
    reconciler.act(TO_OLD, None, before, [OLD, NEW], 1.0)
    assert recorder.told == ["route old:10000"]
    assert reconciler.problem


class Closed(Recorder):
    """A router whose port another program has."""

    def apply(self, what: tuple[Group, ...] | Routing, epoch: int) -> None:
        if isinstance(what, Routing):
            raise HeadwayError("port 80 is taken", hint="choose another")
        super().apply(what, epoch)


def test_a_router_that_never_routed_does_not_keep_an_abort_from_ending() -> None:
    closed = Closed()
    reconciler = Reconciler(closed, closed, 1)
    up = [instance("new", 0), instance("new", 1)]
    reconciler.act(TO_NEW, up, None, [NEW], 0.0)
    assert reconciler.problem == "port 80 is taken: choose another"
    reconciler.act(Desired(), up, None, [NEW], 1.0)
    assert reconciler.problem == ""
    assert closed.told == ["run new:2", "run "]
