"""All that a rollout depends on, fixed when it was wished for."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from headway.delivery.desired import Group
from headway.delivery.environment import Environment
from headway.delivery.strategy import Name
from headway.units import QUANTITIES

T = TypeVar("T")


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`new` and `variants` are at full strength: `settings.instances` each. `old` is what serves
    now, as strong as it is now; None for the first deployment.

    `returning` is a way back to a version that has served before: nobody is asked, and nothing
    is judged or kept waiting; health decides.
    """

    rollout: str  # its id: every idempotency key begins with it
    environment: str
    settings: Environment
    strategy: Name  # the one asked for, or the environment's
    new: Group
    old: Group | None = None
    variants: dict[str, Group] = {}  # others beside `new` in an A/B test, by name
    author: str = ""  # who deploys
    returning: bool = False

    @property
    def entering(self) -> tuple[Group, ...]:
        """The groups that aren't the old version's."""
        return (self.new, *self.variants.values())


def group_name(version: str, digest: str, taken: Collection[str] = ()) -> str:
    """`v1.2.3-a1b2c3`: a word for files and clusters, unlike all that are taken."""
    word = re.sub(r"[^a-z0-9.]+", "-", version.lower()).strip("-.")[:40] or "release"
    name = f"{word}-{re.sub(r'^.*:', '', digest)[:6]}"
    number = 2
    while name in taken:
        name, number = f"{name.partition('_')[0]}_{number}", number + 1
    return name


def to_plain(value: Struct) -> dict[str, Any]:
    """For the journal: JSON's own types only. Quantities are numbers in their unit."""
    plain: dict[str, Any] = msgspec.to_builtins(value, enc_hook=_encode)
    return plain


def from_plain(data: Any, kind: type[T]) -> T:
    """The way back. Raises msgspec.ValidationError."""
    return msgspec.convert(data, kind, dec_hook=_decode)


def _encode(value: Any) -> Any:
    if isinstance(value, QUANTITIES):
        return int(value) if isinstance(value, int) else float(value)
    raise NotImplementedError(type(value))


def _decode(kind: type, value: Any) -> Any:
    if not issubclass(kind, QUANTITIES):
        raise NotImplementedError(kind)
    return kind(kind.parse(value) if isinstance(value, str) else value)
