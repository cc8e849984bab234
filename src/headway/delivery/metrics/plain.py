"""Counts and numbers out of JSON that others made."""

from __future__ import annotations

import math
import re

import msgspec
from msgspec import Struct

from headway.delivery.metrics.base import Counts
from headway.errors import HeadwayError


class _Answer(Struct):
    requests: int
    errors: int = 0
    edges: tuple[float, ...] = ()  # ms
    buckets: tuple[int, ...] = ()


def counts(value: object, source: str) -> Counts:
    """Raises HeadwayError, naming the source and the member that is wrong."""
    try:
        answer = msgspec.convert(value, _Answer, strict=False)
    except msgspec.ValidationError as error:
        raise HeadwayError(
            f"{source}: {error}", hint='expected {"requests": 10, "errors": 1}'
        ) from None
    problem = _problem(answer)
    if problem:
        raise HeadwayError(f"{source}: {problem}")
    edges, buckets = answer.edges, answer.buckets
    if edges and edges[-1] != math.inf:
        edges, buckets = (*edges, math.inf), (*buckets, answer.requests)
    return Counts(requests=answer.requests, errors=answer.errors, edges=edges, buckets=buckets)


def _problem(answer: _Answer) -> str:
    if answer.requests < 0 or answer.errors < 0:
        return "counts can't be negative"
    if answer.errors > answer.requests:
        return f"{answer.errors} errors of {answer.requests} requests"
    if len(answer.edges) != len(answer.buckets):
        return f"{len(answer.edges)} edges for {len(answer.buckets)} buckets"
    if list(answer.edges) != sorted(answer.edges) or list(answer.buckets) != sorted(answer.buckets):
        return "edges and buckets must grow"
    if answer.buckets and answer.buckets[-1] > answer.requests:
        return f"a bucket has {answer.buckets[-1]} of {answer.requests} requests"
    return ""


def number(value: object, source: str) -> float | None:
    """A number, or text that is one; None for null and for what isn't finite."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise HeadwayError(f"{source}: expected a number, found {_shown(value)}")
    try:
        found = float(value)
    except ValueError:
        raise HeadwayError(f"{source}: expected a number, found {_shown(value)}") from None
    return found if math.isfinite(found) else None


def point(value: object, pointer: str, source: str) -> object:
    """What a JSON pointer (RFC 6901) points at; None where the last part is missing."""
    if pointer and not pointer.startswith("/"):
        raise HeadwayError(f'"{pointer}" is not a JSON pointer', hint=f"write /{pointer}")
    parts = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]]
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if isinstance(value, dict) and (part in value or last):
            value = value.get(part)
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9]\d*", part):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            raise HeadwayError(f"{source}: nothing at {pointer} (no {part} in {_shown(value)})")
    return value


def _shown(value: object) -> str:
    return msgspec.json.encode(value).decode()[:60]
