"""Whatever happens to a report on its way, reading it gives a Report or a ReportError."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headway.quality.formats import read
from headway.quality.reading.source import ReportError, Source
from headway.quality.report import Report

from .findings import FIXTURES, modules, recorded

# The smallest recorded report of each format with something in it.
SMALLEST: dict[str, str] = {}
for _path, _name in sorted(recorded().items(), key=lambda i: (FIXTURES / i[0]).stat().st_size):
    if "clean" not in _path:
        SMALLEST.setdefault(_name, _path)

# More, and others each time: FUZZ_EXAMPLES=1000 pytest …
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
relaxed = settings(
    max_examples=EXAMPLES or 20,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
oddities = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(
        [-1, 2**63, 10**30, 1e308, "", "\x00", "é" * 50, "9" * 30, [], {}, [None], {"": None}]
    ),
    st.text(max_size=8),
)


def tried(data: bytes, name: str) -> None:
    """Read as whatever it now looks like, and as the format that it was."""
    for attempt in (read, modules()[name].parse):
        with suppress(ReportError):
            made = attempt(Source("report", data))
            assert isinstance(made, Report)
            assert msgspec.json.decode(msgspec.json.encode(made), type=Report) == made
            assert all(0 <= finding.line <= 10_000_000 for finding in made.findings)


@pytest.mark.parametrize("name", sorted(SMALLEST))
@relaxed
@given(data=st.data())
def test_cut_off_and_damaged(name: str, data: st.DataObject) -> None:
    content = (FIXTURES / SMALLEST[name]).read_bytes()
    at = data.draw(st.integers(0, len(content)))
    damage = data.draw(st.binary(max_size=6))
    skipped = data.draw(st.sampled_from([0, 1, 7, len(content)]))
    tried(content[:at] + damage + content[at + skipped :], name)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a JSON document."""
    inside = value.items() if isinstance(value, dict) else []
    inside = enumerate(value) if isinstance(value, list) else inside
    return [path, *(p for key, item in inside for p in places(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], by)
    return copy


JSON = [name for name in sorted(SMALLEST) if modules()[name].SYNTAX == "json"]


@cache
def document_of(name: str) -> Any:
    text = (FIXTURES / SMALLEST[name]).read_text()
    return json.loads(text.splitlines()[0] if SMALLEST[name].endswith("l") else text)


@pytest.mark.parametrize("name", JSON)
@relaxed
@given(data=st.data())
def test_values_of_another_type(name: str, data: st.DataObject) -> None:
    document = document_of(name)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(document)))
        document = changed(document, path, data.draw(oddities))
    tried(json.dumps(document).encode(), name)


@pytest.mark.parametrize("name", [n for n in sorted(SMALLEST) if n not in JSON])
@relaxed
@given(data=st.data())
def test_lines_in_another_order(name: str, data: st.DataObject) -> None:
    lines = (FIXTURES / SMALLEST[name]).read_text().splitlines()[:40]
    lines += data.draw(st.lists(st.text(max_size=40), max_size=3))
    tried("\n".join(data.draw(st.permutations(lines))).encode("utf-8", "replace"), name)


@pytest.mark.parametrize("name", sorted(SMALLEST))
@pytest.mark.parametrize(
    "hostile",
    [b"[" * 100_000, b'{"a":' * 100_000, b"{}", b"[{}]", b"null", b'{"runs": [{}]}', b"\xff\xfe"],
    ids=["deep-lists", "deep-objects", "object", "list", "null", "run", "bytes"],
)
def test_hostile(name: str, hostile: bytes) -> None:
    tried(hostile, name)


def test_every_format_is_fuzzed() -> None:
    assert set(modules()) - set(SMALLEST) <= {"empty-list"}
