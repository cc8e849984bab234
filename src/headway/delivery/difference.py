"""What differs between two environments, or between one environment then and now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from headway.delivery.environment import Environment
from headway.delivery.rollout.plan import to_plain


class Change(Struct, frozen=True, kw_only=True):
    """`path` as in headway.yaml: `canary.steps[1]`. None: it isn't there."""

    path: str
    before: Any
    after: Any


def difference(before: Environment, after: Environment) -> tuple[Change, ...]:
    """In the order of the settings. Of secrets only where they come from is known."""
    one, other = dict(_leaves("", to_plain(before))), dict(_leaves("", to_plain(after)))
    paths = dict.fromkeys((*one, *other))
    return tuple(
        Change(path=path, before=one.get(path), after=other.get(path))
        for path in paths
        if one.get(path) != other.get(path)
    )


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list | tuple) and value:
        for index, inner in enumerate(value):
            yield from _leaves(f"{path}[{index}]", inner)
    elif value not in ({}, [], ()):
        yield path, value
