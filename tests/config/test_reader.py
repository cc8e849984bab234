"""Every type that a section may use, right and wrong."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from headway.config.reader import WRONG, Reader, plain
from headway.config.shape import Record
from headway.config.tree import Tree
from headway.units import Duration, Rate, Share, Size, UnitError
from headway.workflow import source


class Http(Struct, frozen=True, tag="http", tag_field="type", forbid_unknown_fields=True):
    url: str
    status: int = 200


class Tcp(Struct, frozen=True, tag="tcp", tag_field="type", forbid_unknown_fields=True):
    port: Annotated[int, Meta(ge=1, le=65535)]


class Version(str):
    """A class of some feature's own."""

    NOUN = "a version"
    EXAMPLE = "1.2"

    @staticmethod
    def parse(text: str) -> str:
        if not text.startswith("v"):
            raise UnitError(f'"{text}" is not a version', hint="write v1.2")
        return text[1:]


class Inner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    min: int = 0
    again: Inner | None = None


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: str = ""
    name: Annotated[str, Meta(pattern="^[a-z]+$", min_length=2, max_length=5)] = "aa"
    flag: bool = False
    whole: Annotated[int, Meta(ge=0, le=10)] = 0
    number: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    wait: Duration = Duration(30)
    part: Share = Share(0.1)
    room: Size = Size(1024)
    pace: Rate = Rate(10)
    short: Annotated[Duration, Meta(ge=1, le=60)] = Duration(1)
    batch: Share | Annotated[int, Meta(ge=1)] = 1
    pause: Duration | Literal["person"] | None = None
    version: Version | None = None
    kind: Literal["canary", "rolling"] = "rolling"
    day: date | None = None
    moment: datetime | None = None
    hour: time | None = None
    words: tuple[str, ...] = ()
    one_or_more: str | list[str] = ""
    pair: Annotated[tuple[int, ...], Meta(min_length=1, max_length=2)] = (1,)
    table: dict[str, int] = {}
    short_names: dict[Annotated[str, Meta(max_length=3)], str] = {}
    inner: Inner = Inner()
    check: Http | Tcp | None = None
    checks: tuple[Http | Tcp, ...] = ()
    anything: Any = None
    limit: Annotated[int, Meta(ge=0)] | Literal["off"] | None = None


def read(text: str, cls: type[Struct] = Example) -> tuple[Any, list[tuple[str, str, str]]]:
    tree = Tree("headway.yaml", text, source.load(text, "headway.yaml"))
    assert tree.root is not None
    reader = Reader(tree)
    value = reader.read(tree.root, Record(cls))
    return value, [(str(p.place), p.message, p.hint) for p in reader.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("text: hello", "hello"),
        ("text: ''", ""),
        ("name: abc", "abc"),
        ("flag: true", True),
        ("whole: 10", 10),
        ("whole: 1.0", 1),
        ("number: 0.25", 0.25),
        ("wait: 1h30m", 5400),
        ("wait: 0", 0),
        ("part: 12.5%", 0.125),
        ("room: 2GiB", 2 * 1024**3),
        ("pace: 30/m", 0.5),
        ("batch: 2", 2),
        ("batch: 25%", 0.25),
        ("pause: person", "person"),
        ("pause: 5m", 300),
        ("pause: null", None),
        ("version: v1.2", "1.2"),
        ("kind: canary", "canary"),
        ("day: 2026-01-31", date(2026, 1, 31)),
        ("moment: 2026-01-31T12:00Z", datetime.fromisoformat("2026-01-31T12:00:00+00:00")),
        ("hour: 22:30", time(22, 30)),
        ("words: [a, b]", ("a", "b")),
        ("words: []", ()),
        ("one_or_more: a", "a"),
        ("one_or_more: [a, b]", ["a", "b"]),
        ("table: {a: 1, b: 2}", {"a": 1, "b": 2}),
        ("inner: {min: 3, again: {min: 4}}", Inner(min=3, again=Inner(min=4))),
        ("check: {type: tcp, port: 80}", Tcp(port=80)),
        ("checks: [{type: http, url: /}]", (Http(url="/"),)),
        ("anything: {a: [1, null, x]}", {"a": [1, None, "x"]}),
        ("limit: off", "off"),
        ("limit: 0", 0),
    ],
)
def test_what_is_right(text: str, value: object) -> None:
    found, problems = read(text)
    assert not problems
    assert getattr(found, text.partition(":")[0]) == value


def test_quantities_are_of_their_own_types() -> None:
    found, _ = read("{wait: 5s, room: 1KiB, batch: 5%}")
    assert [type(found.wait), type(found.room), type(found.batch)] == [Duration, Size, Share]


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        (
            "text: 1.10",
            "1:7",
            "text: a text is expected, not a number (1.10)",
            'put it in quotes: "1.10"',
        ),
        ("text: [a]", "1:1", "text: a text is expected, not a list", ""),
        (
            "text:",
            "1:1",
            "text: there is no value; a text is expected",
            "give it a value, or remove the key",
        ),
        ("name: A1", "1:7", 'name: "A1" is not allowed', "it must match ^[a-z]+$"),
        ("name: ''", "1:7", "name: it is empty", ""),
        ("name: abcdefg", "1:7", "name: it is longer than 5 characters", ""),
        (
            "flag: yes",
            "1:7",
            'flag: true or false is expected, not "yes"',
            "write true, without quotes",
        ),
        ("flag: 1", "1:7", "flag: true or false is expected, not a number (1)", ""),
        ("whole: 11", "1:8", "whole: 11 is not allowed: at most 10", ""),
        ("whole: 1.5", "1:8", "whole: 1.5 is not a whole number", ""),
        ("whole: '5'", "1:8", 'whole: a whole number is expected, not "5"', "leave out the quotes"),
        (
            "whole: 5%",
            "1:8",
            'whole: a whole number is expected, not "5%"',
            "it is written without a unit",
        ),
        ("whole: true", "1:8", "whole: a whole number is expected, not a boolean (true)", ""),
        ("number: 1", "1:9", "number: 1 is not allowed: less than 1", ""),
        ("number: .inf", "1:9", "number: a number is expected, not .inf", ""),
        (
            "wait: 30",
            "1:7",
            "wait: 30 has no unit; a duration such as 30s is expected",
            "write 30s or 30m",
        ),
        (
            "wait: '30'",
            "1:7",
            "wait: 30 has no unit; a duration such as 30s is expected",
            "write 30s or 30m",
        ),
        ("wait: soon", "1:7", 'wait: "soon" is not a duration', "expected 30s, 5m, 2h or 1h30m"),
        ("part: 0.1", "1:7", "part: 0.1 has no unit; a share such as 10% is expected", "write 10%"),
        ("part: 10", "1:7", "part: 10 has no unit; a share such as 10% is expected", "write 10%"),
        ("part: 110%", "1:7", 'part: the share "110%" is more than all', "100% is the most"),
        (
            "room: 5",
            "1:7",
            "room: 5 has no unit; a size such as 2GiB is expected",
            "write 5MiB or 5GiB",
        ),
        (
            "pace: 5",
            "1:7",
            "pace: 5 has no unit; a rate such as 1000/s is expected",
            "write 5/s or 5/m",
        ),
        ("pace: [5]", "1:1", "pace: a rate such as 1000/s is expected, not a list", ""),
        ("short: 2m", "1:8", "short: 2m is not allowed: at most 1m", ""),
        ("batch: 0", "1:8", "batch: 0 is not allowed: at least 1", ""),
        ("batch: x", "1:8", 'batch: "x" is not a share', "expected a percentage such as 10%"),
        (
            "pause: persn",
            "1:8",
            'pause: a duration such as 30s or person is expected, not "persn"',
            'did you mean "person"?',
        ),
        (
            "version: 1.2",
            "1:10",
            "version: a version such as 1.2 is expected, not a number (1.2)",
            "",
        ),
        ("version: x1", "1:10", 'version: "x1" is not a version', "write v1.2"),
        (
            "kind: canry",
            "1:7",
            'kind: "canry" is not allowed',
            'did you mean "canary"? allowed: canary, rolling',
        ),
        (
            "day: 31.1.2026",
            "1:6",
            'day: a date such as 2026-01-31 is expected, not "31.1.2026"',
            "",
        ),
        ("day: 2026-02-30", "1:6", "day: 2026-02-30: day is out of range for month", ""),
        ("words: a", "1:8", 'words: a list of texts is expected, not "a"', "write [a]"),
        (
            "words: [a, 1]",
            "1:12",
            "words[1]: a text is expected, not a number (1)",
            'put it in quotes: "1"',
        ),
        (
            "one_or_more: {a: b}",
            "1:1",
            "one_or_more: a text or a list of texts is expected, not a mapping",
            "",
        ),
        ("pair: []", "1:1", "pair: at least 1 item is needed, not 0", ""),
        ("pair: [1, 2, 3]", "1:1", "pair: at most 2 items are allowed, not 3", ""),
        ("table: [a]", "1:1", "table: a mapping is expected, not a list", ""),
        ("table: {a: x, b: y}", "1:12", 'table.a: a whole number is expected, not "x"', ""),
        ("table: {'': 1}", "1:9", "table: a key is empty", ""),
        ("short_names: {abcd: x}", "1:15", "short_names.abcd: it is longer than 3 characters", ""),
        (
            "inner: 5",
            "1:8",
            "inner: a mapping is expected, not a number (5)",
            "its keys: again, min",
        ),
        ("inner: {max: 5}", "1:9", 'inner: unknown key "max"', "known: again, min"),
        (
            "inner: {min: 1, again: {mn: 5}}",
            "1:25",
            'inner.again: unknown key "mn"',
            'did you mean "min"? known: again, min',
        ),
        ("one-or-more: a", "1:1", 'unknown key "one-or-more"', 'did you mean "one_or_more"?'),
        ("check: {port: 80}", "1:1", 'check: the key "type" is missing', "type: http or tcp"),
        (
            "check: {type: tpc, port: 80}",
            "1:15",
            'check.type: "tpc" is not allowed',
            'did you mean "tcp"? allowed: http, tcp',
        ),
        ("check: {type: http}", "1:1", 'check: the key "url" is missing', "url: a text"),
        (
            "check: {type: http, ulr: /}",
            "1:21",
            'check: unknown key "ulr"',
            'did you mean "url"? known: status, url, type',
        ),
        ("check: {type: tcp, port: 0}", "1:26", "check.port: 0 is not allowed: at least 1", ""),
        ("limit: on", "1:8", 'limit: a whole number or off is expected, not "on"', ""),
        ("limit: -1", "1:8", "limit: -1 is not allowed: at least 0", ""),
    ],
)
def test_what_is_wrong(text: str, place: str, message: str, hint: str) -> None:
    found, problems = read(text)
    assert found is WRONG
    assert problems[0] == (f"headway.yaml:{place}", message, hint)


def test_all_at_once() -> None:
    text = "whole: 11\nwait: 5\ninner:\n  mni: 3\nchecks:\n- {type: tcp, port: x}\n- {}\n"
    _, problems = read(text)
    assert [place.partition(":")[2] for place, _, _ in problems] == [
        "1:8",
        "2:7",
        "4:3",
        "6:21",
        "7:3",
    ]


def test_an_alias_is_told_once() -> None:
    _, problems = read("checks: [&a {type: tcp, port: 0}, *a]")
    assert len(problems) == 2  # checks[0] and checks[1]: two keys of the file
    _, problems = read("words: &w [1]\none_or_more: *w")
    assert len(problems) == 2


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(
    ["5s", "10%", "off", "1/s", "2GiB", "canary", "2026-01-31"]
)  # fmt: skip
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
)


@given(st.dictionaries(st.sampled_from([*Example.__struct_fields__, "other"]), TREES))
def test_whatever_is_written_is_read_or_refused(data: dict[str, Any]) -> None:
    import json

    text = json.dumps(data)
    node, _ = source.parse(text, "headway.yaml")
    if node is None:
        return
    reader = Reader(Tree("headway.yaml", text, node))
    value = reader.read(node, Record(Example))
    assert (value is WRONG) == bool(reader.problems)
    assert plain(node) is not None
    for problem in reader.problems:
        assert problem.message
        assert "\n" not in problem.message + problem.hint
        assert problem.length >= 1
