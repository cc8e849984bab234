"""GitHub's expression language: `${{ github.ref == 'refs/heads/main' && !cancelled() }}`.

parse and evaluate for one expression; Template and Condition for what stands in a workflow;
check for where it may stand. Source: GitHub's pages "Evaluate expressions in workflows and
actions" and "Contexts reference", and the behaviour of GitHub's runner where they are silent.
"""

from __future__ import annotations

from headway.workflow.expression.errors import EvaluationError, ExpressionError
from headway.workflow.expression.evaluator import Scope, evaluate
from headway.workflow.expression.node import Node, walk
from headway.workflow.expression.parser import parse
from headway.workflow.expression.template import Condition, Template, resolve, templated
from headway.workflow.expression.value import CaseSensitive, to_text, truthy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.expression.availability import check, sure_failures
    from headway.workflow.expression.reference import (
        Reference,
        functions_used,
        references,
        to_source,
    )

__all__ = [
    "CaseSensitive",
    "Condition",
    "EvaluationError",
    "ExpressionError",
    "Node",
    "Reference",
    "Scope",
    "Template",
    "check",
    "evaluate",
    "functions_used",
    "parse",
    "references",
    "resolve",
    "sure_failures",
    "templated",
    "to_source",
    "to_text",
    "truthy",
    "walk",
]
_LAZY = {
    "check": "availability",
    "sure_failures": "availability",
    "Reference": "reference",
    "functions_used": "reference",
    "references": "reference",
    "to_source": "reference",
}


def __getattr__(name: str) -> object:
    """Load on first use what evaluating doesn't need."""
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found
