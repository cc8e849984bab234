"""Where a file's expressions are: between `${{` and `}}`, and all of an `if` without them."""

from __future__ import annotations

from headway.errors import Place
from headway.workflow.check.base import Job, Step, Use, items, pairs
from headway.workflow.expression import Condition, ExpressionError, Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.workflow.check.base import Subject
    from headway.workflow.source import Node

CONDITIONS = frozenset(("if", "pre-if", "post-if"))
_NOWHERE = Place("", 1, 1)


def occurrences(subject: Subject) -> Iterator[Use]:
    jobs = {job.path: job for job in subject.jobs}
    steps = {step.path: step for _, step in subject.steps()}
    waiting: list[tuple[Node, tuple[str, ...], Job | None, Step | None]]
    waiting = [(subject.root, (), None, None)]
    while waiting:
        node, path, job, step = waiting.pop()
        job, step = jobs.get(path, job), steps.get(path, step)
        if node.kind == "str":
            yield from _expressions(node, path, job, step)
            continue
        inner = [(key.value, value) for key, value in pairs(node)]
        if node.kind == "seq":
            inner = [(str(index), item) for index, item in enumerate(items(node))]
        waiting.extend((value, (*path, key), job, step) for key, value in reversed(inner))


def source(node: Node, path: tuple[str, ...]) -> Template | Condition | None:
    """The scalar as GitHub reads it; None when it is no expression there, or a broken one."""
    try:
        if path and path[-1] in CONDITIONS:
            return Condition(node.value, _NOWHERE)
        return Template(node.value, _NOWHERE) if "${{" in node.value else None
    except ExpressionError:
        return None


def _expressions(
    node: Node, path: tuple[str, ...], job: Job | None, step: Step | None
) -> Iterator[Use]:
    read = source(node, path)
    if read is not None:
        for part in read.expressions:
            yield Use(part.node, node, part.offset, path, len(read.parts) == 1, job, step)
