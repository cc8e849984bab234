"""Traffic goes only to groups that can answer."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from headway.delivery.desired import Group, Traffic
from headway.delivery.rollout.fleet import Fleet
from headway.delivery.rollout.stage import divide


def routable(
    intended: Traffic, groups: Sequence[Group], fleet: Fleet, others: Sequence[str]
) -> Traffic:
    """What is aimed at, without the groups that have no healthy instance.

    Their shares go to the rest in proportion; when nothing is left, to the first healthy group
    of `others`: those that have had traffic before, so nothing untested. When nobody at all is
    healthy it stays as it is aimed at, since every choice is as bad.
    """
    well = {group.name for group in groups if fleet.healthy(group)}
    shares = {name: share for name, share in intended.shares.items() if name in well}
    if intended.shares and not shares:
        spare = [name for name in others if name in well][:1]
        shares = dict.fromkeys(spare, 1) or intended.shares
    return replace(
        intended,
        shares=divide(shares) if shares != intended.shares else shares,
        matches=tuple(match for match in intended.matches if match.group in well),
        mirror=intended.mirror if intended.mirror in well else "",
        preview=intended.preview if intended.preview in well else "",
    )


def towards(old: Group, current: Traffic, groups: Sequence[Group], fleet: Fleet) -> dict[str, int]:
    """Shares on the way back to `old`: what its healthy instances can carry, at once.

    Each healthy instance carries what it does when all are there; what the old version has
    already it keeps. The rest stays where it is, unless nobody there is healthy.
    """
    rest = {n: s for n, s in current.shares.items() if n != old.name}
    there = {group.name for group in groups if fleet.healthy(group)}
    rest = {name: share for name, share in rest.items() if name in there}
    healthy = fleet.healthy(old)
    if not healthy:
        return current.shares
    part = max(healthy / old.instances, current.shares.get(old.name, 0) / 10000)
    if part >= 1 or not rest:
        return divide({old.name: 1.0})
    left = sum(rest.values())
    return divide({old.name: part} | {n: s / left * (1 - part) for n, s in rest.items()})
