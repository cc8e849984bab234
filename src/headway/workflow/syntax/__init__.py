"""Reads workflow files and action metadata: YAML to the records of `workflow.model`.

All mistakes are found at once. What GitHub refuses is an error; what it takes though it can't
mean what was meant, a warning (`Problem.severity`).
"""

from __future__ import annotations

from headway.workflow import source
from headway.workflow.syntax.reader import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from headway.errors import Problem
    from headway.workflow.model import Action, Workflow
    from headway.workflow.source import Node

ACTION_DEPTH = 100  # collections inside each other, GitHub's limit for actions


def read_workflow(
    text: str | bytes, path: str, node: Node | None = None
) -> tuple[Workflow | None, list[Problem]]:
    """The workflow in a file, and what is wrong with it, in the order of the file.

    `node` is the file's tree when it is at hand (`source.load`). The workflow
    is None only when nothing useful could be made of the text; with errors among the problems
    what was wrong is left out of it. Never raises for any text.
    """
    from headway.workflow.syntax.workflow import workflow

    reader, root = _reader(text, path, node, source.MAX_DEPTH)
    found = workflow(reader, root) if root is not None else None
    return found, _sorted(reader.problems)


def read_action(
    text: str | bytes, path: str, node: Node | None = None
) -> tuple[Action | None, list[Problem]]:
    """The action that a metadata file (action.yml) describes; otherwise as read_workflow."""
    from headway.workflow.syntax.action import action

    reader, root = _reader(text, path, node, ACTION_DEPTH)
    found = action(reader, root) if root is not None else None
    return found, _sorted(reader.problems)


def _reader(
    text: str | bytes, path: str, node: Node | None, depth: int
) -> tuple[Reader, Node | None]:
    problems: list[Problem] = []
    if node is None:
        node, problems = source.parse(text, path, max_depth=depth)
    return Reader(path, source.decoded(text), problems), node


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.place.line, p.place.column))
