"""docs/gates.md against the gates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headway.config.loading import read
from headway.quality.custom_rule import VARIABLES
from headway.quality.score import WEIGHTS
from headway.quality.settings import DEFAULTS, SMALL_DIFF, Subject, Waiver

PAGE = (Path(__file__).parents[3] / "docs" / "gates.md").read_text()


def test_the_defaults_are_those_of_the_program() -> None:
    table = PAGE.partition("<!-- defaults -->")[2].partition("<!-- /defaults -->")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| (\d+)[^|]*\|([^|]*)\|$", table, re.M)
    assert {name: (float(limit), "reported only" not in said) for name, limit, said in rows} == {
        name: (default.limit, default.blocking) for name, default in DEFAULTS.items()
    }
    assert f"`small_diff` such lines ({SMALL_DIFF})" in PAGE


def test_the_weights_are_those_of_the_program() -> None:
    for name, most in WEIGHTS.items():
        assert re.search(rf"^\| {name} \|.*\| {most:g} \|$", PAGE, re.M), name


@pytest.mark.parametrize("name", [*VARIABLES, *Waiver.__struct_fields__, *Subject.__args__])
def test_every_name_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE


LISTS = [name for name, said in VARIABLES.items() if "double" not in said]


@pytest.mark.parametrize("name", LISTS)
def test_every_field_of_a_variable_is_described(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", PAGE, re.M)
    fields = VARIABLES[name].partition(": ")[2].split()
    assert not [field for field in fields if f"`{field}`" not in row]


@pytest.mark.parametrize("example", re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S))
def test_examples_of_settings_are_right(example: str) -> None:
    _, problems = read(example)
    assert not problems
