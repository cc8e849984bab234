"""Values of a workflow's keys, once their expressions are known, in the form that a job needs."""

from __future__ import annotations

from headway.errors import HeadwayError
from headway.workflow.expression import Scope, resolve, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.model import Data, Map


def texts(data: Data | Map, scope: Scope) -> dict[str, str]:
    """A mapping (of `env`, `with`, …) with its values as the texts that programs get.

    It may be one expression that gives a mapping. Raises HeadwayError when it gives none.
    """
    values = resolve(data, scope)
    if values is None or values == "":
        return {}
    if not isinstance(values, dict):
        raise HeadwayError(f"expected a mapping of names to values, got {to_text(values)!r}")
    return {str(k): to_text(v) for k, v in values.items()}


def number(data: Data, scope: Scope, default: float, key: str) -> float:
    """A positive number of minutes. Raises HeadwayError for anything else."""
    if data is None:
        return default
    value = resolve(data, scope)
    try:
        minutes = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise HeadwayError(f"{key}: expected a number of minutes, got {to_text(value)!r}") from None
    if not minutes > 0:
        raise HeadwayError(f"{key}: expected a number above 0, got {to_text(value)}")
    return minutes
