"""Makes what is desired so, in an order that drops no request.

What grows grows, then traffic moves, then what shrinks shrinks: an instance is started before
anybody is sent to it, and nobody is sent to it any more when it is told to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec.structs import replace

from headway.delivery.desired import Desired, Group, Traffic
from headway.delivery.engine.connections import connected
from headway.delivery.platforms.base import Fenced, InstanceStatus, Platform
from headway.delivery.routers.base import Address, Router, Routing
from headway.errors import HeadwayError

AGAIN = 10.0  # seconds after which the same is told again: somebody else may have meddled


class Reconciler:
    """`problem` is why the last attempt didn't succeed, as a sentence; "" when it did.

    An instance that nobody is sent to any more stays until nothing leads to it (`connected`
    gives those of the ports that something leads to), but for `drain` seconds at most.
    Raises Fenced when somebody with a newer epoch acts.
    """

    def __init__(
        self,
        platform: Platform,
        router: Router,
        epoch: int,
        drain: float = 0.0,
        connected: Callable[[Collection[int]], set[int]] = connected,
    ) -> None:
        self._platform, self._router, self._epoch = platform, router, epoch
        self._drain, self._connected = drain, connected
        self._left: dict[Address, float] = {}  # since when nobody is sent there
        self._groups: tuple[Group, ...] | None = None  # told last
        self._told = 0.0
        self._instances: Sequence[InstanceStatus] = ()  # as they were when they could be asked
        self.problem = ""
        self.draining = False  # somebody is waited for

    def act(
        self,
        desired: Desired,
        instances: Sequence[InstanceStatus] | None,
        effective: Routing | None,
        known: Sequence[Group],
        now: float,
    ) -> None:
        """`instances` and `effective` are what is so; `known` all groups that there may be.
        While nobody can say which instances there are only traffic moves: a way back needs no
        more than the router.

        A provider that can't do its part is asked again at the next call.
        """
        self.problem = ""
        if instances is None:
            self._route(desired, effective)
            self.problem = self.problem or "the platform can't be asked for its instances"
            return
        self._instances = instances
        wanted = routing(desired, instances, effective)
        if wanted is None or wanted != effective:
            staying = self._needed(desired, instances, effective, now)
            self._scale(kept(desired.groups, staying, known), now)
        if self.problem or wanted is None:
            return
        self._route(desired, effective)
        if not self.problem:
            staying = self._needed(desired, instances, wanted, now)
            self._scale(kept(desired.groups, staying, known), now)

    def _route(self, desired: Desired, effective: Routing | None) -> None:
        wanted = routing(desired, self._instances, effective)
        if wanted is None or wanted == effective:
            return
        try:
            self._router.apply(wanted, self._epoch)
        except HeadwayError as error:
            # A router that never led anybody here needn't be told to stop.
            if isinstance(error, Fenced) or effective is not None or named(desired.traffic):
                self._failed(error)

    def _needed(
        self,
        desired: Desired,
        instances: Sequence[InstanceStatus],
        effective: Routing | None,
        now: float,
    ) -> list[InstanceStatus]:
        """Instances that are to go, but are sent requests, or may still have some in flight."""
        staying = {group.name: group.instances for group in desired.groups}
        reached = _reached(effective)
        going = [
            one
            for one in instances
            if one.index >= staying.get(one.group, 0) and one.state in ("healthy", "unhealthy")
        ]
        left = [one for one in going if _at(one) not in reached]
        self._left = {_at(one): self._left.get(_at(one), now) for one in left}
        young = [one for one in left if now - self._left[_at(one)] < self._drain]
        ports = self._connected({one.port for one in young}) if young else set()
        self.draining = bool(ports)
        return [one for one in going if _at(one) in reached or one.port in ports]

    def _scale(self, groups: tuple[Group, ...], now: float) -> None:
        if groups == self._groups and now - self._told < AGAIN:
            return
        try:
            self._platform.apply(groups, self._epoch)
        except HeadwayError as error:
            self._failed(error)
        else:
            self._groups, self._told = groups, now

    def _failed(self, error: HeadwayError) -> None:
        if isinstance(error, Fenced):
            raise error
        self._groups = None
        self.problem = f"{error.message}: {error.hint}" if error.hint else error.message


def routing(
    desired: Desired, instances: Sequence[InstanceStatus], effective: Routing | None
) -> Routing | None:
    """Who is to answer, by healthy instances that are to stay. None: not yet possible.

    A group whose instances have all become unhealthy keeps its addresses until the rollout
    decides otherwise: an answer may still come from there, from nowhere it can't.
    """
    staying = {group.name: group.instances for group in desired.groups}
    addresses: dict[str, list[Address]] = {}
    for one in instances:
        if one.state == "healthy" and one.index < staying.get(one.group, 0):
            addresses.setdefault(one.group, []).append(Address(one.host, one.port))
    found: dict[str, tuple[Address, ...]] = {}
    for name in sorted(named(desired.traffic)):
        there = tuple(sorted(addresses.get(name, ())))
        if not there and effective is not None:
            there = effective.addresses.get(name, ())
        if not there and name in desired.traffic.shares:
            return None
        if there:
            found[name] = there
    return Routing(traffic=desired.traffic, addresses=found)


def named(traffic: Traffic) -> set[str]:
    """The groups that traffic may reach."""
    names = set(traffic.shares) | {match.group for match in traffic.matches}
    return names | {name for name in (traffic.mirror, traffic.preview) if name}


def kept(
    groups: tuple[Group, ...], staying: Sequence[InstanceStatus], known: Sequence[Group]
) -> tuple[Group, ...]:
    """The groups, as large as they must be for these instances to stay as well."""
    size: dict[str, int] = {}
    for one in staying:
        if one.state != "draining":
            size[one.group] = max(size.get(one.group, 0), one.index + 1)
    grown = [replace(g, instances=max(g.instances, size.pop(g.name, 0))) for g in groups]
    left = [replace(g, instances=size[g.name]) for g in known if g.name in size]
    return (*grown, *left)


def _reached(effective: Routing | None) -> set[Address]:
    """Where requests are sent now."""
    if effective is None:
        return set()
    names = named(effective.traffic)
    return {a for name in names for a in effective.addresses.get(name, ())}


def _at(one: InstanceStatus) -> Address:
    return Address(one.host, one.port)
