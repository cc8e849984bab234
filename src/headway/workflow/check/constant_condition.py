"""An `if` that is always true, whatever its author meant."""

from __future__ import annotations

from headway.workflow.check.occurrence import source
from headway.workflow.expression import Condition
from headway.workflow.expression.node import Call, Context, Literal, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject
    from headway.workflow.source import Node

ID = "constant-condition"
SUMMARY = "An if is always true (or false), because of text around ${{ }} or a constant."


def check(subject: Subject) -> Iterator[Problem]:
    for scalar in _conditions(subject):
        read = source(scalar, ("if",))
        if not isinstance(read, Condition):
            continue
        if read.mixed:
            yield subject.warning(
                ID,
                "this is always true: with text around ${{ }} the whole is a text that isn't empty",
                scalar,
                hint="put all of it into one ${{ }}, or leave ${{ }} out",
            )
        elif _is_constant(read):
            yield subject.warning(
                ID,
                "this condition has always the same value",
                scalar,
                hint="compare something that changes, or write true or false",
            )


def _conditions(subject: Subject) -> Iterator[Node]:
    for job in subject.jobs:
        for owner in (job, *job.steps):
            scalar = owner.get("if")
            if scalar is not None and scalar.kind == "str":
                yield scalar


def _is_constant(read: Condition) -> bool:
    """Constants only; `true` and `false` alone are written on purpose."""
    trees = [part.node for part in read.expressions]
    return bool(trees) and all(
        not (isinstance(tree, Literal) and isinstance(tree.value, bool))
        and not any(isinstance(node, Context | Call) for node in walk(tree))
        for tree in trees
    )
