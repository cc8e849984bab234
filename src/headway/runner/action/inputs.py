"""An action's inputs: what the step gives, else the defaults.

Source: "inputs" of GitHub's metadata syntax page.
"""

from __future__ import annotations

from headway.runner.resolved import texts
from headway.workflow.expression import resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headway.runner.step import Step
    from headway.workflow.model import Input, Map


def given(step: Step, with_: Map) -> dict[str, str]:
    """The step's `with`, evaluated; names in lower case, as GitHub compares them."""
    scope = step.job.scope(step.level, {**step.level.environment(), **step.env}, step.contexts)
    return {name.lower(): value for name, value in texts(with_, scope).items()}


def complete(
    step: Step, with_: Map, declared: Mapping[str, Input], also: Sequence[str] = ()
) -> dict[str, str]:
    """Every input of the action, by its declared name, and what else the step gives.

    `also` are names, in lower case, that need no declaration.

    Says in the log which inputs the action doesn't know, which it needs and which are
    deprecated, as GitHub's runner does.
    """
    values = given(step, with_)
    scope = step.job.scope(step.level, {**step.level.environment(), **step.env}, step.contexts)
    inputs: dict[str, str] = {}
    names = {name.lower() for name in declared}
    undeclared = [name for name in values if name not in names]
    unknown = [name for name in undeclared if name not in also]
    if unknown:
        quoted = ", ".join(f"'{n}'" for n in unknown)
        known = ", ".join(f"'{n}'" for n in declared)
        step.annotate("warning", f"Unexpected input(s) {quoted}, valid inputs are [{known}]", {})
    for name, entry in declared.items():
        if name.lower() in values:
            inputs[name] = values[name.lower()]
            if entry.deprecation:
                step.annotate("warning", f"Input '{name}' is deprecated: {entry.deprecation}", {})
        else:
            inputs[name] = to_text(resolve(entry.default, scope))
    inputs.update({name: values[name] for name in undeclared})
    return inputs


def variables(inputs: Mapping[str, str]) -> dict[str, str]:
    """INPUT_ variables: upper case, spaces as underscores."""
    return {"INPUT_" + name.replace(" ", "_").upper(): value for name, value in inputs.items()}
