"""How an event is written down: its JSON text, and the digest that chains it to the last."""

from __future__ import annotations

from headway import events
from headway.digest import sha256
from headway.events import Record


def text(seq: int, at: float, event: events.Event) -> str:
    """The event as one line of JSON: `kind`, `seq`, `at`, then its fields; ASCII only."""
    import json

    fields = event.to_json()
    body = {"kind": fields.pop("kind"), "seq": seq, "at": round(at, 6), **fields}
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False, default=str)
    except (ValueError, TypeError):  # .nan or a date as a key, from a matrix: YAML has more
        return json.dumps(_plain(body), separators=(",", ":"))


def read(stream: str, body: str, digest: str) -> Record | None:
    """The record again; None when a later Headway wrote a kind that this one doesn't know."""
    import json

    data = json.loads(body)
    try:
        event = events.from_json(data)
    except ValueError:
        return None
    return Record(stream, data["seq"], data["at"], event, digest)


def chain(previous: str, body: str) -> str:
    """The digest that follows `previous`; a stream's first follows the stream's name."""
    return sha256(previous.encode() + body.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
