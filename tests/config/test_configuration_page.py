"""docs/configuration.md: its example is right, and its tables are those of the types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from headway.config.loading import read
from headway.config.reference import render, updated
from headway.config.shape import Record
from headway.units import Duration, Share

PAGE = Path(__file__).parent.parent.parent / "docs" / "configuration.md"


def test_the_example_is_right() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.S)
    assert example is not None
    found, problems = read(example[1])
    assert not problems
    assert found.gates.coverage.min == 85


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert updated(page) == page, "run: make docs ARGS=docs/configuration.md"


class Step(Struct, frozen=True, kw_only=True):
    share: Annotated[Share, Meta(description="How much")]
    then: Annotated[Step | None, Meta(description="What follows")] = None


class Sections(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="What it is called", examples=["shop"])] = ""
    wait: Annotated[Duration, Meta(description="How long", ge=1, le=60)] = Duration(30)
    steps: Annotated[tuple[Step, ...], Meta(description="One after the other.")] = ()
    hosts: Annotated[dict[str, Literal["a|b"] | Step], Meta(description="By name")] = {}


def test_tables() -> None:
    assert (
        render(Record(Sections))
        == """\
## name

What it is called.

| value | default |  |
|---|---|---|
| a text |  | `shop` |

## wait

How long.

| value | default |  |
|---|---|---|
| a duration (at least 1s, at most 1m) | `30s` |  |

## steps

One after the other.

Each `steps.N` is [a mapping](#stepsn).

### steps.N

| key | value | default |  |
|---|---|---|---|
| `share` | a share | needed | How much. |
| `then` | [a mapping](#stepsn) |  | What follows. |

## hosts

By name.

Each `hosts.NAME` is [`a|b` or a mapping](#stepsn).

"""
    )
