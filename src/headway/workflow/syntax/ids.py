"""Names that users give jobs, steps and inputs. Source: GitHub's workflow parser."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.workflow.source import Node
    from headway.workflow.syntax.reader import Reader, Where

_VALID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,98}")
_RULE = "letters, digits, _ and -, first a letter or _, and fewer than 100 characters"


def check_id(reader: Reader, node: Node, where: Where, text: str) -> bool:
    """Whether a job's or a step's id is valid; notes why not."""
    if not _VALID.fullmatch(text):
        reader.problem(node, where, f'"{text[:100]}" is no valid id', f"an id has {_RULE}", "id")
        return False
    if text.startswith("__"):
        reader.problem(node, where, f'"{text}" is no valid id', 'ids with "__" are reserved', "id")
        return False
    return True
