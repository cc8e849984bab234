"""Mentions of contexts in expressions: `needs.build.outputs.version` as a list of names."""

from __future__ import annotations

from headway.values import Value
from headway.workflow.expression import references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from headway.workflow.check.base import Use
    from headway.workflow.expression import Node, Reference

ANY = "*"  # a filter, or an index that only a run knows


class Mention(Value):
    """One mention, as long as it goes; offset and length are in the expression's text."""

    names: tuple[str, ...]  # the context in lower case, then names as written, or ANY
    offset: int
    length: int
    use: Use

    def name(self, index: int) -> str:
        """The name at `index`, in lower case; "" when the mention ends before it."""
        return self.names[index].lower() if index < len(self.names) else ""

    def __str__(self) -> str:
        return ".".join(self.names)


def mentions(use: Use, within: Node | None = None) -> Iterator[Mention]:
    """All in an expression, or in a part of it, from left to right."""
    for found in references(within or use.tree):
        yield Mention(names_of(found), found.offset, found.length, use)


def names_of(reference: Reference) -> tuple[str, ...]:
    return tuple(ANY if name is None else name for name in reference.path)
