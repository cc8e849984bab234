"""Comparisons that can never hold: a result that GitHub doesn't have, a ref without refs/."""

from __future__ import annotations

from headway.errors import did_you_mean
from headway.workflow.check.mention import ANY, mentions
from headway.workflow.expression.node import Call, Compare, Literal, walk
from headway.workflow.webhook import EVENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.errors import Problem
    from headway.workflow.check.base import Subject, Use
    from headway.workflow.check.mention import Mention
    from headway.workflow.expression import Node as Expression

ID = "impossible-comparison"
SUMMARY = "A value is compared with something that it never is."

_RESULTS = ("success", "failure", "cancelled", "skipped")
# What a mention can be; ANY stands for one name.
VALUES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("github", "event_name"): tuple(EVENTS),
    ("github", "ref_type"): ("branch", "tag"),
    ("job", "status"): ("success", "failure", "cancelled"),
    ("needs", ANY, "result"): _RESULTS,
    ("steps", ANY, "outcome"): _RESULTS,
    ("steps", ANY, "conclusion"): _RESULTS,
    ("runner", "os"): ("Linux", "Windows", "macOS"),
    ("runner", "arch"): ("X86", "X64", "ARM", "ARM64"),
    ("runner", "environment"): ("github-hosted", "self-hosted"),
}
_REF = ("github", "ref")


def check(subject: Subject) -> Iterator[Problem]:
    for use in subject.uses:
        for node in walk(use.tree):
            found = _judge(use, node)
            if found is not None:
                mention, message, hint = found
                yield subject.about(ID, message, mention, hint=hint)


def _judge(use: Use, node: Expression) -> tuple[Mention, str, str] | None:
    mention, text = _compared(use, node)
    if mention is None or not text:
        return None
    names = tuple(name.lower() for name in mention.names)
    if isinstance(node, Compare):
        if node.operator not in ("==", "!="):
            return None
        for shape, values in VALUES.items():
            if _fits(names, shape) and text.lower() not in {v.lower() for v in values}:
                return mention, f'{mention} is never "{text}"', did_you_mean(text, values)
        if names == _REF and not text.lower().startswith("refs/"):
            hint = f'compare github.ref_name, or write "refs/heads/{text}"'
            return mention, f'github.ref is never "{text}": it begins with refs/', hint
    elif names == _REF and not _may_begin(text):
        hint = f'use github.ref_name, or write "refs/heads/{text}"'
        return mention, f'github.ref never begins with "{text}": it begins with refs/', hint
    return None


def _compared(use: Use, node: Expression) -> tuple[Mention | None, str]:
    """The mention and the text of `a.b == 'text'` or `startsWith(a.b, 'text')`."""
    if isinstance(node, Compare):
        pair = (node.left, node.right)
    elif isinstance(node, Call) and node.name == "startsWith" and len(node.arguments) == 2:
        pair = (node.arguments[0], node.arguments[1])
    else:
        return None, ""
    if isinstance(node, Compare) and isinstance(pair[0], Literal):
        pair = pair[::-1]
    if not isinstance(pair[1], Literal) or not isinstance(pair[1].value, str):
        return None, ""
    first = next(mentions(use, pair[0]), None)
    whole = first is not None and not isinstance(pair[0], Call | Compare)
    return (first, pair[1].value) if whole else (None, "")


def _fits(names: tuple[str, ...], shape: tuple[str, ...]) -> bool:
    return len(names) == len(shape) and all(
        known in (ANY, given) for given, known in zip(names, shape, strict=True)
    )


def _may_begin(text: str) -> bool:
    return "refs/".startswith(text.lower()) or text.lower().startswith("refs/")
