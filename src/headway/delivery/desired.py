"""What should be: which instances of which releases, and who gets which share of traffic.

A rollout's pure step gives a `Desired`; platforms and routers make it so and may be told the
same thing again at any time. Nothing here says how to get there.
"""

from __future__ import annotations

from msgspec import Struct

ALL = 10000  # basis points: the whole traffic


class Group(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Instances of one release that are alike: what a share of traffic goes to.

    `name` is unique in the environment and a word for file and cluster names: `v1.2.3-a1b2c3`.
    `release` is the release's digest.
    """

    name: str
    release: str
    version: str
    instances: int


class Match(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Requests that go to `group` whatever the shares say; every condition given must hold."""

    group: str
    header: str = ""
    value: str = ""  # of the header or cookie; empty: any
    cookie: str = ""
    path: str = ""  # prefix


class Traffic(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers. `shares` are whole basis points (10000 is all), none of them 0, and sum to
    10000; without any nobody answers: before the first deployment, or between two versions
    that can't run at the same time."""

    shares: dict[str, int] = {}
    sticky: str = ""  # the cookie that keeps a client with its group; empty: every request anew
    matches: tuple[Match, ...] = ()
    mirror: str = ""  # a group that gets copies; its answers are dropped
    mirror_share: int = ALL
    preview: str = ""  # a group that answers on the preview address only


class Desired(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole environment. A group that is absent is to be drained and stopped."""

    groups: tuple[Group, ...] = ()
    traffic: Traffic = Traffic()
