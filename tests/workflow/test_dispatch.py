"""Inputs given by hand: typing, defaults and what is refused."""

from __future__ import annotations

import pytest

from headway.errors import Place, UsageError
from headway.workflow.dispatch import check_inputs
from headway.workflow.model import Input, Trigger

PLACE = Place("ci.yml", 1, 1)


def trigger(*inputs: Input) -> Trigger:
    return Trigger("workflow_dispatch", PLACE, inputs={i.name: i for i in inputs})


def declared(name: str = "it", **fields: object) -> Input:
    return Input(name, PLACE, **fields)


LEVEL = declared("logLevel", type="choice", options=("info", "debug"))


@pytest.mark.parametrize(
    ("wanted", "given", "value"),
    [
        (declared(), {"it": "x"}, "x"),
        (declared(), {"IT": "x"}, "x"),
        (declared(), {}, ""),
        (declared(default="d"), {}, "d"),
        (declared(default=3), {}, "3"),
        (declared(default=True), {}, "true"),
        (declared(default="d"), {"it": ""}, ""),
        (declared(type="boolean"), {}, False),
        (declared(type="boolean"), {"it": "True"}, True),
        (declared(type="boolean", default=True), {}, True),
        (declared(type="boolean", default="true"), {"it": "false"}, False),
        (declared(type="number"), {}, 0),
        (declared(type="number"), {"it": "3"}, 3),
        (declared(type="number"), {"it": "-1.5"}, -1.5),
        (declared(type="number", default=7), {}, 7),
        (declared(type="environment"), {"it": "staging"}, "staging"),
        (declared(type="choice", options=("a", "b")), {"it": "b"}, "b"),
        (declared(type="choice", options=("a", "b")), {}, "a"),
        (declared(type="choice", options=("a", "b"), default="b"), {}, "b"),
        (declared(required=True, default="d"), {}, "d"),
    ],
)
def test_values_become_what_the_type_says(
    wanted: Input, given: dict[str, str], value: object
) -> None:
    typed = check_inputs(trigger(wanted), given)["it"]
    assert typed == value
    assert type(typed) is type(value)


@pytest.mark.parametrize(
    ("wanted", "given", "says"),
    [
        (LEVEL, {"loglevl": "info"}, 'there is no input "loglevl": did you mean "logLevel"?'),
        (LEVEL, {"logLevel": "loud"}, 'can\'t be "loud": its options are info, debug'),
        (declared(type="boolean"), {"it": "yes"}, 'a boolean: true or false, not "yes"'),
        (declared(type="number"), {"it": "one"}, 'is a number, not "one"'),
        (declared(type="number"), {"it": "inf"}, 'is a number, not "inf"'),
        (declared(type="number"), {"it": "1_000"}, 'is a number, not "1_000"'),
        (declared(required=True), {}, 'input "it" is required'),
    ],
)
def test_refused(wanted: Input, given: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_inputs(trigger(wanted), given)
    assert says in caught.value.message
    assert wanted.name in caught.value.hint


def test_all_mistakes_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        check_inputs(trigger(LEVEL, declared("n", type="number")), {"logLevel": "x", "n": "y"})
    assert "logLevel" in caught.value.message
    assert '"n" is a number' in caught.value.message


def test_a_trigger_without_inputs_takes_none() -> None:
    with pytest.raises(UsageError, match="workflow_dispatch declares none"):
        check_inputs(trigger(), {"a": "b"})
