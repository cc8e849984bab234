"""What a rule looks at: a workflow or an action with its text, its steps and its expressions.

A rule is a module of this package with

- `ID`: its stable name, `SUMMARY`: one sentence for people;
- `check(subject) -> Iterator[Problem]`: what is wrong, made by `subject.warning`.

Rules only ever see files without errors; they look at nothing but the subject and may be run
in any order. `docs/lint.md` shows an example of each, which the tests re-run.
"""

from __future__ import annotations

import re

from headway.errors import Place, Problem
from headway.values import Value
from headway.workflow.check.mention import Mention, mentions
from headway.workflow.model import Action, Workflow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from headway.workflow.expression import Node as Expression
    from headway.workflow.source import Node

    class Rule(Protocol):
        ID: str
        SUMMARY: str

        def check(self, subject: Subject) -> Iterator[Problem]: ...


_TOKEN = re.compile(r"\$\{\{|[\w.*/@$-]+|\S")


class Part:
    """What has keys of its own: a job or a step; `uses` is "" where there is none.

    `path` leads to it from the root. A node alone tells nothing: an alias is where its anchor is.
    """

    def __init__(self, node: Node, path: tuple[str, ...]) -> None:
        self.node = node
        self.path = path
        self.uses = text_of(get(node, "uses"))

    def get(self, key: str) -> Node | None:
        return get(self.node, key)


class Step(Part):
    """One step of a job; those inside `parallel` come after it, as steps of their own."""

    def __init__(self, node: Node, path: tuple[str, ...], index: int) -> None:
        super().__init__(node, path)
        self.index = index
        self.id = text_of(get(node, "id"))
        self.run = text_of(get(node, "run"))

    def input(self, name: str) -> Node | None:
        """The value under `with`."""
        return get(self.get("with"), name)


class Job(Part):
    """One job; the steps of a composite action make one too, without an id."""

    def __init__(self, id: str, node: Node, path: tuple[str, ...]) -> None:
        super().__init__(node, path)
        self.id = id
        self.steps = list(_steps(get(node, "steps"), (*path, "steps")))


class Use(Value):
    """An expression where it stands: `tree` is of the text from `start` on in the scalar."""

    tree: Expression
    scalar: Node
    start: int
    path: tuple[str, ...]  # keys and indexes from the root: jobs build steps 0 run
    alone: bool  # the scalar says nothing else
    job: Job | None = None
    step: Step | None = None

    @property
    def key(self) -> str:
        return self.path[-1]


class Subject:
    """A file for rules to look at: `file` is what was read from it, `root` its YAML.

    `files` gives the text of a file of the repository by its path from the root, None when
    there is none; without it, nothing is said about other files.
    """

    def __init__(
        self,
        file: Workflow | Action,
        text: str,
        root: Node,
        files: Callable[[str], str | None] | None = None,
    ) -> None:
        self.path = file.path
        self.workflow = file if isinstance(file, Workflow) else None
        self.action = file if isinstance(file, Action) else None
        self.text = text
        self.root = root
        self.files = files
        self.jobs = self._jobs()
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._uses: list[Use] | None = None
        self._mentions: list[Mention] | None = None

    def _jobs(self) -> list[Job]:
        if self.action is not None:
            runs = get(self.root, "runs")
            return [Job("", runs, ("runs",))] if runs is not None and runs.kind == "map" else []
        jobs = pairs(get(self.root, "jobs"))
        return [Job(key.value, node, ("jobs", key.value)) for key, node in jobs]

    def steps(self) -> Iterator[tuple[Job, Step]]:
        for job in self.jobs:
            for step in job.steps:
                yield job, step

    def job(self, id: str) -> Job | None:
        return next((job for job in self.jobs if job.id.lower() == id.lower()), None)

    # --- expressions -----------------------------------------------------------------------

    @property
    def uses(self) -> list[Use]:
        """Every expression of the file, in its order."""
        if self._uses is None:
            from headway.workflow.check.occurrence import occurrences

            self._uses = list(occurrences(self))
        return self._uses

    def mentions(self, context: str) -> list[Mention]:
        """Every mention of a context: `github.head_ref` for "github"."""
        if self._mentions is None:
            self._mentions = [mention for use in self.uses for mention in mentions(use)]
        return [mention for mention in self._mentions if mention.names[0] == context]

    # --- places ----------------------------------------------------------------------------

    def place(self, scalar: Node, offset: int = 0) -> Place:
        """Where the character at `offset` of a scalar's value is in the file."""
        if offset and scalar.kind == "str":
            token = _TOKEN.match(scalar.value, offset)
            found = self._find(scalar, token.group(), offset) if token else -1
            if found >= 0:
                line = self.text.count("\n", 0, found)
                return Place(self.path, line + 1, found - self._starts[line] + 1)
        return Place(self.path, scalar.line, scalar.column)

    def _find(self, scalar: Node, token: str, offset: int) -> int:
        """Text and value hold the same tokens in the same order, whatever the style."""
        before = scalar.value.count(token, 0, offset)
        found = self._starts[min(scalar.line, len(self._starts)) - 1] + scalar.column - 2
        for _ in range(before + 1):
            found = self.text.find(token, found + 1)
            if found < 0:
                break
        return found

    def warning(
        self,
        rule: str,
        message: str,
        scalar: Node,
        offset: int = 0,
        *,
        hint: str = "",
        length: int = 0,
    ) -> Problem:
        """`length` is what is underlined; 0: the rest of the line of the value."""
        if not length and scalar.kind == "str":
            length = len(scalar.value.split("\n", 1)[0]) - offset
        return Problem(
            message, self.place(scalar, offset), rule, hint, "warning", length=max(1, length)
        )

    def error(self, rule: str, message: str, scalar: Node, *, hint: str = "") -> Problem:
        """For what GitHub refuses though the file by itself is fine."""
        return self.warning(rule, message, scalar, hint=hint).replace(severity="error")

    def about(self, rule: str, message: str, mention: Mention, *, hint: str = "") -> Problem:
        """A warning that underlines a mention."""
        scalar, offset = mention.use.scalar, mention.use.start + mention.offset
        return self.warning(rule, message, scalar, offset, hint=hint, length=mention.length)


# --- YAML -------------------------------------------------------------------------------------


def pairs(node: Node | None) -> list[tuple[Node, Node]]:
    """The keys and values of a map; of anything else, none."""
    return list(node.value) if node is not None and node.kind == "map" else []


def items(node: Node | None) -> list[Node]:
    """The items of a sequence; a single value as one."""
    if node is None or node.kind == "null":
        return []
    return list(node.value) if node.kind == "seq" else [node]


def get(node: Node | None, key: str) -> Node | None:
    """The value of a key (in lower case) of a map."""
    return next((value for name, value in pairs(node) if name.value.lower() == key), None)


def text_of(node: Node | None) -> str:
    return node.value if node is not None and node.kind == "str" else ""


def is_static(text: str) -> bool:
    """Whether a text is what it says: no expression in it."""
    return "${{" not in text


def _steps(node: Node | None, path: tuple[str, ...]) -> Iterator[Step]:
    waiting = [(item, (*path, str(i))) for i, item in enumerate(items(node))][::-1]
    index = 0
    while waiting:
        current, inside = waiting.pop()
        if current.kind == "map":
            yield Step(current, inside, index)
            index += 1
            nested = enumerate(items(get(current, "parallel")))
            waiting += [(item, (*inside, "parallel", str(i))) for i, item in nested][::-1]
