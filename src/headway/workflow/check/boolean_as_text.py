"""Boolean inputs mixed up with the texts "true" and "false"."""

from __future__ import annotations

from headway.workflow.check.mention import mentions
from headway.workflow.expression.node import And, Compare, Literal, Not, Or, Property, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject, Use
    from headway.workflow.check.mention import Mention
    from headway.workflow.expression import Node as Expression

ID = "boolean-as-text"
SUMMARY = 'A boolean is compared with a text, or the text "false" is taken for false.'


def check(subject: Subject) -> Iterator[Problem]:
    booleans = _booleans(subject)
    for use in subject.uses if booleans else ():
        for node in walk(use.tree):
            if isinstance(node, Compare) and node.operator in ("==", "!="):
                yield from _compared(subject, use, node, booleans)
        for mention in _conditions(use):
            if is_payload(mention, booleans):
                name = mention.names[-1]
                yield subject.about(
                    ID,
                    f'{mention} is a text, and "false" counts as true',
                    mention,
                    hint=f"use inputs.{name}, which is a boolean",
                )


def _booleans(subject: Subject) -> set[str]:
    """Inputs that are boolean in every trigger that has them."""
    if subject.workflow is None:
        return set()
    declared = [i for trigger in subject.workflow.on for i in trigger.inputs.values()]
    others = {i.name.lower() for i in declared if i.type != "boolean"}
    return {i.name.lower() for i in declared} - others


def _compared(subject: Subject, use: Use, node: Compare, booleans: set[str]) -> Iterator[Problem]:
    left, right = (
        (node.right, node.left) if isinstance(node.left, Literal) else (node.left, node.right)
    )
    if not isinstance(left, Property) or not isinstance(right, Literal):
        return
    mention = next(mentions(use, left), None)
    if mention is None:
        return
    if isinstance(right.value, str) and right.value.lower() in ("true", "false"):
        if mention.names[0] == "inputs" and mention.name(1) in booleans:
            result = "never" if node.operator == "==" else "always"
            yield subject.about(
                ID,
                f"{mention} is a boolean: compared with a text, this {result} holds",
                mention,
                hint=f"write {_plain(mention, right.value.lower(), node.operator)}",
            )
    elif isinstance(right.value, bool) and is_payload(mention, booleans):
        result = "never" if node.operator == "==" else "always"
        yield subject.about(
            ID,
            f"{mention} is a text: compared with a boolean, this {result} holds",
            mention,
            hint=f"use inputs.{mention.names[-1]}, which is a boolean",
        )


def _plain(mention: Mention, text: str, operator: str) -> str:
    return str(mention) if (text == "true") is (operator == "==") else f"!{mention}"


def is_payload(mention: Mention, booleans: set[str]) -> bool:
    """Whether this is `github.event.inputs.x` of a boolean x: always a text."""
    names = [name.lower() for name in mention.names]
    return names[:-1] == ["github", "event", "inputs"] and names[-1] in booleans


def _conditions(use: Use) -> Iterator[Mention]:
    """What is taken as true or false by itself in an `if`."""
    waiting: list[Expression] = [use.tree] if use.key == "if" else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or | Not):
            waiting.extend(node.children())
        elif isinstance(node, Property):
            yield from mentions(use, node)
