"""The seam of routers: who answers which request.

Contract. `apply` returns when the new routing is in effect (or raises); requests in flight are
never dropped. Only addresses given are ever sent traffic. The same may be told again at any
time; a smaller epoch than one seen raises Fenced. The router outlives every Headway process and
goes on with what it was last told. `observe` has no effects.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from headway.delivery.desired import Traffic


class Address(Struct, frozen=True, order=True):
    host: str
    port: int


class Routing(Struct, frozen=True, kw_only=True):
    """`addresses`: group → where its ready instances are."""

    traffic: Traffic
    addresses: dict[str, tuple[Address, ...]]


class Router(Protocol):
    """Raises HeadwayError for what can't be done, naming the mend."""

    def apply(self, routing: Routing, epoch: int) -> None: ...

    def observe(self) -> Routing | None:
        """What is in effect; None when the router isn't running or was never told."""
        ...
