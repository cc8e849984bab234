"""`inputs.x` that no trigger declares."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check.mention import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject
    from headway.workflow.check.mention import Mention

ID = "unknown-input"
SUMMARY = "An expression reads an input that isn't declared: it is always empty."


def check(subject: Subject) -> Iterator[Problem]:
    for mention in subject.mentions("inputs"):
        yield from _judge(subject, mention, 1, declared(subject))
    dispatch = subject.workflow.trigger("workflow_dispatch") if subject.workflow else None
    if dispatch is None:
        return  # what is written for several events may name what only some of them have
    for mention in subject.mentions("github"):
        if (mention.name(1), mention.name(2)) == ("event", "inputs"):
            yield from _judge(subject, mention, 3, list(dispatch.inputs))


def declared(subject: Subject) -> list[str]:
    if subject.action is not None:
        return list(subject.action.inputs)
    assert subject.workflow is not None
    return [name for trigger in subject.workflow.on for name in trigger.inputs]


def _judge(subject: Subject, mention: Mention, index: int, known: list[str]) -> Iterator[Problem]:
    name = mention.name(index)
    if name not in ("", ANY) and name not in {k.lower() for k in known}:
        yield subject.about(
            ID,
            f'no input "{mention.names[index]}" is declared, so {mention} is always empty',
            mention,
            hint=did_you_mean(name, known) or "declare it under inputs",
        )
