"""Names that users give jobs, steps and inputs. Source: GitHub's workflow parser."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_LONGEST = 99  # characters
_RULE = "letters, digits, _ and -, first a letter or _, and fewer than 100 characters"


def is_name(text: str) -> bool:
    """Letters, digits, `_` and `-`, the first a letter or `_`."""
    return text.isascii() and text[:1] != "-" and text.replace("-", "_").isidentifier()


def check_id(reader: Reader, node: Node, where: Where, text: str) -> bool:
    """Whether a job's or a step's id is valid; notes why not."""
    if not is_name(text) or len(text) > _LONGEST:
        reader.problem(node, where, f'"{text[:100]}" is no valid id', f"an id has {_RULE}", "id")
        return False
    if text.startswith("__"):
        reader.problem(node, where, f'"{text}" is no valid id', 'ids with "__" are reserved', "id")
        return False
    return True
