"""The instances as they were seen: who is healthy, and who isn't any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from headway.delivery.desired import Group
from headway.delivery.platforms.base import InstanceStatus


class Fleet(Struct, frozen=True):
    """`known` is false when the platform could not be asked: then nothing is concluded."""

    instances: tuple[InstanceStatus, ...]
    known: bool = True

    def healthy(self, group: Group | None) -> int:
        """How many of those wanted may have traffic."""
        return sum(i.state == "healthy" for i in self.of(group))

    def complete(self, group: Group) -> bool:
        return self.known and self.healthy(group) >= group.instances

    def of(self, group: Group | None) -> Iterator[InstanceStatus]:
        """The group's instances, without those that are to go."""
        for instance in self.instances:
            wanted = group is not None and instance.group == group.name
            if wanted and group is not None and instance.index < group.instances:
                yield instance

    def strangers(self, groups: Sequence[Group]) -> tuple[InstanceStatus, ...]:
        """Instances of other groups, on their way out, too."""
        names = {group.name for group in groups}
        return tuple(i for i in self.instances if i.group not in names)


def place(instance: InstanceStatus) -> str:
    return f"{instance.group}/{instance.index}"


def restarts(fleet: Fleet, groups: Sequence[Group]) -> dict[str, int]:
    """What later crashes are counted from."""
    return {place(i): i.restarts for group in groups for i in fleet.of(group)}


def shared_crashes(fleet: Fleet, old: Group | None, before: Mapping[str, int]) -> int:
    """How often all instances of the old version have crashed since then: that is the machine's
    doing (it was restarted, its memory ran out), and speaks against no version."""
    crashes = [i.restarts - before.get(place(i), i.restarts) for i in fleet.of(old)]
    return max(0, min(crashes, default=0))


def illness(
    fleet: Fleet, groups: Sequence[Group], before: Mapping[str, int], tolerated: int
) -> str:
    """Why instances of these groups can't be trusted, as a sentence; empty when they can.

    One that the platform gave up is ill in any case. One that had been healthy (it is in
    `before`, with its restarts by then) is ill when it is unhealthy, or has crashed more often
    than is tolerated. Others are still starting.
    """
    for group in groups:
        for instance in fleet.of(group):
            found = _illness(instance, before.get(place(instance)), tolerated)
            if found:
                why = f" ({instance.reason})" if instance.reason else ""
                return f"instance {instance.index} of {group.version} {found}{why}"
    return ""


def _illness(instance: InstanceStatus, before: int | None, tolerated: int) -> str:
    if instance.state == "failed":
        return "does not start" if before is None else "has failed for good"
    if before is None:
        return ""
    crashes = instance.restarts - before
    if crashes > tolerated:
        return "has crashed" if crashes == 1 else f"has crashed {crashes} times"
    return "has become unhealthy" if instance.state == "unhealthy" else ""
