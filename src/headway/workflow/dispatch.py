"""Inputs given by hand to a workflow: `headway run --input name=value`.

GitHub's rules for `workflow_dispatch` (page "Events that trigger workflows") and for the
inputs of `workflow_call`: values arrive as text and become what `type` says; a missing one
becomes its default, and without a default false, 0, "" or, as GitHub's form shows it, the
first option.
"""

from __future__ import annotations

from headway.errors import UsageError, did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from headway.workflow.model import Data, Input, Trigger

    Typed: TypeAlias = bool | int | float | str

_EMPTY: dict[str, Typed] = {"boolean": False, "number": 0}


def check_inputs(trigger: Trigger, given: Mapping[str, str]) -> dict[str, Typed]:
    """Every declared input with its typed value; names in `given` may differ in case.

    Raises UsageError, one sentence for each mistake: an unknown name, a value that isn't of
    its type or not an option, a required input that is missing.
    """
    names = {name.lower(): name for name in trigger.inputs}
    mistakes = [_unknown(trigger, name) for name in given if name.lower() not in names]
    values = {names[n.lower()]: value for n, value in given.items() if n.lower() in names}
    typed: dict[str, Typed] = {}
    for name, wanted in trigger.inputs.items():
        try:
            typed[name] = _value(wanted, values.get(name))
        except ValueError as error:
            mistakes.append(str(error))
    if mistakes:
        raise UsageError("; ".join(mistakes), hint=_hint(trigger))
    return typed


def _unknown(trigger: Trigger, name: str) -> str:
    if not trigger.inputs:
        return f'there is no input "{name}": {trigger.event} declares none'
    return f'there is no input "{name}": {did_you_mean(name, trigger.inputs)}'


def _hint(trigger: Trigger) -> str:
    described = [
        f"{i.name} ({i.type}{', required' if i.required and i.default is None else ''})"
        for i in trigger.inputs.values()
    ]
    return f"inputs: {', '.join(described)}" if described else ""


def _value(wanted: Input, text: str | None) -> Typed:
    if text is not None:
        return convert(wanted, text)
    if wanted.default is not None:
        return convert(wanted, wanted.default)
    if wanted.required:
        raise ValueError(f'input "{wanted.name}" is required')
    if wanted.type == "choice" and wanted.options:
        return wanted.options[0]
    return _EMPTY.get(wanted.type, "")


def convert(wanted: Input, value: Data) -> Typed:
    """`value` as the input's type. Raises ValueError with a sentence that says what fits."""
    if wanted.type == "boolean":
        return _boolean(wanted, value)
    if wanted.type == "number":
        return _number(wanted, value)
    text = _text(value)
    if wanted.type == "choice" and text not in wanted.options:
        options = ", ".join(wanted.options)
        raise ValueError(f'input "{wanted.name}" can\'t be "{text}": its options are {options}')
    return text


def _boolean(wanted: Input, value: Data) -> bool:
    if isinstance(value, bool):
        return value
    text = _text(value)
    if text.lower() not in ("true", "false"):
        raise ValueError(f'input "{wanted.name}" is a boolean: true or false, not "{text}"')
    return text.lower() == "true"


def _number(wanted: Input, value: Data) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = _text(value).strip()
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number != number or number in (float("inf"), float("-inf")) or "_" in text:
        raise ValueError(f'input "{wanted.name}" is a number, not "{text}"')
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _text(value: Data) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
