"""A strategy's course: the stages on the way to a new version, each a desired state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from headway.delivery.desired import ALL, Desired, Group, Traffic


class Stage(Struct, frozen=True, kw_only=True):
    """One state and what ends it.

    It is entered instances first: what grows grows, traffic moves when all entering groups are
    healthy, and then what shrinks shrinks. `until` is what it waits for afterwards:
    `smoke` the tests on the preview address; `time` the pause; `analysis` the pause and an
    answer; `winner` an experiment's end; `person` a promote; `keep` the time for which the old
    version stays warm.
    """

    title: str
    groups: tuple[Group, ...]
    traffic: Traffic
    until: Literal["smoke", "time", "analysis", "winner", "person", "keep"] = "time"
    pause: float = 0.0  # seconds, at least
    at_most: float | None = None  # seconds for an answer; None: as long as it takes
    alone: bool = False  # all other instances must be gone before the next stage
    optional: bool = False  # passed over when a person promotes in full

    @property
    def desired(self) -> Desired:
        return Desired(groups=self.groups, traffic=self.traffic)

    @property
    def promoted(self) -> bool:
        return self.until == "keep"


Course = tuple[Stage, ...]


def divide(weights: Mapping[str, float]) -> dict[str, int]:
    """Whole basis points in proportion to the weights, 10000 in sum, none of them 0.

    What rounding leaves goes to the largest remainders. Empty when no weight is positive.
    """
    total = sum(weight for weight in weights.values() if weight > 0)
    if total <= 0:
        return {}
    exact = {name: weight / total * ALL for name, weight in weights.items() if weight > 0}
    shares = {name: int(value + 1e-9) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: shares[name] - exact[name])
    for name in by_remainder[: ALL - sum(shares.values())]:
        shares[name] += 1
    return {name: share for name, share in shares.items() if share}
